"""What the engine tells: the one story that the panes, the sidebar, `ask --events` and the tests read."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.conversation import Attempt, Response, ToolCall, Turn
from workbench.domain.errors import ErrorInfo
from workbench.domain.events import StreamEvent


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """A prompt went out; one response per enabled lane (and sample), some of them perhaps queued."""

    turn: Turn
    responses: Sequence[Response]


@dataclass(frozen=True, slots=True)
class ResponseQueued:
    """The lane is busy; the response waits in its queue."""

    response: str
    lane: str
    ahead: int


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """A response begins; also for retries and samples that were added to an older turn."""

    response: Response


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """A request is being made."""

    lane: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Received:
    """One read from the network in one attempt."""

    lane: str
    response: str
    attempt: str
    seq: int
    """0, 1, 2 … within the attempt; the number of the first event in it."""
    t_s: float
    """Seconds since the attempt's start."""
    events: Sequence[StreamEvent]


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """An attempt ended in an error; `phase` is "connect", "headers", "first_token" or "content"."""

    lane: str
    attempt: Attempt
    error: ErrorInfo
    phase: str


@dataclass(frozen=True, slots=True)
class RetryScheduled:
    """The engine waits before it tries again."""

    lane: str
    response: str
    wait_s: float
    retry: int
    """1 for the first retry."""
    of: int
    error: ErrorInfo


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """An attempt ended with a finish reason, or because its user stopped it."""

    lane: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """A model asked for a tool of ours; all calls of a round are told before the first of them is run."""

    lane: str
    response: str
    call: ToolCall
    problem: str | None
    """Why it is not run, in one sentence; None: it is valid."""


@dataclass(frozen=True, slots=True)
class ToolAnswered:
    """A call is settled, with its outcome and what the model is told."""

    lane: str
    response: str
    call: ToolCall
    approval: str
    """"once", "turn", "session" or "deny" as the user said now, "given" before; empty when nobody was asked."""


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """A response is over, with its state, whole text, usage, cost and timing."""

    lane: str
    response: Response


EngineEvent = (
    TurnStarted
    | ResponseQueued
    | ResponseStarted
    | AttemptStarted
    | Received
    | AttemptFailed
    | RetryScheduled
    | AttemptEnded
    | ToolCalled
    | ToolAnswered
    | ResponseEnded
)
