"""Writes standard output and error from a thread, so that a slow reader (a pager) never holds up the network.

Both streams pass one queue, which keeps notices behind the text that they are about.
"""

import contextlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import TextIO

_PIECE = 65_536
"""Characters written at once; between pieces the thread looks whether it was given up."""


class Output:
    """The two streams of one command."""

    def __init__(self, on_broken: Callable[[], object] = lambda: None) -> None:
        self._on_broken = on_broken
        self._queue: queue.SimpleQueue[tuple[TextIO | None, str] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="output", daemon=True)
        self.broken = sys.stdout is None
        """Nobody reads standard output any more."""
        self.failure: str | None = None
        """Why standard output can't be written, other than that nobody reads it."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        self._thread.start()

    def write(self, text: str) -> None:
        """To standard output."""
        if text:
            self._queue.put((sys.stdout, text))

    def note(self, text: str) -> None:
        """A line to standard error."""
        self._queue.put((sys.stderr, text + "\n"))

    def close(self, timeout_s: float) -> bool:
        """Wait until everything is written or nobody reads. False: the time was up first; call it again to wait on."""
        self._queue.put(None)
        self._thread.join(timeout_s)
        if self.broken or self.failure:
            _discard_stdout()
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """Leave what a reader who doesn't read has not taken."""
        _discard_stdout()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            stream, text = item
            if stream is None or self.broken or (stream is sys.stdout and self.failure):
                continue  # without a reader even notices are unwanted
            try:
                for start in range(0, len(text), _PIECE):
                    stream.write(text[start : start + _PIECE])
                stream.flush()
            except (OSError, ValueError) as error:
                if stream is sys.stdout:
                    self._give_up(error)

    def _give_up(self, error: OSError | ValueError) -> None:
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            self.failure = error.strerror or str(error)
        else:
            self.broken = True
        with contextlib.suppress(RuntimeError):
            self._on_broken()


def _discard_stdout() -> None:
    """Make sure that the interpreter's last flush neither fails nor waits."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
