"""Token counts, in one convention for all providers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

UsageSource = Literal["provider", "estimated"]


@dataclass(frozen=True, slots=True)
class Usage:
    """The token counts of one attempt; None means that nobody said, which is not 0."""

    input_tokens: int | None = None
    """Everything read, cached and cache-written tokens included."""
    output_tokens: int | None = None
    """Everything written, reasoning included."""
    cached_input_tokens: int | None = None
    """The part of `input_tokens` that was served from a cache."""
    cache_write_tokens: int | None = None
    """The part of `input_tokens` that was written to a cache, whatever its lifetime."""
    cache_write_1h_tokens: int | None = None
    """The part of `cache_write_tokens` that is kept for an hour, which costs more."""
    reasoning_tokens: int | None = None
    """The part of `output_tokens` that was reasoning."""
    server_tools: Mapping[str, int] = field(default_factory=dict)
    """Calls of tools that ran at the provider and may be billed, by the provider's name (`web_search_requests`)."""
    source: UsageSource = "provider"


def sum_of(usages: Sequence[Usage]) -> Usage:
    """The counts of several attempts together; what one of them doesn't say is unknown of all."""
    if len(usages) == 1:
        return usages[0]

    def total(name: str) -> int | None:
        counts = [getattr(usage, name) for usage in usages]
        return None if not counts or None in counts else sum(counts)

    tools: dict[str, int] = {}
    for usage in usages:
        for name, number in usage.server_tools.items():
            tools[name] = tools.get(name, 0) + number
    estimated = any(usage.source == "estimated" for usage in usages)
    return Usage(
        **{name: total(name) for name in _COUNTS}, server_tools=tools, source="estimated" if estimated else "provider"
    )


_COUNTS = tuple(name for name in Usage.__slots__ if name not in ("server_tools", "source"))
