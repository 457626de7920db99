"""What a stream says, the same for every provider.

A translator yields these from decoded frames; the thin I/O beside it adds `Headers` and stamps the arrival of each read
(`providers.base.Arrival`). Frozen and slotted, without validation: they are made a hundred times a second per pane.
A stream ends with exactly one `Finish`, or by raising `ProviderError`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.domain.usage import Usage

BlockKind = Literal["text", "reasoning", "tool", "refusal", "citation", "opaque"]
FinishReason = Literal[
    "stop",
    "length",
    "tool_calls",
    "content_filter",
    "refusal",
    "paused",
    "incomplete",
    "error",
    "cancelled",
    "other",
]


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The provider's rate-limit headers; None where it is silent. Resets are seconds from receipt."""

    requests_limit: int | None = None
    requests_remaining: int | None = None
    requests_reset_s: float | None = None
    tokens_limit: int | None = None
    tokens_remaining: int | None = None
    tokens_reset_s: float | None = None


@dataclass(frozen=True, slots=True)
class Headers:
    """The response's head arrived and is acceptable."""

    status: int
    request_id: str | None = None
    limits: RateLimits | None = None


@dataclass(frozen=True, slots=True)
class Meta:
    """Who really answers; may come again when the provider says more."""

    model_served: str | None = None
    response_id: str | None = None


@dataclass(frozen=True, slots=True)
class BlockStart:
    """A block opens. Blocks are numbered 0, 1, 2 … in the order in which they open, within one attempt."""

    block: int
    kind: BlockKind
    name: str | None = None
    """A tool's name; a server-side tool is of kind `opaque` and has its type here."""
    call_id: str | None = None
    """A tool call's id as the provider gave it; None when it gave none."""
    data: Any = None
    """Of an `opaque` block (signature, encrypted reasoning, server tool): what to send back to the same provider;
    of a `citation`: {"url": …, "title": …}."""


@dataclass(frozen=True, slots=True)
class BlockDelta:
    """More of a block, exactly as received: text, or a fragment of a tool call's JSON arguments."""

    block: int
    text: str


@dataclass(frozen=True, slots=True)
class BlockEnd:
    """A block is whole."""

    block: int
    data: Any = None
    """What became known only at the end: a reasoning block's signature."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life without content: a typed progress event counts as life, a bare ping or comment does not."""

    progress: str | None = None
    """What is going on ("web_search searching"); None for a ping."""


@dataclass(frozen=True, slots=True)
class UsageUpdate:
    """A snapshot that replaces every earlier one; never to be added up."""

    usage: Usage
    raw: Mapping[str, Any]
    """The provider's own object, as sent."""


@dataclass(frozen=True, slots=True)
class Warn:
    """Something odd that does not end the stream."""

    code: str
    """Stable: bad_frame, unknown_event, duplicate_event …"""
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider said that the answer is over. Nothing follows."""

    reason: FinishReason
    raw: str | None
    """The provider's own word."""
    detail: str | None = None
    """What it said about it: a refusal's category, a filter's name."""


StreamEvent = Headers | Meta | BlockStart | BlockDelta | BlockEnd | Heartbeat | UsageUpdate | Warn | Finish
