"""What an attempt costs, from its usage and the rates of its model; integers all the way, rounded once at the end.

A rate is *nano-dollars per million tokens*, which is the published "dollars per million tokens" times `NANO`: $3 is
3_000_000_000 and $0.0375 is 37_500_000, so that the smallest published price is still an integer.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from workbench.domain.usage import Usage

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""
MILLION = 1_000_000
CONFIGURED = "configuration"
"""The `version` of rates that the user stated."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates that replace *all* base rates once the input is longer than `above_input_tokens`; None as in `Rates`."""

    above_input_tokens: int
    input: int
    output: int
    cached_input: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per million tokens of one model; None falls back as the field says."""

    input: int
    output: int
    cached_input: int | None = None
    """None: cached tokens cost as much as others."""
    cache_write: int | None = None
    """Writing to a cache for five minutes. None: as `input`."""
    cache_write_1h: int | None = None
    """None: as `cache_write`."""
    per_server_tool: Mapping[str, int] = field(default_factory=dict)
    """Nano-dollars per call of a server-side tool, by the name that `Usage.server_tools` has."""
    tiers: tuple[Tier, ...] = ()
    """By rising threshold."""
    version: str = ""
    """Where the rates are from: "genai-prices 0.2.3", "configuration"."""
    reasoning: int | None = None
    """None: reasoning costs as much as other output."""
    per_request: int = 0
    """Nano-dollars for each request, whatever its length."""


def cost_nano(usage: Usage, rates: Rates | None) -> int | None:
    """Nano-dollars for one attempt.

    Returns:
        None when the sum holds something unknown: no rates, no count of input or output, or a called server-side tool
        without a price. Parts of input and output that nobody counted (None) are taken as none of them.
    """
    if rates is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    tier = _tier_of(rates, usage.input_tokens)
    cache_write = tier.input if tier.cache_write is None else tier.cache_write
    cache_write_1h = cache_write if tier.cache_write_1h is None else tier.cache_write_1h
    cached_input = tier.input if tier.cached_input is None else tier.cached_input
    reasoning = tier.output if tier.reasoning is None else tier.reasoning

    cached = usage.cached_input_tokens or 0
    written = usage.cache_write_tokens or 0
    written_1h = min(usage.cache_write_1h_tokens or 0, written)
    reasoned = min(usage.reasoning_tokens or 0, usage.output_tokens)
    millionths = (
        max(0, usage.input_tokens - cached - written) * tier.input
        + cached * cached_input
        + (written - written_1h) * cache_write
        + written_1h * cache_write_1h
        + (usage.output_tokens - reasoned) * tier.output
        + reasoned * reasoning
    )
    total = (millionths + MILLION // 2) // MILLION + rates.per_request
    for tool, calls in usage.server_tools.items():
        price = rates.per_server_tool.get(tool)
        if price is None and calls:
            return None
        total += calls * (price or 0)
    return total


def usd(dollars: Decimal | int | float | str) -> int:
    """Dollars as nano-dollars; of a published price per million tokens: the rate."""
    return int((Decimal(str(dollars)) * NANO).to_integral_value(ROUND_HALF_UP))


def rates_as_mapping(rates: Rates) -> dict[str, Any]:
    """The rates as plain data for a row, without what is at its default."""
    return {name: value for name, value in asdict(rates).items() if value not in (None, (), {}, "")}


def rates_from_mapping(data: Mapping[str, Any]) -> Rates:
    """The rates of a row.

    Raises:
        TypeError: the row holds something else.
    """
    return Rates(**{**data, "tiers": tuple(Tier(**tier) for tier in data.get("tiers", ()))})


def _tier_of(rates: Rates, input_tokens: int) -> Rates | Tier:
    found: Rates | Tier = rates
    for tier in rates.tiers:
        if input_tokens > tier.above_input_tokens:
            found = tier
    return found
