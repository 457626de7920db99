"""What the terminal sends, made safe: a paste is text and nothing but text, and no byte makes the program deaf.

Textual's parser reads the inside of a paste as keys wherever an escape stands in it, so pasted bytes could press any
key; it waits for a paste's end for ever; and its driver ends the program at a byte that is no UTF-8.
"""

import codecs
import functools
import time
from collections.abc import Callable, Iterable

from textual import events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

from workbench.domain.clean import pasted

PASTE_PATIENCE_S = 3.0
"""A paste that has said nothing for this long is over, whether its end came or not."""
_OVERLAP = len(BRACKETED_PASTE_END) - 1


class KeyboardParser(XTermParser):
    """Takes pastes out of the stream of keys before they are looked at."""

    clock: Callable[[], float] = staticmethod(time.monotonic)

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._paste: list[str] | None = None
        """The pieces of the paste that is coming."""
        self._tail = ""
        """The last few characters, in which a mark may have begun."""
        self._heard_s = 0.0

    def feed(self, data: str) -> Iterable[Message]:
        """Keys as ever, a paste as one event when it is whole."""
        if not data:
            yield from super().feed(data)
            return
        while data:
            if self._paste is None:
                keys, data = self._until(BRACKETED_PASTE_START, data)
                yield from super().feed(keys)
                if self._tail == BRACKETED_PASTE_START:
                    self._tail, self._paste = "", []
            else:
                text, data = self._until(BRACKETED_PASTE_END, data)
                self._paste.append(text)
                if self._tail == BRACKETED_PASTE_END:
                    yield from self._pasted("".join(self._paste).removesuffix(BRACKETED_PASTE_END))
        self._heard_s = self.clock()

    def tick(self) -> Iterable[Message]:
        """Give up on what doesn't come."""
        waited = self._timeout_time
        yield from super().tick()
        if waited is not None and self._timeout_time is None:
            self._tail = ""  # it was taken for keys
        if self._paste is not None and self.clock() - self._heard_s > PASTE_PATIENCE_S:
            yield from self._pasted("".join(self._paste))

    def _until(self, mark: str, data: str) -> tuple[str, str]:
        """The data up to and with a mark, and the rest; the mark may have begun in earlier data."""
        tail = self._tail[-_OVERLAP:]
        found = (tail + data).find(mark)
        if found < 0:
            self._tail = (tail + data[-_OVERLAP:])[-_OVERLAP:]
            return data, ""
        end = found + len(mark) - len(tail)
        self._tail = mark
        return data[:end], data[end:]

    def _pasted(self, text: str) -> Iterable[Message]:
        self._paste, self._tail = None, ""
        for message in super().feed(BRACKETED_PASTE_END):  # it waits for this since the paste began
            if isinstance(message, events.Paste):
                yield events.Paste(pasted(text.replace("\r\n", "\n").replace("\r", "\n")))
            else:
                yield message


def mend_keyboard() -> None:
    """Let Textual's driver read the terminal this way; bytes that are no UTF-8 become U+FFFD."""
    try:
        from textual.drivers import linux_driver
    except ImportError:  # another platform has another driver
        return

    def decoder(encoding: str) -> "functools.partial[codecs.IncrementalDecoder]":
        return functools.partial(codecs.getincrementaldecoder(encoding), errors="replace")

    if hasattr(linux_driver, "getincrementaldecoder"):
        linux_driver.getincrementaldecoder = decoder
    setattr(linux_driver, "XTermParser", KeyboardParser)  # noqa: B010  (the name is not exported)
