"""Markdown blocks of a growing text, line by line.

A parser that reads one line after another and never looks ahead: what it made of finished lines stands, only its last
leaf is open. So the leaves of a prefix are the same whether it came at once or in deltas. Long blocks are cut into
parts of bounded size, which bounds what a frame can cost. Source: https://spec.commonmark.org/0.31.2/ and GitHub's
tables; raw HTML is text whose lines are kept, and link definitions stay visible, because nothing may vanish.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from workbench.app.answer.inline import destination, normal_label
from workbench.app.answer.look import Row, Run

MOST_NESTED = 10
"""Quotes and lists within each other; deeper ones are flattened."""
PARAGRAPH_PART = 4_000
"""Characters after which a paragraph goes on in a part of its own."""
CODE_PART = 48
"""Lines of code in one part."""
TABLE_PART = 32
"""Rows of a table in one part; the first part settles the widths of the columns."""
TABLE_CELLS = 400
"""Cells in one part of a table."""

_FENCE = re.compile(r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})\s*(?P<info>.*)$")
_HEADING = re.compile(r"(?P<level>#{1,6})(?:\s+(?P<text>.*?))?(?:\s+#+)?\s*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"(?P<marker>[-+*]|(?P<number>\d{1,9})(?P<delimiter>[.)]))(?P<space> +|$)")
_TITLE = re.compile(r"""$|"[^"]*"\s*$|'[^']*'\s*$|\([^()]*\)\s*$""")
_SETEXT = re.compile(r"(?P<bar>=+|-+)\s*$")
_DELIMITERS = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_TASK = re.compile(r"\[(?P<done>[ xX])\]\s+(?=\S)")
_HTML = re.compile(r"</?[A-Za-z][\w-]*(?:[\s/>]|$)|<!--|<[?!]")
_DEFINITION = re.compile(
    r"\[(?P<label>(?:\\.|[^\[\]\\]){1,999})\]:\s*(?:<(?P<angle>[^<>]*)>|(?P<bare>\S+))\s*(?P<title>.*)$"
)
_CELL_MARK = re.compile(r"\\.|`+|\|")


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
    FOLD = 9
    """The line that stands for folded reasoning."""


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
    containers: tuple["_Container", ...] = ()
    indent: int = 0
    """Of the fence; as much is taken off each line."""


@dataclass(slots=True)
class Table:
    """What the parts of one table share."""

    alignments: list[str]
    header: list[str]
    first_rows: list[list[str]] = field(default_factory=list)
    """Of the first part: header and these settle the widths of the columns."""
    cells: dict[str, tuple[list[Run], int]] = field(default_factory=dict)
    """Parsed cells and their widths, kept by the layout."""
    sizes: tuple[int, list[int]] | None = None
    """Number of first rows seen, natural width of each column."""


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


@dataclass(slots=True)
class _Counter:
    """The list that the last item belonged to."""

    kind: str
    number: int


@dataclass(slots=True)
class _Quote:
    """An open block quote, or the document."""

    counter: _Counter | None = None
    fresh: bool = True
    """No leaf in it was made yet."""


@dataclass(slots=True)
class _Item:
    """An open list item."""

    content: int
    """Column where its content starts, counted from its container."""
    width: int
    marker: str
    counter: _Counter | None = None
    """Of the list directly inside it."""
    fresh: bool = True
    """No leaf in it was made yet."""


_Container = _Quote | _Item


