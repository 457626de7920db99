"""What every wire format has: a request to read, frames to write, an error to spell."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked
from workbench.simulator.reply import Piece, Reply


class Frames(ABC):
    """The frames of one streamed answer; `begin`, then `piece` for each, then `end`."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        self.asked = asked
        self.reply = reply

    def begin(self) -> bytes:
        """What comes before any content."""
        return b""

    @abstractmethod
    def piece(self, piece: Piece) -> bytes:
        """One token, with whatever opens and closes blocks around it."""

    @abstractmethod
    def end(self) -> bytes:
        """The finish marker and the usage."""

    @abstractmethod
    def error(self) -> bytes:
        """The frame with which this provider reports a failure in mid-answer."""

    def comment(self) -> bytes:
        """A keep-alive that carries nothing."""
        return b": keep-alive\n\n"

    def garbage(self) -> bytes:
        """A frame that is none."""
        return b'data: {"oops": tru\n\n'


class Wire(ABC):
    """One protocol."""

    protocol: str
    media_type = "text/event-stream; charset=utf-8"
    """Of a streamed answer."""
    id_header = "x-request-id"

    @abstractmethod
    def read(self, body: Mapping[str, Any], path: str) -> Asked:
        """Understand a request.

        Raises:
            BadRequest: the protocol does not take it.
        """

    @abstractmethod
    def frames(self, asked: Asked, reply: Reply) -> Frames:
        """The writer of a streamed answer."""

    @abstractmethod
    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:
        """The answer in one JSON object."""

    @abstractmethod
    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
        """The body of an error."""

    def limits(self) -> dict[str, str]:
        """Rate-limit headers."""
        return {}


def dumps(value: object) -> str:
    """JSON as servers write it, without spaces and in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def encoded(text: str) -> bytes:
    """JSON text to bytes; a lone surrogate becomes its JSON escape, as it has no bytes."""
    return text.encode("utf-8", "backslashreplace")


def event(kind: str, payload: Mapping[str, Any]) -> bytes:
    """A named server-sent event."""
    return encoded(f"event: {kind}\ndata: {dumps(payload)}\n\n")


def data(payload: Mapping[str, Any]) -> bytes:
    """A server-sent event without a name."""
    return encoded(f"data: {dumps(payload)}\n\n")


def text_of_kind(pieces: Sequence[Piece], kind: str) -> str:
    """The pieces of one kind, joined."""
    return "".join(piece.text for piece in pieces if piece.kind == kind)


def calls_of(pieces: Sequence[Piece]) -> list[tuple[str, str, str]]:
    """(id, name, arguments) of every tool call, in order."""
    calls: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for piece in pieces:
        if piece.call is not None:
            calls.setdefault(piece.call.call_id, []).append(piece.text)
            names[piece.call.call_id] = piece.call.name
    return [(call_id, names[call_id], "".join(parts)) for call_id, parts in calls.items()]
