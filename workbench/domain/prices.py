"""What an attempt costs, from its usage and the rates of its model; integers all the way.

Rates are nano-dollars per token, which is the same number as dollars per million tokens times 1,000.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Rates that replace the base rates once the input is longer than `above_input_tokens`."""

    above_input_tokens: int
    input: int
    output: int
    cached_input: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None


@dataclass(frozen=True, slots=True)
class Rates:
    """Nano-dollars per token of one model; None falls back as the field says."""

    input: int
    output: int
    cached_input: int | None = None
    """None: cached tokens cost as much as others."""
    cache_write: int | None = None
    """None: as `input`."""
    cache_write_1h: int | None = None
    """None: as `cache_write`."""
    per_server_tool: Mapping[str, int] = field(default_factory=dict)
    """Nano-dollars per call of a server-side tool."""
    tiers: tuple[Tier, ...] = ()
    """By rising threshold."""
    version: str = ""
    """Where the rates are from: "genai-prices 0.2.3", "configuration"."""