class BlockParser:
    """Leaves of one text. Feed it lines; `leaves` grows, and only the last of them may still change."""

    def __init__(self, look: int = 0) -> None:
        self.leaves: list[Leaf] = []
        self.definitions: dict[str, str] = {}
        """Link targets by normal label; the first definition wins."""
        self.codes: list[Code] = []
        self.code_count = 0
        self._look = look
        self._containers: list[_Container] = []
        self._top: _Container = _Quote()
        self._tip: Leaf | None = None
        """The open leaf."""
        self._fence: tuple[str, int] | None = None
        """Character and length of the open fence."""
        self._blank = False
        self._long = False

    @property
    def in_code(self) -> bool:
        """Whether the last line became code between fences."""
        return self._fence is not None and self._tip is not None and bool(self._tip.lines)

    def fork(self) -> "BlockParser":
        """A parser that may be fed an unfinished line; its first leaf stands for this one's last."""
        other = BlockParser(self._look)
        if self.leaves:
            last = self.leaves[-1].copy()
            other.leaves.append(last)
            if self._tip is not None:
                other._tip = last
            if last.code is not None and self.codes and last.code.number == self.code_count:
                other.codes.append(last.code)
        other.code_count = self.code_count
        other._containers = [_copy_container(container) for container in self._containers]
        other._top = _copy_container(self._top)
        other._fence, other._blank, other._long = self._fence, self._blank, self._long
        return other

    def line(self, text: str, end: int) -> None:
        """Take one line.

        Args:
            text: The line, cleaned, tabs expanded, without its end.
            end: Where the next line starts in the raw text.
        """
        column, matched = _match(self._containers, text)
        rest = text[column:]
        if self._fence is not None:
            if matched == len(self._containers):
                self._in_fence(rest, end, *self._fence)
                return
            self._close_fence()
        if not rest.strip():
            self._close_to(matched)
            self._tip = None
            self._blank = True
            return
        self._open_blocks(rest, matched, end)
        self._blank = False

    def long_piece(self, text: str) -> None:
        """Take a piece of a line that is too long for Markdown; it is shown as it is."""
        code = self.codes[-1] if self._fence is not None and self.codes else None
        if not self._long:
            if code is None:
                column, matched = _match(self._containers, text)
                self._close_to(matched)
                text = text[column:]
                self._tip = None
            self._add_leaf(Leaf(Kind.PLAIN, code=code), continues=code is not None)
        else:
            self._add_leaf(Leaf(Kind.PLAIN, code=code, part=1), continues=True)
        self.leaves[-1].add(text)
        self._long = True
        self._blank = False
        self._tip = None

    def finish_long(self, end: int) -> None:
        """The long line ended."""
        if self._fence is not None and self.codes:
            self.codes[-1].end = end
        self._long = False

    # -- block starts -------------------------------------------------------------------------------------------------

    def _open_blocks(self, rest: str, matched: int, end: int) -> None:
        """Start what the rest of a line starts, or add it to the open paragraph."""
        while True:
            stripped = rest.lstrip(" ")
            indent = len(rest) - len(stripped)
            lazy = matched < len(self._containers)
            paragraph = self._tip is not None and self._tip.kind is Kind.PARAGRAPH
            if indent >= 4:
                if paragraph:
                    break
                self._close_to(matched)
                self._add_indented(rest[4:], end)
                return
            first = stripped[0]
            if first.isalpha():
                break
            if first == ">" and matched < MOST_NESTED:
                self._close_to(matched)
                self._tip = None
                self._containers.append(_Quote())
                rest = stripped[1:].removeprefix(" ")
            elif (item := _ITEM.match(stripped)) and not _RULE.match(stripped) and self._starts_item(item, stripped):
                if matched >= MOST_NESTED:
                    deepest = self._containers[matched - 1]
                    if not isinstance(deepest, _Item):
                        break
                    matched, indent = matched - 1, indent + deepest.content
                self._close_to(matched)
                self._tip = None
                rest = self._open_item(item, stripped, indent)
                if not rest.strip():
                    self._add_leaf(Leaf(Kind.PARAGRAPH))
                    self._tip = None
            elif self._add_leaf_of_one_line(first, stripped, matched, indent, end, paragraph and not lazy):
                return
            else:
                break
            matched = len(self._containers)
            if not rest.strip():
                return
        self._add_text(rest, stripped, matched)

    def _add_leaf_of_one_line(
        self, first: str, stripped: str, matched: int, indent: int, end: int, paragraph: bool
    ) -> bool:
        """A heading, a rule or the start of a fence."""
        if first == "#" and (heading := _HEADING.match(stripped)):
            self._close_to(matched)
            self._add_leaf(Leaf(Kind.HEADING, level=len(heading["level"])))
            self.leaves[-1].add(heading["text"] or "")
        elif first in "`~" and (fence := _FENCE.match(stripped)):
            self._close_to(matched)
            self._open_fence(fence["fence"], fence["info"].strip(), indent, end)
            return True
        elif first in "=-" and paragraph and _SETEXT.match(stripped):
            tip = self.leaves[-1]
            tip.kind, tip.level = Kind.HEADING, 1 if first == "=" else 2
            tip.forget()
        elif first in "*-_" and _RULE.match(stripped):
            self._close_to(matched)
            self._add_leaf(Leaf(Kind.RULE))
        else:
            return False
        self._tip = None
        return True

    def _add_text(self, rest: str, stripped: str, matched: int) -> None:
        tip = self._tip
        lazy = matched < len(self._containers)
        if tip is not None and tip.kind is Kind.PARAGRAPH:
            self._continue_paragraph(tip, stripped, lazy)
        elif tip is not None and tip.table is not None and not lazy:
            self._add_row(tip, tip.table, stripped)
        elif tip is not None and tip.kind is Kind.RAW and not lazy:
            self._add_bounded(tip, rest.rstrip())
        else:
            self._close_to(matched)
            self._start_paragraph(rest.rstrip(), stripped)

    def _starts_item(self, found: re.Match[str], stripped: str) -> bool:
        """Whether a marker starts an item where it stands; in a paragraph only some do."""
        if self._tip is None or self._tip.kind is not Kind.PARAGRAPH:
            return True
        if found.end() == len(stripped.rstrip()):
            return False
        if self._containers and isinstance(self._containers[-1], _Item):
            return True
        return found["number"] is None or found["number"] == "1"

    def _open_item(self, found: re.Match[str], stripped: str, indent: int) -> str:
        """The rest of the line inside the new item."""
        rest = stripped[found.end() :]
        spaces = len(found["space"])
        padding = spaces if 1 <= spaces <= 4 and rest else 1
        rest = " " * (spaces - padding) + rest if rest else rest
        parent = self._containers[-1] if self._containers else self._top
        kind = found["delimiter"] or found["marker"]
        counter = parent.counter
        if counter is None or counter.kind != kind:
            counter = parent.counter = _Counter(kind, int(found["number"] or 0))
        else:
            counter.number += 1
        marker = f"{counter.number}{kind}" if found["number"] else "•"
        if task := _TASK.match(rest):
            box = "☐" if task["done"] == " " else "☑"
            marker = f"{marker} {box}" if found["number"] else box
            rest = rest[task.end() :]
        self._containers.append(_Item(indent + len(found["marker"]) + padding, len(marker) + 1, marker))
        return rest

    def _close_to(self, matched: int) -> None:
        if len(self._containers) > matched:
            del self._containers[matched:]
            self._tip = None

    # -- leaves -------------------------------------------------------------------------------------------------------

    def _add_leaf(self, leaf: Leaf, *, continues: bool = False) -> None:
        """Put a leaf into the open containers; one that continues the leaf above stands close to it."""
        above = self.leaves[-1] if self.leaves else None
        frames: list[Frame] = []
        alike, first_of_item = True, False
        if continues and above is not None:
            frames = [Indent(frame.width) if isinstance(frame, Indent) else frame for frame in above.frames]
            leaf.shared = len(frames)
        else:
            for container in self._containers:
                alike = alike and not container.fresh
                leaf.shared += alike
                if isinstance(container, _Item):
                    first_of_item = first_of_item or container.fresh
                    frames.append(Indent(container.width, container.marker if container.fresh else ""))
                else:
                    frames.append(Bar())
                container.fresh = False
            if not first_of_item:
                (self._containers[-1] if self._containers else self._top).counter = None
            leaf.gap = self._gap(leaf, above, first_of_item)
        leaf.frames = tuple(frames)
        leaf.look = self._look
        self.leaves.append(leaf)
        self._tip = leaf

    def _gap(self, leaf: Leaf, above: Leaf | None, first_of_item: bool) -> int:
        if above is None:
            return 0
        if first_of_item:
            return 1 if self._blank and above.kind is not Kind.HEADING else 0
        if above.kind is Kind.HEADING and leaf.kind is not Kind.HEADING:
            return 0
        return 1

    def _start_paragraph(self, rest: str, stripped: str) -> None:
        if _HTML.match(stripped):
            self._add_leaf(Leaf(Kind.RAW))
            self.leaves[-1].add(rest)
        elif stripped.startswith("[") and self._define(stripped):
            above = self.leaves[-1] if self.leaves else None
            follows = not self._blank and above is not None and above.kind is Kind.RAW
            self._add_leaf(Leaf(Kind.RAW), continues=follows)
            self.leaves[-1].add(stripped.rstrip())
            self._tip = None
        else:
            self._add_leaf(Leaf(Kind.PARAGRAPH))
            self.leaves[-1].add(stripped)

    def _define(self, stripped: str) -> bool:
        """A link definition on a line of its own."""
        found = _DEFINITION.match(stripped)
        if not found or not _TITLE.match(found["title"]):
            return False
        target = found["angle"] if found["angle"] is not None else found["bare"]
        self.definitions.setdefault(normal_label(found["label"]), destination(target))
        return True

    def _continue_paragraph(self, tip: Leaf, stripped: str, lazy: bool) -> None:
        if not lazy and tip.lines and "|" in tip.lines[-1] and "-" in stripped and _DELIMITERS.match(stripped):
            header, delimiters = split_cells(tip.lines[-1]), split_cells(stripped)
            if len(header) == len(delimiters):
                self._open_table(tip, header, delimiters)
                return
        self._add_bounded(tip, stripped)

    def _add_bounded(self, tip: Leaf, line: str) -> None:
        """One more line; a part that is full goes on in the next."""
        if tip.size > PARAGRAPH_PART:
            self._add_leaf(Leaf(tip.kind, part=tip.part + 1), continues=True)
            tip = self.leaves[-1]
        tip.add(line)

    def _open_table(self, tip: Leaf, header: list[str], delimiters: list[str]) -> None:
        table = Table([_alignment(cell) for cell in delimiters], header)
        if len(tip.lines) > 1:
            tip.size -= len(tip.lines.pop()) + 1
            tip.forget()
            self._add_leaf(Leaf(Kind.TABLE), continues=True)
            tip = self.leaves[-1]
            tip.gap = 1
        tip.kind, tip.table, tip.lines, tip.size = Kind.TABLE, table, [], 0
        tip.forget()
        table.first_rows = tip.cells

    def _add_row(self, tip: Leaf, table: Table, stripped: str) -> None:
        cells = split_cells(stripped)
        width = len(table.header)
        if len(cells) > width:
            cells[width - 1 :] = [" | ".join(cells[width - 1 :])]
        cells += [""] * (width - len(cells))
        if tip.cells and (len(tip.cells) >= TABLE_PART or (len(tip.cells) + 1) * width > TABLE_CELLS):
            self._add_leaf(Leaf(Kind.TABLE, table=table, part=tip.part + 1), continues=True)
            tip = self.leaves[-1]
        tip.cells.append(cells)
        tip.forget()

    def _open_fence(self, fence: str, info: str, indent: int, end: int) -> None:
        self._fence = (fence[0], len(fence))
        self.code_count += 1
        containers = tuple(_copy_container(container) for container in self._containers)
        self.codes.append(Code(self.code_count, info, end, end, containers, indent))
        self._add_leaf(Leaf(Kind.CODE, code=self.codes[-1]))

    def _in_fence(self, rest: str, end: int, character: str, length: int) -> None:
        bare = rest.strip()
        indent = len(rest) - len(rest.lstrip(" "))
        if indent < 4 and len(bare) >= length and bare == character * len(bare):
            self._close_fence()
            return
        code = self.codes[-1]
        self._add_code(code, rest[min(indent, code.indent) :])
        code.end = end

    def _add_code(self, code: Code, line: str) -> None:
        tip = self.leaves[-1]
        if tip.kind is not Kind.CODE or len(tip.lines) >= CODE_PART:
            self._add_leaf(Leaf(Kind.CODE, code=code, part=tip.part + 1), continues=True)
            tip = self.leaves[-1]
        tip.add(line)

    def _close_fence(self) -> None:
        self._fence = None
        self._tip = None

    def _add_indented(self, line: str, end: int) -> None:
        """A line of code by indentation."""
        above = self.leaves[-1] if self.leaves else None
        depth = len(self._containers)
        code = above.code if above is not None and above.kind is Kind.CODE else None
        if above is not None and code is not None and code.number == 0 and len(above.frames) == depth:
            if self._blank:
                self._add_code(code, "")
            self._add_code(code, line)
            return
        self._add_leaf(Leaf(Kind.CODE, code=Code(0, "", end, end)))
        self.leaves[-1].add(line)


