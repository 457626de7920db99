"""A conversation as data: what was asked, of whom, and what each lane answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from workbench.domain.errors import ErrorInfo
from workbench.domain.events import FinishReason
from workbench.domain.lanes import ContextMode as ContextMode
from workbench.domain.lanes import Lane as Lane
from workbench.domain.lanes import LineUp as LineUp
from workbench.domain.lanes import Parameters as Parameters
from workbench.domain.lanes import Session as Session
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage

Role = Literal["user", "assistant", "tool"]
AttemptReason = Literal["first", "retry", "fallback", "hedge", "resume", "corrective", "tool"]
"""`tool`: the results of tools go back within one answer."""
ToolOutcome = Literal["done", "failed", "invalid", "unknown", "denied", "unrun"]
"""What became of a call: `unknown` was never offered, `unrun` came after a limit."""
ResponseState = Literal[
    "streaming",
    "complete",
    "truncated",
    "refused",
    "filtered",
    "empty",
    "cancelled",
    "failed",
    "interrupted",
]
ENDED_WITH_CONTENT: frozenset[str] = frozenset({"complete", "truncated", "refused", "filtered"})
"""States whose answer is part of the lane's own history; the others are left out of it."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class FilePart:
    """An image or file sent along; the bytes are held as base64 text, ready for every protocol's form."""

    name: str
    media_type: str
    base64_data: str
    size: int
    """Bytes before encoding."""


@dataclass(frozen=True, slots=True)
class OpaquePart:
    """Signatures and encrypted reasoning: sent back unread, and only to the provider that made it."""

    provider: str
    protocol: str
    data: Any
    round: int = 0
    """The round of tool calls that it came with, as in `ToolCall`; 0: it came with the words that ended the answer."""


@dataclass(frozen=True, slots=True)
class ToolCallPart:
    """A call that the model asked for."""

    call_id: str
    name: str
    arguments: str
    """The raw JSON text as received; it may be no valid JSON."""


@dataclass(frozen=True, slots=True)
class ToolResultPart:
    """What a tool answered."""

    call_id: str
    name: str
    text: str
    is_error: bool = False


Part = TextPart | FilePart | OpaquePart | ToolCallPart | ToolResultPart


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The words in it."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True)
class ToolDefinition:
    """A tool in our one schema; adapters compile it."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of the arguments object."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to one model, before any provider's spelling."""

    model: str
    messages: tuple[Message, ...]
    system: str | None = None
    parameters: Parameters = Parameters()
    tools: tuple[ToolDefinition, ...] = ()
    tool_choice: str | None = None
    """None: the provider's default; "auto", "none", "required", or a tool's name."""
    output_schema: Mapping[str, Any] | None = None
    """JSON schema that the answer must satisfy."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt, sent to every enabled lane."""

    id: str
    session: str
    seq: int
    """1, 2, 3 … within the session; the order, whatever the clock did."""
    parts: tuple[Part, ...]
    created_utc: str
    context_mode: ContextMode = "own"
    parent_turn: str | None = None
    """The turn whose place this one takes: an edited prompt, which that turn and all after it give way to. With a
    `parent_response`: the turn that this one goes on from."""
    parent_response: str | None = None

    @property
    def prompt(self) -> str:
        """The words of it."""
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call in an answer."""

    call_id: str | None
    name: str
    arguments: str
    """Raw JSON text as received."""
    round: int = 0
    """1, 2, 3 …: calls of one round were asked for together; 0 when calls are only shown."""
    at: int = 0
    """Characters of the answer's text that were received before the call's round."""
    outcome: ToolOutcome | None = None
    """None: nothing was done about it."""
    result: str | None = None
    """What the model was told; None: nothing."""


@dataclass(frozen=True, slots=True)
class Response:
    """What one lane answered in one turn. Regenerating makes a new revision, never overwrites."""

    id: str
    turn: str
    lane: str
    target: str
    sample: int = 0
    revision: int = 0
    state: ResponseState = "streaming"
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    citations: tuple[str, ...] = ()
    """URLs, each once, in order."""
    opaque: tuple[OpaquePart, ...] = ()
    finish_reason: FinishReason | None = None
    finish_raw: str | None = None
    error: ErrorInfo | None = None
    warnings: tuple[str, ...] = ()
    final_attempt: str | None = None
    model_served: str | None = None
    usage: Usage = Usage()
    """Of the attempt that stands; with tools of all rounds together, because each reads the conversation again."""
    usage_raw: Mapping[str, Any] | None = None
    cost_nano: int | None = None
    """Nano-dollars of all its attempts; None is unknown."""
    cost_estimated: bool = False
    """The tokens behind the cost were estimated."""
    timing: Timing = Timing()
    deltas: bytes = b""
    """`timing.pack_deltas` of reasoning and text, in order of arrival."""
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to one deployment."""

    id: str
    response: str
    n: int
    """1 for the first."""
    reason: AttemptReason
    provider: str
    model_requested: str
    start_utc: str
    model_served: str | None = None
    parameters: Parameters = Parameters()
    timing: Timing = Timing()
    usage: Usage = Usage()
    usage_raw: Mapping[str, Any] | None = None
    cost_nano: int | None = None
    rates: Mapping[str, Any] | None = None
    """The rates used, so that an old cost never changes: `prices.Rates` as a mapping."""
    price_version: str | None = None
    http_status: int | None = None
    error: ErrorInfo | None = None
    request_id: str | None = None
    finish_reason: FinishReason | None = None
    finish_raw: str | None = None
    won: bool = False
    """Its answer is the response's."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """A turn with everything that was answered, newest revisions last; what reopening a session reads."""

    turn: Turn
    responses: tuple[Response, ...]
