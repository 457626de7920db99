"""What a piece of text looks like, as a number: flags in the low bits, a code token above them.

It is apart from colours so that parsing and wrapping know nothing of themes; `palette` turns looks into styles.
"""

from typing import Any, NamedTuple

BOLD = 1
ITALIC = 2
STRIKE = 4
CODE = 8
"""Inline code."""
LINK = 16
MUTED = 32
HEADING = 64
GROUND = 128
"""The tinted ground of a code block."""
RULE = 256
"""Bars, table rules, bullets."""
ERROR = 512
WARNING = 1024
MATCH = 2048
"""Found by the search."""
CURRENT = 4096
"""The match that the search stands on."""
SELECTED = 8192
TOKEN_SHIFT = 16

TOKENS = ("", "comment", "keyword", "string", "number", "name", "builtin", "operator", "inserted", "deleted")
"""Kinds of code tokens; a look holds the index."""


class Run(NamedTuple):
    """Text of one look."""

    text: str
    look: int
    link: str | None = None
    """The target, as written, of a link or image."""


class Row:
    """One line of the view, without air and ground."""

    __slots__ = ("fill", "join", "lead", "runs", "strip")

    def __init__(self, runs: tuple[Run, ...], join: str | None = None, lead: int = 0, fill: int = 0) -> None:
        self.runs = runs
        self.join = join
        """What stood between it and the next row where it was wrapped; None at a real line end."""
        self.lead = lead
        """Runs that only decorate: bars, indentation."""
        self.fill = fill
        """The look of the rest of the line."""
        self.strip: Any = None
        """As painted; kept while it is near the screen."""

    @property
    def text(self) -> str:
        """Everything on it."""
        return "".join(run.text for run in self.runs)

    def same(self, other: "Row") -> bool:
        """Whether both look alike."""
        return self.runs == other.runs and self.fill == other.fill