def code_text(code: Code, raw: str) -> str:
    """The code exactly as received: without the fence and the indentation of what it stands in."""
    text = raw[code.start : code.end]
    text = text.removesuffix("\n").removesuffix("\r")
    if not code.containers and not code.indent:
        return text
    return "\n".join(_without_frames(code, line) for line in text.split("\n"))


def split_cells(line: str) -> list[str]:
    """The cells of a table's row; a bar in code or behind a backslash divides nothing."""
    line = line.strip().removeprefix("|")
    cells: list[str] = []
    start = 0
    ticks = 0
    for mark in _CELL_MARK.finditer(line):
        found = mark.group()
        if found[0] == "`":
            ticks = 0 if ticks == len(found) else ticks or (len(found) if found in line[mark.end() :] else 0)
        elif found == "|" and not ticks:
            cells.append(line[start : mark.start()].strip().replace("\\|", "|"))
            start = mark.end()
    if last := line[start:].strip():
        cells.append(last.replace("\\|", "|"))
    return cells


def _alignment(cell: str) -> str:
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left"


def _match(containers: Sequence[_Container], text: str) -> tuple[int, int]:
    """Column of what is left of a line, and how many open containers it continues."""
    column = 0
    for index, container in enumerate(containers):
        if isinstance(container, _Item):
            if text[column : column + container.content].strip(" "):
                return column, index
            column = min(column + container.content, len(text))
        else:
            bar = text[column : column + 4].lstrip(" ")
            if not bar.startswith(">"):
                return column, index
            column = text.index(">", column) + 1
            column += text[column : column + 1] == " "
    return column, len(containers)


def _without_frames(code: Code, line: str) -> str:
    column, _ = _match(code.containers, line)
    rest = line[column:]
    return rest[min(len(rest) - len(rest.lstrip(" ")), code.indent) :]


def _copy_container(container: _Container) -> _Container:
    counter = container.counter
    return replace(container, counter=None if counter is None else replace(counter))
