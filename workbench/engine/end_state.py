"""How an answer ended: DESIGN 2's table as one pure function.

Content is what counts as a first token: text, reasoning, a tool call, a refusal. A stream that breaks after reasoning
alone is therefore truncated, not failed: something was received, paid for and kept.
"""

from dataclasses import dataclass

from workbench.domain.conversation import ResponseState
from workbench.domain.errors import EMPTY_REPLY, ErrorInfo
from workbench.domain.events import Finish, FinishReason


@dataclass(frozen=True, slots=True)
class End:
    """State and finish reason of a response; `error` is what stands under the answer."""

    state: ResponseState
    finish_reason: FinishReason
    finish_raw: str | None = None
    error: ErrorInfo | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What came before the end."""

    text: bool = False
    """More than white space."""
    reasoning: bool = False
    tool_call: bool = False
    refusal: bool = False

    @property
    def content(self) -> bool:
        """Anything that counts as a first token."""
        return self.text or self.reasoning or self.tool_call or self.refusal


def end_of(received: Received, finish: Finish | None, error: ErrorInfo | None, *, cancelled: bool = False) -> End:
    """The one end of an attempt or response.

    The user's stop wins over everything; a finish that was received wins over an error that came after it.
    """
    if cancelled:
        return End("cancelled", "cancelled")
    if finish is not None:
        return _finished(received, finish)
    error = error or ErrorInfo("cut", "the stream ended without its finish marker")
    if error.kind == "filtered":
        return End("filtered", "content_filter", error.provider_code, error)
    if error.provider_code == EMPTY_REPLY and not received.content:
        return End("empty", "incomplete", None, error)
    if received.content:
        return End("truncated", "incomplete", None, error)
    return End("failed", "error", None, error)


def _finished(received: Received, finish: Finish) -> End:
    reason, raw = finish.reason, finish.raw
    if reason == "refusal" or (received.refusal and reason in ("stop", "other")):
        return End("refused", reason, raw)
    if reason == "content_filter":
        return End("filtered", reason, raw)
    if reason in ("error", "incomplete", "cancelled"):
        error = ErrorInfo("server", _ended_badly(finish), provider_code=raw)
        return End("truncated", "incomplete", raw, error) if received.content else End("failed", "error", raw, error)
    if reason == "paused":
        return End("truncated", reason, raw)
    if not (received.text or received.tool_call or received.refusal):
        return End("empty", reason, raw)
    if reason == "length":
        return End("truncated", reason, raw)
    return End("complete", reason, raw)


def _ended_badly(finish: Finish) -> str:
    said = finish.detail or finish.raw
    return f"the provider ended the answer early ({said})" if said else "the provider ended the answer early"
