"""From the bytes of one body to events: framing, JSON and translation in one step, without I/O.

Kept apart from the translators so that a test or another transport can feed frames, and from the sockets so that a
recorded body can be played without one.
"""

import json
from typing import Any, Protocol

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import Finish, StreamEvent
from workbench.providers.assembly import Translator, Warnings

HEAD_BYTES = 64 << 10
"""How much of a body without any frame is kept, to tell what it was."""

_decoder: Any = json.JSONDecoder()
_decode = _decoder.decode
_scan = _decoder.scan_once
"""The scanner inside `decode`, which spends a third of its time on looking for white space."""


class Framing(Protocol):
    """Bytes to (event name, data) pairs."""

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The frames that `data` completes."""

    def close(self) -> list[tuple[str, str]]:
        """The frame that the end left open, if any."""


class BodyReader:
    """One streamed body: feed its bytes, then close."""

    def __init__(self, framing: Framing, translator: Translator) -> None:
        self._framing = framing
        self._translator = translator
        self._warnings = Warnings()
        self.frames = 0
        """Frames found so far, good or bad."""
        self._bad = 0
        self.head = b""
        """The beginning of the body, as far as it was read before the first frame."""

    @property
    def done(self) -> bool:
        """The last event was given; what follows in the body doesn't matter."""
        return self._translator.done

    @property
    def finished(self) -> bool:
        """The finish reason is known, though the body may go on."""
        return self._translator.finished

    @property
    def unread(self) -> bytes | None:
        """The beginning of a body in which nothing could be read, None where something could."""
        return self.head if self.frames == self._bad else None

    def feed(self, data: bytes, into: list[StreamEvent]) -> None:
        """Append to `into` what `data` says.

        Raises:
            ProviderError: the provider reports an error or sends too much; what is in `into` stands.
        """
        if self._translator.done:
            return
        if not self.frames and len(self.head) < HEAD_BYTES:
            self.head += data[: HEAD_BYTES - len(self.head)]
        self._take(self._framing.feed(data), into)

    def close(self, into: list[StreamEvent]) -> None:
        """Append to `into` what the end of the body says.

        Raises:
            ProviderError: `cut`, it ended before the finish; `parse`, there was nothing in it that could be read.
        """
        if self._translator.done:
            return
        whole, bad = self.frames, self._bad
        self._take(self._framing.close(), into)
        if self.done:
            return
        if bad and bad == whole:  # a frame that the end itself cut open tells nothing
            raise ProviderError(ErrorInfo("parse", "the body is no stream of this protocol: no frame could be read"))
        into.extend(self._translator.close())
        self._sum_up(into)

    def _take(self, frames: list[tuple[str, str]], into: list[StreamEvent]) -> None:
        translator = self._translator
        self.frames += len(frames)
        for name, data in frames:
            try:
                frame, end = _scan(data, 0)
                if end != len(data):
                    frame = _decode(data)
            except (ValueError, StopIteration, RecursionError):
                self._no_plain_json(name, data, into)
            else:
                self._translate(name, frame, into)
            if translator.done:
                self._sum_up(into)
                return

    def _translate(self, name: str, frame: Any, into: list[StreamEvent]) -> None:
        try:
            into.extend(self._translator.feed(name, frame))
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError) as error:
            # The shapes that servers are known to send are checked by the translators; this is for the others.
            into.extend(self._warnings.note("bad_frame", f"a frame of an unexpected shape ({type(error).__name__})"))

    def _no_plain_json(self, name: str, data: str, into: list[StreamEvent]) -> None:
        """A marker, JSON with white space before it, or no JSON at all."""
        if data.strip() == "[DONE]":
            into.extend(self._translator.marker("[DONE]"))
            return
        try:
            frame = _decode(data)
        except (ValueError, RecursionError):
            self._bad += 1
            into.extend(self._warnings.note("bad_frame", f"a frame that is no JSON was skipped: {data[:40]!r}"))
        else:
            self._translate(name, frame, into)

    def _sum_up(self, into: list[StreamEvent]) -> None:
        """Tell how many oddities there were, before the finish."""
        if into and isinstance(into[-1], Finish):
            into[-1:] = [*self._warnings.summary(), into[-1]]
