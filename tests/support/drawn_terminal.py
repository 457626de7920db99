"""A program in a pseudo-terminal, with what a person would see of it: the cells, by an independent emulator."""

import codecs
import os
import re
import select
import struct
import termios
import time
import unicodedata
from collections.abc import Callable, Sequence
from fcntl import ioctl
from functools import cache

import pyte
from wcwidth import wcwidth

from tests.support.terminal import Terminal

_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[(?:[<>=][0-9;]*[a-z]|\?[0-9;]*\$p)")
"""Questions and keyboard modes, which draw nothing; the emulator would print their last letter."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[<>=?]?[0-9;]*\$?)?\Z")


@cache
def _takes_room(character: str) -> bool:
    """The emulator stops at marks of no width that it can't combine, such as joiners and some vowel signs."""
    return character < "\u0300" or wcwidth(character) != 0 or bool(unicodedata.combining(character))


class DrawnTerminal(Terminal):
    """Terminal with a screen."""

    def __init__(
        self, arguments: Sequence[str], *, columns: int = 120, rows: int = 40, env: dict[str, str] | None = None
    ) -> None:
        super().__init__(arguments, columns=columns, rows=rows, env=env)
        self.columns, self.lines = columns, rows
        self._cells = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._cells)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._drawn = 0
        """Bytes of the output that the screen has seen."""

    @property
    def rows(self) -> list[str]:
        """What stands on the screen now."""
        self._draw()
        return ["".join(self._cells.buffer[y][x].data for x in range(self.columns)) for y in range(self.lines)]

    def _draw(self) -> None:
        end = len(self.output)
        if cut := _UNFINISHED.search(self.output, max(self._drawn, end - 40)):
            end = cut.start()
        if end > self._drawn:
            text = self._decode(_UNKNOWN_TO_PYTE.sub(b"", self.output[self._drawn : end]))
            self._stream.feed("".join(filter(_takes_room, text)) if not text.isascii() else text)
            self._drawn = end

    @property
    def text(self) -> str:
        """The same as one text."""
        return "\n".join(self.rows)

    def until(self, seen: str | Callable[[str], bool], timeout_s: float = 20.0) -> str:
        """Read until the screen shows this; returns what it shows."""
        end = time.monotonic() + timeout_s
        while True:
            self._hear()
            text = self.text
            if seen in text if isinstance(seen, str) else seen(text):
                return text
            known = len(self.output)
            while len(self.output) == known:
                if time.monotonic() > end or not self._read(0.1):
                    raise AssertionError(f"{seen!r} never showed; the screen is\n{text}")

    def cell(self, column: int, row: int) -> str:
        """What stands in one cell; empty in the right half of a wide character."""
        self._draw()
        return str(self._cells.buffer[row][column].data)

    def send(self, keys: bytes) -> None:
        """Type, however much it is, and listen meanwhile."""
        while keys:
            _, ready, _ = select.select([], [self._near], [], 0.1)
            if ready:
                keys = keys[os.write(self._near, keys[:1024]) :]
            self._hear()

    def _hear(self) -> None:
        """Everything that it has said so far."""
        while select.select([self._near], [], [], 0)[0] and self._read(0, once=True):
            pass

    def read_some(self) -> None:
        """Listen until it says something, a twentieth of a second at most."""
        self._read(0.05)

    def resize(self, columns: int, rows: int) -> None:
        """Drag the window's corner."""
        self.columns, self.lines = columns, rows
        self._cells.resize(rows, columns)
        self._cells.reset()  # whatever stands there afterwards was drawn anew
        ioctl(self._near, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
