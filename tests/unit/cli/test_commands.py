"""Commands that send nothing."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.support.command import Command


@pytest.fixture
def home() -> Path:
    return Path(os.environ["HOME"])


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def test_config_init_writes_once(workbench: Command, home: Path) -> None:
    """`config init` writes a commented file that `config check` finds right, and never a second time."""
    assert workbench("config", "path").out.strip() == str(home / "config.toml")
    assert workbench("config", "init").code == 0
    assert workbench("config", "check").out.endswith("config.toml: right\n")
    again = workbench("config", "init")
    assert (again.code, "exists already" in again.err) == (2, True)


def test_config_check_lists_everything(workbench: Command, home: Path) -> None:
    """`config check` names every error and warning, and its exit code tells errors."""
    file = home / "config.toml"
    file.write_text('[app]\nfollow = "x"\nmotion = 1\ncolour = "red"\n')
    ran = workbench("config", "check")
    assert ran.code == 2
    assert [line.split()[0] for line in ran.out.splitlines()] == ["error", "error", "warning"]
    file.write_text("[app\n")
    assert workbench("config", "check").code == 2
    assert workbench("config", "show").code == 2


def test_config_show_is_a_configuration(workbench: Command, home: Path) -> None:
    """What `config show` prints can be read again and means the same."""
    file = home / "config.toml"
    file.write_text(
        '[providers.lab]\nprotocol = "ollama"\nbase_url = "http://localhost:1"\n[prices."lab/x"]\ninput = 0.05\n'
        'output = 2\n[lineups."my own"]\nlanes = ["lab/x", {target = "lab/y", temperature = 0.5}]\n'
    )
    shown = workbench("config", "show").out
    file.write_text(shown)
    assert workbench("config", "show").out == shown
    assert workbench("config", "check").code == 0
    assert 'lanes = ["lab/x", { target = "lab/y", temperature = 0.5 }]' in shown


def test_no_configuration_of_the_current_directory(
    workbench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A09: files where the program is started are no configuration: a project can't choose where prompts go."""
    alone = workbench("config", "show").out
    monkeypatch.chdir(tmp_path)
    evil = '[providers.openai]\nbase_url = "http://evil.example/v1"\n'
    for name in ("workbench.toml", "config.toml", ".workbench.toml", ".workbench/config.toml", "workbench/config.toml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(evil)
    assert workbench("config", "show").out == alone


@pytest.mark.parametrize("option", ["--api-key", "--key", "--token"])
def test_no_option_takes_a_key(workbench: Command, option: str) -> None:
    """A18: a key can't stand on the command line, where every process of the machine may read it."""
    ran = workbench("ask", "hi", "-m", "sim/swift", option, "canary-4711")
    assert ran.code == 2
    assert "canary-4711" not in ran.out


def test_models_and_providers(workbench: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue holds the simulated models with prices; keys are told by name and never shown."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711")
    monkeypatch.setattr("workbench.cli.models.refresh", _no_refresh)
    models = workbench("models", "sim/", "--json")
    providers = workbench("providers")

    by_target = {model["target"]: model for model in models.json["models"]}
    assert by_target["sim/steady"]["usd_per_million_tokens"]["input"] == "1.25"
    assert by_target["sim/steady"]["simulated"]
    assert "OPENAI_API_KEY is set" in providers.out
    assert "canary" not in models.out + providers.out + workbench("providers", "--json").out
    assert workbench("models", "no-such-model").out == "no model is known by these words\n"


async def _no_refresh(*_: object, **__: object) -> dict[str, str]:
    return {}


def test_doctor(workbench: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """`doctor` names the key's variable, the SQLite version and what is not followed, and shows no key."""
    monkeypatch.setenv("OPENAI_API_KEY", "canary-4711")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://elsewhere.example/v1")
    monkeypatch.setattr("workbench.wiring.detection.LOCAL_SERVERS", ())
    ran = workbench("doctor", "--json")
    said = {finding["said"] for finding in ran.json["findings"]}

    assert ran.code == 0
    assert "OPENAI_API_KEY is set (openai)" in said
    assert any(sqlite3.sqlite_version in each for each in said)
    assert any("OPENAI_BASE_URL is set and not followed" in each for each in said)
    assert "canary" not in ran.out
    assert "elsewhere" not in ran.out


def test_doctor_finds_problems(workbench: Command, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """A02: a bad file, a key that can't be sent and a place that can't be written are problems; exit code 1."""
    (home / "config.toml").write_text("[app\n")
    (home / "file").write_text("")
    monkeypatch.setenv("OPENAI_API_KEY", "can\nary")
    monkeypatch.setenv("WORKBENCH_DATA", str(home / "file" / "data"))
    ran = workbench("doctor", "--json")
    problems = {finding["area"] for finding in ran.json["findings"] if finding["state"] == "problem"}
    assert (ran.code, problems) == (1, {"configuration", "keys", "history"})


@pytest.mark.parametrize("words", [["route", "list"], ["route", "explain", "x", "--json"], ["usage", "--json"]])
def test_what_comes_later_says_so(workbench: Command, words: list[str]) -> None:
    """Commands of a later version are exit code 2 and say what to use meanwhile."""
    ran = workbench(*words)
    assert ran.code == 2
    assert "comes with a later version" in ran.err


def test_a_fault_of_our_own(workbench: Command, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """A17: an unforeseen exception is one line, valid JSON, and a log without the values of variables."""

    def broken(*_: object) -> None:
        secret = "canary-local"
        raise ZeroDivisionError(f"{len(secret)} with canary-4711")

    monkeypatch.setenv("LAB_KEY", "canary-4711")
    monkeypatch.setattr("workbench.cli.ask.read_setup", broken)
    ran = workbench("ask", "hi", "-m", "sim/steady", "--json")
    log = home / "data" / "crash.log"

    assert (ran.code, ran.json["error"]["kind"]) == (3, "internal")
    assert "ZeroDivisionError" in ran.err
    assert "canary" not in ran.out + ran.err + log.read_text().replace('"canary-local"', "")
    assert log.stat().st_mode & 0o077 == 0


def test_the_sdks_logs_are_off(workbench: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A16: what the environment says of the SDKs' logs is dropped, because they hold prompts."""
    monkeypatch.setenv("OPENAI_LOG", "debug")
    monkeypatch.setenv("ANTHROPIC_LOG", "debug")
    workbench("config", "path")
    assert not {"OPENAI_LOG", "ANTHROPIC_LOG"} & set(os.environ)


def test_simulate_with_a_taken_port(workbench: Command) -> None:
    """A port that can't be used is exit code 2."""
    assert workbench("simulate", "--port", "70000").code == 2
    assert json.loads(workbench("simulate", "--port", "70000", "--json").out)["session"] is None
