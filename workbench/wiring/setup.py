"""The configuration with the built-in vendors and the simulator: everything that can be named."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.catalog import ProviderConfig, Target, parse_target
from workbench.domain.errors import ConfigurationError
from workbench.domain.ids import new_id
from workbench.domain.lanes import Lane, Parameters
from workbench.providers.vendors import load_vendors
from workbench.settings.files import load_settings
from workbench.settings.model import Settings
from workbench.settings.paths import config_path
from workbench.store.quick import read_lineups
from workbench.wiring.history import history_path

if TYPE_CHECKING:
    from workbench.engine.options import EngineOptions
    from workbench.settings.reader import Issue

SIM = ProviderConfig(
    name="sim",
    protocol="openai-chat",
    base_url="http://127.0.0.1",
    label="simulated",
    local=True,
    simulated=True,
)
"""Stands for the simulator until it runs; each of its models has a protocol of its own."""


class Setup(NamedTuple):
    """What holds for this run."""

    settings: Settings
    configs: dict[str, ProviderConfig]
    """Every provider by name: built-in rows, the user's, the simulator."""
    path: Path
    exists: bool = False
    warnings: "tuple[Issue, ...]" = ()
    problem: str | None = None
    """Why the file isn't used; defaults hold instead."""


def read_setup(path: Path | None = None) -> Setup:
    """The setup that the file describes.

    Raises:
        ConfigurationError: the file can't be used.
    """
    vendors = load_vendors()
    loaded = load_settings(path, vendors)
    configs = {**vendors, **loaded.settings.providers, SIM.name: SIM}
    return Setup(loaded.settings, configs, loaded.path or config_path(), loaded.exists, loaded.warnings)


def read_setup_or_defaults(path: Path | None = None) -> Setup:
    """The same for the app, which opens with defaults and a banner when the file is bad."""
    try:
        return read_setup(path)
    except ConfigurationError as error:
        configs = {**load_vendors(), SIM.name: SIM}
        return Setup(Settings(), configs, path or config_path(), True, (), str(error))


def engine_options(settings: Settings) -> "EngineOptions":
    """The engine's deadlines from the settings'."""
    from workbench.engine.options import EngineOptions

    wanted = settings.deadlines
    return EngineOptions(
        connect_s=wanted.connect_s,
        first_token_s=wanted.first_token_s,
        first_token_local_s=wanted.first_token_local_s,
        idle_s=wanted.idle_s,
        progress_idle_s=wanted.progress_idle_s,
        total_s=wanted.total_s,
        retries=wanted.retries,
        retry_after_cap_s=wanted.retry_after_cap_s,
    )


def lanes_for(
    setup: Setup,
    targets: Sequence[str] = (),
    lineup: str | None = None,
    *,
    system: str | None = None,
    parameters: Parameters = Parameters(),
) -> tuple[Lane, ...]:
    """Fresh lanes: the line-up's, then one per target; with neither those of the default line-up, if there is one.

    What is given here wins over a lane's own, which wins over the defaults.

    Raises:
        ConfigurationError: no such line-up, or something that is no target.
    """
    named = lineup or (None if targets else setup.settings.defaults.lineup)
    lanes: list[Lane] = []
    if named is not None:
        found = setup.settings.lineups.get(named) or (saved := read_lineups(history_path())).get(named)
        if found is None:
            near = _nearest(named, [*setup.settings.lineups, *saved])
            where = f"line-ups stand in {setup.path}, or are saved in the app"
            raise ConfigurationError(f"no line-up is named {named!r}{near}; {where}")
        lanes += [lane for lane in found.lanes if lane.enabled]
    for target in targets:
        parse_target(target)
        lanes.append(Lane("", 0, target))
    defaults = setup.settings.defaults
    return tuple(
        replace(
            lane,
            id=new_id(),
            position=position,
            system=system or lane.system or defaults.system,
            parameters=_over(parameters, _over(lane.parameters, defaults.parameters)),
        )
        for position, lane in enumerate(lanes)
    )


def check_target(setup: Setup, text: str) -> None:
    """Refuse a target before anything is sent.

    Raises:
        ConfigurationError: it is no target, a route, or its provider or simulated model is not known.
    """
    target = check_provider(setup, text)
    if target.provider == SIM.name:
        from workbench.simulator.catalog import SIM_MODELS, find_model

        if find_model(target.name) is None:
            near = _nearest(target.name, SIM_MODELS)
            raise ConfigurationError(f"no simulated model is named {target.name!r}{near}: {', '.join(SIM_MODELS)}")


def check_provider(setup: Setup, text: str) -> Target:
    """The target that the text names.

    Raises:
        ConfigurationError: it is none, a route, or its provider is not known.
    """
    target = parse_target(text)
    if target.kind == "route":
        raise ConfigurationError(f"{text}: routes come with a later version; name a model")
    if target.provider not in setup.configs:
        near = _nearest(target.provider, setup.configs)
        raise ConfigurationError(
            f"no provider is named {target.provider!r}{near}; `workbench providers` lists them, "
            f"[providers.NAME] in {setup.path} adds one"
        )
    return target


def _nearest(name: str, known: Iterable[str]) -> str:
    from workbench.settings.reader import suggestion

    return suggestion(name, [*known])


def _over(first: Parameters, then: Parameters) -> Parameters:
    """Every parameter of the first that is set, else of the second."""
    names = ("max_output_tokens", "temperature", "top_p", "top_k", "seed", "stop", "reasoning_effort")
    said = {name: value for name in names if (value := getattr(first, name)) not in (None, ())}
    return replace(then, **said, extra={**then.extra, **first.extra})
