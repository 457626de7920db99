"""What each section of the file means: tables to the dataclasses of `model`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from workbench.domain.catalog import PROTOCOLS, Protocol, ProviderConfig, parse_target
from workbench.domain.errors import ConfigurationError
from workbench.domain.lanes import ContextMode, Lane, LineUp, Parameters
from workbench.domain.prices import CONFIGURED, Rates, Tier, usd
from workbench.settings.addresses import judge
from workbench.settings.model import FOLLOW, SYMBOLS, Budgets, Deadlines, Defaults, Follow, Settings, Symbols
from workbench.settings.reader import Findings, Table, suggestion
from workbench.settings.secrets import looks_secret, names_a_secret

MAX_LANES = 12
RATE_NAMES = ("input", "output", "cached_input", "cache_write", "cache_write_1h", "reasoning")
_RESERVED = ("sim", "route")
_EFFORTS = ("low", "medium", "high")
_CONTEXTS = ("own", "shared", "none")
_LATER = ("routes", "policies", "projects", "templates")


def read_settings(document: Mapping[str, Any], findings: Findings, vendors: Mapping[str, ProviderConfig]) -> Settings:
    """The settings in a parsed file; errors and warnings go to `findings`, the faulty value's default stands."""
    top = Table(document, (), findings)
    providers = _providers(top.table("providers"), vendors)
    app = top.table("app")
    settings = Settings(
        providers=providers,
        lineups=_lineups(top.table("lineups"), (*vendors, *providers, *_RESERVED)),
        prices={name: _rates(table) for name, table in top.table("prices").named_tables()},
        defaults=_defaults(top.table("defaults")),
        deadlines=_deadlines(top.table("deadlines")),
        budgets=_budgets(top.table("budgets")),
        theme=app.text("theme", None),
        follow=cast(Follow, app.choice("follow", FOLLOW, "paged")),
        symbols=cast(Symbols, app.choice("symbols", SYMBOLS, "unicode")),
        motion=app.flag("motion", True),
        notify=app.flag("notify", True),
        refresh=app.flag("refresh", True),
        keymap=_keymap(top.table("keymap")),
    )
    app.close()
    named = settings.defaults.lineup
    if named is not None and named not in settings.lineups:
        findings.warn(
            ("defaults", "lineup"), f"there is no line-up of that name{suggestion(named, [*settings.lineups])}"
        )
    top.close(_LATER)
    return settings


def parameters_from(values: Mapping[str, Any], whence: str) -> Parameters:
    """Parameters that were named one by one; unknown names go to the provider as they are.

    Raises:
        ConfigurationError: one is out of range; `whence` says where they were given.
    """
    findings = Findings("", "")
    parameters = _parameters(Table({}, (), findings), also=Table(values, (), findings))
    for issue in findings.errors:
        raise ConfigurationError(issue.message, f"{whence} {issue.where.rpartition(': ')[2]}")
    return parameters


def _providers(section: Table, vendors: Mapping[str, ProviderConfig]) -> dict[str, ProviderConfig]:
    found: dict[str, ProviderConfig] = {}
    spelled: dict[str, str] = {}
    for name, table in section.named_tables():
        if "/" in name or ":" in name or not name.strip() or not name.isprintable() or name.lower() in _RESERVED:
            section.error(name, f"a provider's name is free of '/' and ':' and none of {', '.join(_RESERVED)}")
        elif name.lower() in spelled:
            section.error(name, f"is the same name as {spelled[name.lower()]} but for capital letters")
        elif config := _provider(name, table, vendors.get(name)):
            found[name] = config
        spelled[name.lower()] = name
    return found


