"""What blocks become: leaves, each a block of text or a bounded part of one, inside bars and indentation."""

from dataclasses import dataclass, field, replace
from enum import IntEnum

from workbench.app.answer.containers import Container
from workbench.app.answer.look import Row, Run


class Kind(IntEnum):
    """Of leaves."""

    PARAGRAPH = 0
    HEADING = 1
    CODE = 2
    TABLE = 3
    RULE = 4
    RAW = 5
    """Lines as they are: HTML, link definitions."""
    PLAIN = 6
    """A piece of a line too long to be read as Markdown."""
    PROMPT = 7
    NOTICE = 8
    LINE = 9
    """One line of our own, such as the one that stands for folded reasoning, in words from long to short."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A quote around a leaf."""


@dataclass(frozen=True, slots=True)
class Indent:
    """A list item around a leaf."""

    width: int
    marker: str = ""
    """Drawn before the first row; empty after the item's first leaf."""


Frame = Bar | Indent


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A finished or open block of code."""

    number: int
    """1, 2, 3 … within the answer."""
    language: str
    """The first word after the fence; empty when there is none."""
    text: str
    """Exactly as received, without the fence."""


@dataclass(slots=True)
class Code:
    """What the parts of one code block share."""

    number: int
    """0 for code by indentation, which nobody named."""
    info: str
    """The words after the fence."""
    start: int
    """Of the code in the raw text, characters."""
    end: int
    containers: tuple[Container, ...] = ()
    indent: int = 0
    """Of the fence; as much is taken off each line."""


@dataclass(slots=True)
class Table:
    """What the parts of one table share."""

    alignments: list[str]
    header: list[str]
    first_rows: list[list[str]] = field(default_factory=list)
    """Of the first part: header and these settle the widths of the columns."""
    cells: dict[str, tuple[list[Run], int, int]] = field(default_factory=dict)
    """Parsed cells, their widths and those of their longest words, kept by the layout."""
    sizes: tuple[int, list[int], list[int]] | None = None
    """Number of first rows seen, natural width and longest word of each column."""


@dataclass(slots=True, eq=False)
class Leaf:
    """A block that holds text itself, or a part of one."""

    kind: Kind
    frames: tuple[Frame, ...] = ()
    gap: int = 0
    """Empty rows above."""
    shared: int = 0
    """Frames shared with the leaf above; the gap shows their bars."""
    lines: list[str] = field(default_factory=list)
    size: int = 0
    """Characters in `lines`, about."""
    level: int = 0
    """Of a heading."""
    part: int = 0
    """0 for the first or only part."""
    code: Code | None = None
    table: Table | None = None
    cells: list[list[str]] = field(default_factory=list)
    """Rows of a table's part."""
    look: int = 0
    rows: list["Row"] | None = None
    """As laid out for `width`, gap and all; None before that, after a change, and far from the screen."""
    width: int = 0
    height: int = 0
    """Rows at `width`."""
    tokens: list[list[tuple[int, int]]] | None = None
    """For each line of code: lengths and looks; None until it was highlighted."""
    coloured: int = -1
    """Lines that `tokens` was made for."""
    unfinished: bool = False
    """Whether the last line may still grow."""
    labels: frozenset[str] = frozenset()
    """Of links by reference in it; known once it was laid out."""

    def add(self, line: str) -> None:
        """One more line."""
        self.lines.append(line)
        self.size += len(line) + 1
        self.forget()

    def forget(self) -> None:
        """Its layout no longer fits."""
        self.rows, self.width, self.coloured = None, 0, -1

    def copy(self) -> "Leaf":
        """An independent one that may be written on."""
        table = self.table
        cells = [*self.cells]
        if table is not None and self.part == 0:
            table = replace(table, first_rows=cells)
        code = None if self.code is None else replace(self.code)
        return replace(self, lines=[*self.lines], cells=cells, table=table, code=code)
