"""Token counts, in one convention for all providers."""

from collections.abc import Mapping
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
