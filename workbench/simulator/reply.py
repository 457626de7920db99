"""What a simulated model says to one request, before it is put on the wire."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

PieceKind = Literal["reasoning", "text", "refusal", "tool"]
FinishKind = Literal["stop", "length", "tool_calls", "refusal", "content_filter"]


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that the pieces of kind `tool` spell."""

    index: int
    call_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of the answer."""

    kind: PieceKind
    text: str
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Token counts; how a protocol spells and overlaps them is its wire's business."""

    input: int
    """Cached ones included."""
    cached: int
    output: int
    """Reasoning included."""
    reasoning: int


@dataclass(slots=True)
class Reply:
    """An answer: its pieces in order, and how it ends."""

    model: str
    """The name that served."""
    identity: str
    """20 letters and digits that ids are made of; the same for the same request."""
    pieces: Iterable[Piece]
    finish: FinishKind
    input_tokens: int
    cached_tokens: int = 0
    counted: bool = True
    """Whether the provider reports usage."""
    output_tokens: int = 0
    """Counted up while the pieces are sent."""
    reasoning_tokens: int = 0

    def count(self, piece: Piece) -> None:
        """Add a piece to the counts."""
        self.output_tokens += 1
        self.reasoning_tokens += piece.kind == "reasoning"

    @property
    def counts(self) -> Counts:
        """The counts so far."""
        return Counts(self.input_tokens, self.cached_tokens, self.output_tokens, self.reasoning_tokens)