def _provider(name: str, table: Table, row: ProviderConfig | None) -> ProviderConfig | None:
    """One provider: the user's own, or a vendor's row with the user's changes."""
    protocol = table.choice("protocol", PROTOCOLS, row.protocol if row else None)
    base_url = table.text("base_url", row.base_url if row else None)
    for key, value in (("protocol", protocol), ("base_url", base_url)):
        if value is None and key not in table:
            section = f"providers.{name}"
            table.findings.error(table.path, f"{key} is missing in [{section}]" + _missing_hint(key))
    loopback = row.local if row else False
    if isinstance(base_url, str) and "base_url" in table:
        try:
            address = judge(base_url)
        except ValueError as problem:
            table.error("base_url", str(problem))
            base_url = None
        else:
            loopback = address.loopback
            for warning in address.warnings:
                table.warn("base_url", warning)
    key_env = table.text("api_key_env", row.api_key_env if row else None)
    if key_env and "api_key_env" in table and not _is_variable(key_env):
        table.error("api_key_env", "must be the name of an environment variable, such as LAB_KEY, not a key itself")
    config = ProviderConfig(
        name=name,
        protocol=cast(Protocol, protocol or "openai-chat"),
        base_url=base_url or "",
        api_key_env=key_env,
        key_command=table.text("key_command", row.key_command if row else None),
        label=table.text("label", row.label if row else ""),
        quirks={**(row.quirks if row else {}), **table.table("quirks").raw()},
        headers={**(row.headers if row else {}), **_headers(table.table("headers"))},
        models=table.texts("models") or (row.models if row else ()),
        local=(local := table.flag("local", loopback)),
        source=table.findings.where(table.path),
        key_optional=local and "api_key_env" not in table,
    )
    table.close()
    return config if protocol and base_url else None


def _missing_hint(key: str) -> str:
    if key == "protocol":
        return f": one of {', '.join(PROTOCOLS)}"
    return ': where the server is, such as "http://127.0.0.1:8000/v1"'


def _is_variable(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not looks_secret(name)


def _headers(table: Table) -> dict[str, str]:
    headers = {}
    for name in table.raw():
        value = table.text(name, None)
        if value is None:
            continue
        if names_a_secret(name) or not name.isascii() or any(letter in name + value for letter in "\r\n"):
            table.error(name, "can't be sent as a plain header; keys belong into api_key_env or key_command")
        else:
            headers[name] = value
    return headers


def _lineups(section: Table, providers: Sequence[str]) -> dict[str, LineUp]:
    found = {}
    for name, table in section.named_tables():
        entries = table.items("lanes")
        if not 1 <= len(entries) <= MAX_LANES:
            table.findings.error(table.path, f"a line-up has from 1 to {MAX_LANES} lanes")
        lanes = [_lane(entry, number, name, table, providers) for number, entry in enumerate(entries)]
        found[name] = LineUp(name, tuple(lane for lane in lanes if lane))
        table.close()
    return found


def _lane(entry: object, number: int, lineup: str, section: Table, providers: Sequence[str]) -> Lane | None:
    path = (*section.path, "lanes", number)
    if isinstance(entry, str):
        entry = {"target": entry}
    if not isinstance(entry, dict):
        section.findings.error(path, 'a lane is "provider/model" or a table { target = "provider/model", ... }')
        return None
    table = Table(entry, path, section.findings)
    target = table.text("target", None)
    if target is None:
        if "target" not in table:
            section.findings.error(path, "target is missing")
        return None
    try:
        parsed = parse_target(target)
    except ConfigurationError as problem:
        section.findings.error(path, problem.message)
        return None
    if parsed.kind == "model" and parsed.provider not in providers:
        section.findings.warn(path, f"no provider is named {parsed.provider}{suggestion(parsed.provider, providers)}")
    lane = Lane(
        id=f"{lineup}:{number}",
        position=number,
        target=target,
        label=table.text("label", ""),
        system=table.text("system", None),
        parameters=_parameters(table, also=table.table("parameters")),
        enabled=table.flag("enabled", True),
    )
    table.close()
    return lane


def _parameters(table: Table, also: Table | None = None) -> Parameters:
    """The parameters that stand in a table; in one of their own, unknown names go to the provider as they are."""
    effort = cast(Any, table.choice("reasoning_effort", _EFFORTS, None))
    parameters = Parameters(
        max_output_tokens=table.integer("max_output_tokens", None, 1, 10_000_000),
        temperature=table.number("temperature", None, 0, 2),
        top_p=table.number("top_p", None, 0, 1),
        top_k=table.integer("top_k", None, 1, 1_000_000),
        seed=table.integer("seed", None, -(2**63), 2**63 - 1),
        stop=table.texts("stop"),
        reasoning_effort=effort,
    )
    if also is None:
        return parameters
    inner = _parameters(also)
    names = ("max_output_tokens", "temperature", "top_p", "top_k", "seed", "stop", "reasoning_effort")
    said = {name: getattr(inner, name) for name in names if getattr(inner, name) not in (None, ())}
    extra = {name: value for name, value in also.raw().items() if name not in names}
    for name, value in extra.items():
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError):
            also.error(name, "can't be sent: JSON has no such value")
    return replace(parameters, **said, extra=extra)


