"""The settings as TOML again, defaults included: what `config show` prints. Nothing in them is secret."""

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Lane, Parameters
from workbench.domain.prices import NANO, Rates
from workbench.settings.model import Settings
from workbench.settings.reader import spelled
from workbench.settings.sections import RATE_NAMES


def shown(settings: Settings) -> str:
    """TOML that means these settings; what is unset is left out."""
    return "\n".join(_sections(settings)).strip()


def _sections(settings: Settings) -> Iterator[str]:
    yield from _section(
        ("app",),
        {name: getattr(settings, name) for name in ("theme", "follow", "symbols", "motion", "notify", "refresh")},
    )
    defaults = settings.defaults
    yield from _section(
        ("defaults",),
        {
            "lineup": defaults.lineup,
            "system": defaults.system,
            "context": defaults.context,
            **_parameters(defaults.parameters),
        },
    )
    yield from _section(("deadlines",), settings.deadlines._asdict())
    yield from _section(("budgets",), settings.budgets._asdict())
    yield from _section(("keymap",), settings.keymap)
    for name, config in settings.providers.items():
        yield from _section(("providers", name), _provider(config))
    for name, lineup in settings.lineups.items():
        yield from _section(("lineups", name), {"lanes": [_lane(lane) for lane in lineup.lanes]})
    for name, rates in settings.prices.items():
        yield from _section(("prices", name), _rates(rates))


def _section(path: tuple[str, ...], values: Mapping[str, Any]) -> Iterator[str]:
    said = {name: value for name, value in values.items() if value not in (None, "", (), {}, [])}
    if said:
        yield f"[{spelled(path)}]"
        yield from (f"{spelled((name,))} = {_toml(value)}" for name, value in said.items())
        yield ""


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _provider(config: ProviderConfig) -> dict[str, Any]:
    names = ("protocol", "base_url", "api_key_env", "key_command", "label", "models", "headers", "quirks", "local")
    return {name: getattr(config, name) for name in names}


def _parameters(parameters: Parameters) -> dict[str, Any]:
    values = _fields(parameters)
    return (
        {**values, "extra": None} if not parameters.extra else {**values, "extra": None, "parameters": values["extra"]}
    )


def _lane(lane: Lane) -> Any:
    more = {"label": lane.label, "system": lane.system, **_parameters(lane.parameters)}
    said = {name: value for name, value in more.items() if value not in (None, "", (), {})}
    if not lane.enabled:
        said["enabled"] = False
    return {"target": lane.target, **said} if said else lane.target


def _rates(rates: Rates) -> dict[str, Any]:
    def dollars(of: Any) -> dict[str, float]:
        return {name: getattr(of, name) / NANO for name in RATE_NAMES if getattr(of, name) is not None}

    tiers = [{"above_input_tokens": tier.above_input_tokens, **dollars(tier)} for tier in rates.tiers]
    return {**dollars(rates), "tiers": tiers}


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float() if math.isfinite(value) and value == int(value) and abs(value) < 10**15:
            return str(int(value))
        case Mapping():
            inner = ", ".join(f"{spelled((name,))} = {_toml(each)}" for name, each in value.items() if each is not None)
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            return str(value)
