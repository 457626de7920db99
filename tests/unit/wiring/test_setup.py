"""Lanes from targets, line-ups and defaults."""

import os
from pathlib import Path

import pytest

from workbench.domain.conversation import Parameters
from workbench.domain.errors import ConfigurationError
from workbench.wiring.setup import Setup, check_target, engine_options, lanes_for, read_setup, read_setup_or_defaults

CONFIG = """
[defaults]
lineup = "daily"
system = "Default."
temperature = 0.7
seed = 1
[providers.lab]
protocol = "openai-chat"
base_url = "http://127.0.0.1:1/v1"
[deadlines]
idle_s = 7
[lineups.daily]
lanes = ["lab/a", { target = "lab/b", system = "Own.", temperature = 0.2 }, { target = "lab/c", enabled = false }]
"""


@pytest.fixture
def file() -> Path:
    return Path(os.environ["WORKBENCH_CONFIG"])


@pytest.fixture
def setup(file: Path) -> Setup:
    file.write_text(CONFIG)
    return read_setup()


def test_the_default_lineup_when_nothing_is_named(setup: Setup) -> None:
    """A lane's own words win over the defaults, and lanes that are switched off stay out."""
    lanes = lanes_for(setup)
    assert [lane.target for lane in lanes] == ["lab/a", "lab/b"]
    assert [lane.system for lane in lanes] == ["Default.", "Own."]
    assert [lane.parameters for lane in lanes] == [
        Parameters(temperature=0.7, seed=1),
        Parameters(temperature=0.2, seed=1),
    ]
    assert len({lane.id for lane in (*lanes, *lanes_for(setup))}) == 4


def test_what_is_typed_wins(setup: Setup) -> None:
    """Targets replace the default line-up; a system prompt and parameters given for all win over a lane's own."""
    assert [lane.target for lane in lanes_for(setup, ["lab/x", "lab/x"])] == ["lab/x", "lab/x"]
    lanes = lanes_for(setup, ["lab/x"], "daily", system="Typed.", parameters=Parameters(temperature=0.0))
    assert [(lane.target, lane.system, lane.parameters.temperature, lane.position) for lane in lanes] == [
        ("lab/a", "Typed.", 0.0, 0),
        ("lab/b", "Typed.", 0.0, 1),
        ("lab/x", "Typed.", 0.0, 2),
    ]


@pytest.mark.parametrize("target", ["lab/anything/at:all", "openai/x", "sim/steady@429=2:1"])
def test_targets_that_can_be_asked(setup: Setup, target: str) -> None:
    """The user's own providers, the shipped ones, and simulated models with their faults."""
    check_target(setup, target)


@pytest.mark.parametrize("target", ["nobody/x", "sim/nobody", "route:x", "lab", "/x", "lab/"])
def test_targets_that_cannot(setup: Setup, target: str) -> None:
    """Whatever can't be asked is refused before anything is sent."""
    with pytest.raises(ConfigurationError):
        check_target(setup, target)


def test_deadlines_reach_the_engine(setup: Setup) -> None:
    """The file's deadlines are the engine's."""
    assert (engine_options(setup.settings).idle_s, engine_options(setup.settings).retries) == (7.0, 2)


def test_the_app_opens_on_a_bad_file(file: Path) -> None:
    """A10: the app starts with defaults and says what is wrong; vendors and simulator are there."""
    file.write_text("[app\n")
    setup = read_setup_or_defaults()
    assert setup.problem is not None
    assert "config.toml:1" in setup.problem
    assert {"sim", "openai"} <= set(setup.configs)
