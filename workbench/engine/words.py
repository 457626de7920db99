"""The engine's states and waits as sentences for people: one wording for the app, `ask` and the exports."""

import math

from workbench.domain.conversation import Response
from workbench.domain.errors import ErrorInfo, ErrorKind

SHORT: dict[ErrorKind, str] = {
    "auth": "key rejected",
    "billing": "no credit",
    "permission": "not allowed",
    "rate": "rate limited",
    "overloaded": "overloaded",
    "connect": "not reachable",
    "dns": "unknown host",
    "tls": "certificate not trusted",
    "connect_timeout": "no connection in time",
    "first_token_timeout": "no answer in time",
    "stall": "fell silent",
    "total_timeout": "took too long",
    "cut": "connection lost",
    "bad_request": "request refused",
    "context_length": "too long for the model",
    "too_large": "too large",
    "filtered": "blocked by a filter",
    "not_found": "not found",
    "retired": "retired",
    "redirect": "redirect refused",
    "not_a_stream": "not a stream",
    "parse": "not understood",
    "server": "server error",
    "config": "configuration",
    "budget": "over budget",
    "internal": "internal fault",
}
"""A few words for each kind of error, for rails and lists."""


def state_sentence(response: Response) -> str | None:
    """What stands under an answer: how it ended and what can be done; None when there is nothing to say."""
    length = _after(response)
    match response.state:
        case "complete" | "streaming":
            return None
        case "cancelled":
            return f"stopped by you {length}"
        case "truncated":
            return _truncated(response, length)
        case "refused":
            return "the model declined to answer"
        case "filtered":
            return _filtered(response)
        case "empty":
            return _empty(response)
        case "interrupted":
            return f"interrupted {length}: the program ended while the answer came; continue or retry"
        case "failed":
            return response.error.message if response.error else "failed; retry to ask again"


def retry_sentence(error: ErrorInfo, wait_s: float, retry: int, of: int) -> str:
    """The wait before another try, counted in tries: "rate limited, trying again in 3 s (2 of 3)"."""
    return f"{SHORT[error.kind]}, trying again in {seconds(wait_s)} ({retry + 1} of {of + 1})"


def queued_sentence(ahead: int) -> str:
    """A prompt that waits in its lane's queue."""
    return "queued: waits for the answer before it" if ahead <= 1 else f"queued: {ahead} answers are before it"


def deadline_sentence(kind: ErrorKind, waited_s: float, provider: str) -> str:
    """An attempt that waited long enough; what to do is in it."""
    waited = seconds(waited_s)
    match kind:
        case "stall":
            return f"{provider} fell silent: nothing came for {waited}; continue or retry"
        case "total_timeout":
            return "the answer took longer than the limit for a whole answer; retry or raise total_s"
        case _:
            return f"{provider} sent no answer within {waited}; retry, or raise the deadline for slow models"


def seconds(value: float) -> str:
    """A wait: whole seconds from 10 up, rounded up below so that it never says 0."""
    if not math.isfinite(value):
        return "a while"
    if value >= 120:
        return f"{value / 60:.0f} min"
    return f"{max(1, math.ceil(value - 0.05))} s" if value >= 1 else f"{max(0.1, value):.1f} s"


def _after(response: Response) -> str:
    if response.text:
        return f"after {len(response.text):,} characters"
    if response.reasoning:
        return "while it was reasoning"
    return "before an answer came"


def _truncated(response: Response, length: str) -> str:
    if response.error is not None:
        return f"{response.error.message} ({length})"
    if response.finish_reason == "paused":
        return f"the provider paused the turn {length}; continue to go on"
    tokens = response.usage.output_tokens
    if tokens is None:
        return f"cut at the output limit {length}; continue, or raise the maximum output"
    sign = "~" if response.usage.source == "estimated" else ""
    return f"cut at the output limit after {sign}{tokens:,} tokens; continue, or raise the maximum output"


def _filtered(response: Response) -> str:
    if response.error is not None:
        return response.error.message
    return f"stopped by the provider's content filter {_after(response)}; rephrase the prompt"


def _empty(response: Response) -> str:
    if response.error is not None:
        return f"{response.error.message}; retry"
    if response.finish_reason == "length":
        return "no answer: the output limit was used up before the first word; raise the maximum output"
    if response.reasoning:
        return "no answer: the model reasoned and then finished without a word; retry"
    return "empty answer: the model finished without a word; retry or rephrase"
