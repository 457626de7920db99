"""Output to a terminal that may go away: what can't be written any more is dropped, and the program can still end.

Textual's writer thread dies with the first failed write; its queue then fills and the loop waits for it for ever, deaf
even to signals.
"""

from typing import IO, Any

from textual.driver import Driver


class LostTerminalFile:
    """The terminal's file, without its errors."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.lost = False
        """A write failed; nothing is written since."""

    def write(self, text: str) -> int:
        """Write, or drop what nobody can see."""
        if not self.lost:
            try:
                return self._file.write(text)
            except OSError:
                self.lost = True
        return len(text)

    def flush(self) -> None:
        """Flush what was written."""
        if not self.lost:
            try:
                self._file.flush()
            except OSError:
                self.lost = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def outliving(driver_class: type[Driver]) -> type[Driver]:
    """The driver, writing to such a file where it writes to one."""

    class OutlivingDriver(driver_class):  # type: ignore[misc, valid-type]
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            file = getattr(self, "_file", None)
            if file is not None:
                self._file = LostTerminalFile(file)

    return OutlivingDriver
