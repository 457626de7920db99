"""One growing text, taken in slice by slice: raw as received, and as leaves."""

from time import perf_counter

from workbench.app.answer.blocks import BlockParser
from workbench.app.answer.cells import steady
from workbench.app.answer.code_text import code_text
from workbench.app.answer.highlight import colour
from workbench.app.answer.leaves import CodeBlock, Frame, Kind, Leaf
from workbench.domain.clean import clean
from workbench.engine.pieces import Pieces

LONG_LINE = 8_000
"""Characters from which on a line is no Markdown."""
PIECE = 4_000
"""Of a long line, shown together."""
SLICE = 32_000
"""Characters taken in before the clock is looked at."""


class Text:
    """One growing text: raw as received, and its leaves."""

    def __init__(self, look: int = 0, outer: tuple[Frame, ...] = ()) -> None:
        self.parser = BlockParser(look, outer)
        self.size = 0
        """Characters received."""
        self.changed_from = 0
        """The first leaf that changed since `settle` was called."""
        self._raw = Pieces()
        self._waiting: list[str] = []
        self._line: str = ""
        """The unfinished line, what was not yet taken in as pieces."""
        self._line_is_long = False
        self._taken = 0
        """Raw characters before the unfinished line."""
        self._tail: list[Leaf] = []
        self._tail_definitions: dict[str, str] = {}
        self._known_definitions: dict[str, str] = {}

    @property
    def raw(self) -> str:
        """Everything, exactly as received."""
        return str(self._raw)

    @property
    def pending(self) -> bool:
        """Whether something was received that is not among the leaves yet."""
        return bool(self._waiting)

    @property
    def definitions(self) -> dict[str, str]:
        """Link targets of finished and unfinished lines."""
        if self._tail_definitions:
            return {**self._tail_definitions, **self.parser.definitions}
        return self.parser.definitions

    @property
    def leaves(self) -> list[Leaf]:
        """All leaves, the open tail too."""
        if self._tail:
            return [*self.parser.leaves[:-1], *self._tail]
        return self.parser.leaves

    def append(self, text: str) -> None:
        """Receive; nothing is parsed yet."""
        if text:
            self._raw.append(text)
            self._waiting.append(text)
            self.size += len(text)

    def take(self, deadline: float = float("inf")) -> None:
        """Parse what waits, until it is done or the time is up (`perf_counter`)."""
        if not self._waiting:
            return
        finished = max(len(self.parser.leaves) - 1, 0)
        waiting = "".join(self._waiting)
        position = 0
        while position < len(waiting):
            self._take_slice(waiting[position : position + SLICE])
            position += SLICE
            if perf_counter() > deadline:
                break
        self._waiting = [waiting[position:]] if position < len(waiting) else []
        self._parse_tail()
        self.changed_from = min(self.changed_from, finished)

    def waiting_for_links(self) -> list[int]:
        """Leaves whose links by reference got another target since the last call; they forget their layout."""
        old, new = self._known_definitions, self.definitions
        if old == new:
            return []
        self._known_definitions = dict(new)
        changed = {label for label in old.keys() | new.keys() if old.get(label) != new.get(label)}
        found = []
        for index, leaf in enumerate(self.leaves):
            if not changed.isdisjoint(leaf.labels):
                leaf.forget()
                found.append(index)
        return found

    def settle(self) -> int:
        """The first leaf changed since the last call."""
        changed, self.changed_from = self.changed_from, max(len(self.parser.leaves) - 1, 0)
        return changed

    def codes(self) -> list[CodeBlock]:
        """The code blocks so far; an open one as far as it came."""
        found = {code.number: code for code in self.parser.codes}
        for leaf in self._tail:
            if leaf.code is not None and leaf.code.number:
                found[leaf.code.number] = leaf.code
        raw = self.raw
        return [
            CodeBlock(number, code.info.split(maxsplit=1)[0] if code.info else "", code_text(code, raw))
            for number, code in sorted(found.items())
        ]

    def _take_slice(self, text: str) -> None:
        text = self._line + text
        base = self._taken
        complete = text.rfind("\n") + 1
        if complete:
            self._take_lines(text[:complete], base)
        self._line = text[complete:]
        self._taken = base + complete
        if len(self._line) > LONG_LINE or self._line_is_long:
            self._take_pieces()

    def _take_lines(self, text: str, base: int) -> None:
        raw_lines = text.split("\n")
        raw_lines.pop()
        lines = steady(clean(text)).split("\n")
        parser = self.parser
        for raw, line in zip(raw_lines, lines, strict=False):
            base += len(raw) + 1
            if self._line_is_long or len(raw) > LONG_LINE:
                self._line = raw
                self._take_pieces()
                if self._line:
                    parser.long_piece(drawable(self._line))
                parser.finish_long(base)
                self._line, self._line_is_long = "", False
            else:
                parser.line(line.expandtabs(4) if "\t" in line else line, base)

    def _take_pieces(self) -> None:
        """Take the full pieces of a long line."""
        line, position = self._line, 0
        self._line_is_long = True
        while len(line) - position > PIECE:
            end = position + PIECE
            space = line.rfind(" ", position + PIECE // 2, end)
            cut = space + 1 if space >= 0 else end
            self.parser.long_piece(drawable(line[position:cut]))
            position = cut
        self._line = line[position:]
        self._taken += position

    def _parse_tail(self) -> None:
        """Read the unfinished line as if it ended here."""
        if not self._line:
            self._tail, self._tail_definitions = [], {}
            return
        if self.parser.leaves and self.parser.leaves[-1].kind is Kind.CODE:
            colour(self.parser.leaves[-1])
        fork = self.parser.fork()
        if self._line_is_long:
            fork.long_piece(drawable(self._line))
        else:
            line = drawable(self._line)
            fork.line(line, self._taken + len(self._line))
            if fork.in_code:
                fork.leaves[-1].unfinished = True
        self._tail, self._tail_definitions = fork.leaves, fork.definitions


def drawable(text: str) -> str:
    """Foreign text as it may be drawn: cleaned, of steady width, tabs expanded."""
    text = steady(clean(text))
    return text.expandtabs(4) if "\t" in text else text