def _rates(table: Table) -> Rates:
    """Dollars per million tokens in the file are nano-dollars per million tokens in the rates."""
    tiers = []
    for number, entry in enumerate(table.items("tiers")):
        tier = Table(entry if isinstance(entry, dict) else {}, (*table.path, "tiers", number), table.findings)
        above = tier.integer("above_input_tokens", 0, 1, 10**9)
        tiers.append(Tier(above, **_per_million(tier)))
        tier.close()
    rates = Rates(**_per_million(table), tiers=tuple(sorted(tiers, key=_threshold)), version=CONFIGURED)
    table.close()
    return rates


def _per_million(table: Table) -> dict[str, Any]:
    for key in ("input", "output"):
        if key not in table:
            table.findings.error(table.path, f"{key} is missing: dollars per million tokens")
    known = {"input": _nano(table, "input") or 0, "output": _nano(table, "output") or 0}
    return known | {key: _nano(table, key) for key in RATE_NAMES[2:]}


def _nano(table: Table, key: str) -> int | None:
    dollars = table.number(key, None, 0, 1_000_000)
    return None if dollars is None else usd(dollars)


def _threshold(tier: Tier) -> int:
    return tier.above_input_tokens


def _defaults(table: Table) -> Defaults:
    defaults = Defaults(
        lineup=table.text("lineup", None),
        system=table.text("system", None),
        context=cast(ContextMode, table.choice("context", _CONTEXTS, "own")),
        parameters=_parameters(table),
    )
    table.close()
    return defaults


def _deadlines(table: Table) -> Deadlines:
    standard = Deadlines()
    day = 86_400.0
    deadlines = Deadlines(
        connect_s=table.number("connect_s", standard.connect_s, 0.1, day),
        first_token_s=table.number("first_token_s", standard.first_token_s, 0.1, day),
        first_token_local_s=table.number("first_token_local_s", standard.first_token_local_s, 0.1, day),
        idle_s=table.number("idle_s", standard.idle_s, 0.1, day),
        progress_idle_s=table.number("progress_idle_s", standard.progress_idle_s, 0.1, day),
        total_s=table.number("total_s", None, 0.1, day),
        retries=table.integer("retries", standard.retries, 0, 10),
        retry_after_cap_s=table.number("retry_after_cap_s", standard.retry_after_cap_s, 0, day),
    )
    table.close()
    return deadlines


def _budgets(table: Table) -> Budgets:
    budgets = Budgets(
        day_usd=table.number("day_usd", None, 0, 1e9),
        session_usd=table.number("session_usd", None, 0, 1e9),
    )
    table.close()
    return budgets


def _keymap(table: Table) -> dict[str, str]:
    return {name: keys for name in table.raw() if (keys := table.text(name, ""))}
