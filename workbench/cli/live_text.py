"""Cleans text that is printed while it still comes.

The cleaner looks at neighbours: a zero-width joiner is spelling between two emoji and hidden anywhere else. So what
may belong together with the next piece is held back until that has come.
"""

import unicodedata

from workbench.domain.clean import clean

_WAITING = frozenset({"Cf", "Cs", "Cn", "Mn", "Me", "Sk", "So"})
_MOST_HELD = 64


class LiveText:
    """One answer on its way to a terminal or pipe."""

    def __init__(self) -> None:
        self._held = ""
        self._before = ""
        self.ends_line = True
        """What was given out last ends with a newline, or nothing was."""
        self.empty = True

    def feed(self, text: str) -> str:
        """What can be printed now."""
        text = self._held + text
        cut = len(text)
        while cut and len(text) - cut < _MOST_HELD and _may_join(text[cut - 1]):
            cut -= 1
        self._held = text[cut:]
        return self._out(text[:cut])

    def close(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return self._out(held)

    def _out(self, text: str) -> str:
        if not text:
            return ""
        shown = clean(self._before + text)[len(clean(self._before)) :]
        self._before = text[-1]
        self.empty = False
        self.ends_line = shown.endswith("\n") if shown else self.ends_line
        return shown


def _may_join(letter: str) -> bool:
    return letter == "\r" or (letter > "\x7f" and unicodedata.category(letter) in _WAITING)
