"""`workbench models`: what can be called, with prices and capabilities."""

import argparse
import asyncio
import contextlib
from typing import Any

from workbench.cli import exits
from workbench.cli.json_form import dollars
from workbench.cli.start import note
from workbench.cli.tables import emit, emit_json, emit_table
from workbench.domain.clean import clean_line
from workbench.domain.prices import Rates
from workbench.settings.keys import Keys
from workbench.store.tool_counts import ToolCounts, read_tool_counts
from workbench.wiring.catalogue import Entry, ModelLists, entries, refresh
from workbench.wiring.deployments import AllDeployments, AllPrices
from workbench.wiring.history import history_path
from workbench.wiring.setup import Setup, read_setup
from workbench.wiring.simulator import SimulatorOnDemand


def run(arguments: argparse.Namespace) -> int:
    """Print the catalogue."""
    setup = read_setup()
    lists = ModelLists()
    problems = asyncio.run(_refreshed(setup, lists, every=arguments.refresh))
    words = [word.lower() for word in arguments.query]
    found = [
        entry
        for entry in entries(setup.configs, lists, _prices(setup))
        if all(word in entry.target.lower() for word in words)
    ]
    counts = read_tool_counts(history_path())
    for provider, problem in problems.items():
        note(f"{clean_line(provider)}: no list of models: {clean_line(problem)}")
    if arguments.json:
        emit_json({"models": [_form(entry, counts.get(entry.target)) for entry in found], "problems": problems})
    elif found:
        headings = ("TARGET", "WINDOW", "IN $/M", "OUT $/M", "CAN", "CALLS OK", "NOTE")
        rows = [_row(entry, counts.get(entry.target)) for entry in found]
        emit_table(headings, rows, right=(1, 2, 3, 5))
    else:
        emit("no model is known" + (" by these words" if words else ""))
    return exits.OK


async def _refreshed(setup: Setup, lists: ModelLists, *, every: bool) -> dict[str, str]:
    deployments = AllDeployments(setup, Keys(), SimulatorOnDemand())
    try:
        return await refresh(deployments, lists, every=every, timeout_s=10.0 if every else 4.0)
    finally:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await deployments.close()


def _prices(setup: Setup) -> AllPrices:
    from workbench.providers.prices import GenaiPriceBook

    book = GenaiPriceBook(setup.settings.prices)
    book.load()
    return AllPrices(book)


def _form(entry: Entry, calls: ToolCounts | None) -> dict[str, Any]:
    rates = entry.rates
    return {
        "target": entry.target,
        "provider": entry.config.name,
        "model": entry.info.name,
        "protocol": entry.config.protocol,
        "context_window": entry.context_window,
        "max_output_tokens": entry.info.max_output_tokens,
        "capabilities": dict(entry.info.capabilities),
        "usd_per_million_tokens": None
        if rates is None
        else {
            "input": dollars(rates.input),
            "output": dollars(rates.output),
            "cached_input": dollars(rates.cached_input),
            "cache_write": dollars(rates.cache_write),
            "cache_write_1h": dollars(rates.cache_write_1h),
        },
        "tool_calls": None if calls is None else {"valid": calls.valid, "invalid": calls.invalid},
        "discovered": entry.info.discovered,
        "simulated": entry.config.simulated,
        "usable": entry.config.simulated or not entry.note,
        "note": entry.note,
    }


def _row(entry: Entry, calls: ToolCounts | None) -> tuple[str, ...]:
    can = ",".join(sorted(name for name, able in entry.info.capabilities.items() if able))
    return (
        entry.target,
        _window(entry.context_window),
        *_rates(entry.rates),
        can or "?",
        calls.words if calls else "",
        entry.note,
    )


def _window(tokens: int | None) -> str:
    if tokens is None:
        return "?"
    return f"{tokens / 1_000_000:.3g}M" if tokens >= 1_000_000 else f"{tokens / 1000:.0f}k"


def _rates(rates: Rates | None) -> tuple[str, str]:
    if rates is None:
        return "?", "?"
    return f"{rates.input / 1e9:.2f}", f"{rates.output / 1e9:.2f}"
