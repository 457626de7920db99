"""Leaves as they are made: where each stands, when a part is full, and what a paragraph turns out to be."""

import re

from workbench.app.answer.columns import alignment_of, split_cells
from workbench.app.answer.containers import Container, Item, Quote, copy_container
from workbench.app.answer.inline import destination, normal_label
from workbench.app.answer.leaves import Bar, Code, Frame, Indent, Kind, Leaf, Table

PARAGRAPH_PART = 4_000
"""Characters after which a paragraph goes on in a part of its own."""
CODE_PART = 48
"""Lines of code in one part."""
TABLE_PART = 32
"""Rows of a table in one part; the first part settles the widths of the columns."""
TABLE_CELLS = 400
"""Cells in one part of a table."""

_DELIMITERS = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_HTML = re.compile(r"</?[A-Za-z][\w-]*(?:[\s/>]|$)|<!--|<[?!]")
_DEFINITION = re.compile(
    r"\[(?P<label>(?:\\.|[^\[\]\\]){1,999})\]:\s*(?:<(?P<angle>[^<>]*)>|(?P<bare>\S+))\s*(?P<title>.*)$"
)
_TITLE = re.compile(r"""$|"[^"]*"\s*$|'[^']*'\s*$|\([^()]*\)\s*$""")


class LeafBuilder:
    """Leaves of one text, and what is open at its end."""

    def __init__(self, look: int = 0, outer: tuple[Frame, ...] = ()) -> None:
        self.leaves: list[Leaf] = []
        self.definitions: dict[str, str] = {}
        """Link targets by normal label; the first definition wins."""
        self.codes: list[Code] = []
        self.code_count = 0
        self._look = look
        self._outer = outer
        """Around every leaf: the bar of the reasoning."""
        self._containers: list[Container] = []
        self._top: Container = Quote()
        self._tip: Leaf | None = None
        """The open leaf."""
        self._fence: tuple[str, int] | None = None
        """Character and length of the open fence."""
        self._blank = False
        self._long = False

    def _add_leaf(self, leaf: Leaf, *, continues: bool = False) -> None:
        """Put a leaf into the open containers; one that continues the leaf above stands close to it."""
        above = self.leaves[-1] if self.leaves else None
        frames: list[Frame] = []
        alike, first_of_item = True, False
        if continues and above is not None:
            frames = [Indent(frame.width) if isinstance(frame, Indent) else frame for frame in above.frames]
            leaf.shared = len(frames)
        else:
            frames.extend(self._outer)
            leaf.shared = len(frames) if above is not None else 0
            for container in self._containers:
                alike = alike and not container.fresh
                leaf.shared += alike
                if isinstance(container, Item):
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

    def _add_bounded(self, tip: Leaf, line: str) -> None:
        """One more line; a part that is full goes on in the next."""
        if tip.size > PARAGRAPH_PART:
            self._add_leaf(Leaf(tip.kind, part=tip.part + 1), continues=True)
            tip = self.leaves[-1]
        tip.add(line)

    def _open_table(self, tip: Leaf, header: list[str], delimiters: list[str]) -> None:
        table = Table([alignment_of(cell) for cell in delimiters], header)
        if len(tip.lines) > 1:
            tip.size -= len(tip.lines.pop()) + 1
            tip.forget()
            self._add_leaf(Leaf(Kind.TABLE), continues=True)
            tip = self.leaves[-1]
            tip.gap = 1
        tip.kind, tip.table, tip.lines, tip.size = Kind.TABLE, table, [], 0
        tip.forget()
        table.first_rows = tip.cells
        if len(self.leaves) > 1 and self.leaves[-2].kind is Kind.HEADING:
            tip.gap = 1

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
        containers = tuple(copy_container(container) for container in self._containers)
        self.codes.append(Code(self.code_count, info, end, end, containers, indent))
        self._add_leaf(Leaf(Kind.CODE, code=self.codes[-1]))

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
        depth = len(self._outer) + len(self._containers)
        code = above.code if above is not None and above.kind is Kind.CODE else None
        if above is not None and code is not None and code.number == 0 and len(above.frames) == depth:
            if self._blank:
                self._add_code(code, "")
            self._add_code(code, line)
            return
        self._add_leaf(Leaf(Kind.CODE, code=Code(0, "", end, end)))
        self.leaves[-1].add(line)

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

    def _close_to(self, matched: int) -> None:
        if len(self._containers) > matched:
            del self._containers[matched:]
            self._tip = None
