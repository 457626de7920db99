"""The turns of a view as leaves on its sheet: prompts, reasoning, answers and notices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.app.answer.leaves import Bar, Kind, Leaf
from workbench.app.answer.look import ERROR, MUTED, WARNING
from workbench.app.answer.sheet import Sheet
from workbench.app.answer.text import Text, drawable

PROMPT_LINES = 12
PROMPT_CHARACTERS = 1_500
_NOTICE_LOOKS: Mapping[str, int] = {"error": ERROR, "warning": WARNING, "muted": MUTED}


def _reasoning() -> Text:
    return Text(MUTED, (Bar(),))


@dataclass(slots=True)
class Section:
    """One turn."""

    prompt: list[Leaf] = field(default_factory=list)
    reasoning: Text = field(default_factory=_reasoning)
    answer: Text = field(default_factory=Text)
    notices: list[Leaf] = field(default_factory=list)
    opened: bool = False
    """Whether the reasoning is unfolded."""
    stale: bool = False
    """Whether something other than its answer changed since it was put on the sheet."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put in yet."""
        return not (self.prompt or self.answer.size or self.reasoning.size or self.notices)

    def head(self) -> list[Leaf]:
        """Leaves above the answer."""
        if not self.reasoning.size:
            return self.prompt
        sign, verb = ("▾", "closes") if self.opened else ("▸", "opens")
        name, length = f"{sign} reasoning", f"{self.reasoning.size:,} characters"
        fold = line_leaf([f"{name} · {length} · t {verb}", f"{name} · t {verb}", name, sign], 1 if self.prompt else 0)
        return [*self.prompt, fold, *(self.reasoning.leaves if self.opened else ())]


class Turns:
    """Sections in order; `sheet` holds their leaves."""

    def __init__(self) -> None:
        self.sheet = Sheet()
        self.sections: list[Section] = [Section()]
        self.seen: list[Leaf] = []
        """Leaves put on the sheet since somebody emptied this list."""
        self._answers: list[int] = [0]
        """For each section the place of its answer's first leaf."""

    @property
    def pending(self) -> bool:
        """Whether text waits that is not on the sheet."""
        return any(section.stale or section.answer.pending for section in self.sections)

    def number(self, section: int) -> int:
        """A section's number, counted from the end when it is negative."""
        return section % len(self.sections)

    def begin(self) -> int:
        """A new section, unless the last is still empty; its number."""
        if not self.sections[-1].is_empty:
            self.sections.append(Section())
            self._answers.append(len(self.sheet.leaves))
        return len(self.sections) - 1

    def top(self, number: int) -> int:
        """The line where a section begins, without its gap."""
        index = self._start(number)
        if index >= len(self.sheet.leaves):
            return self.sheet.height
        return self.sheet.top(index) + self.sheet.leaves[index].gap

    def rows_between(self, first: int, end: int) -> dict[int, int]:
        """How many of some lines belong to each section, by its number; sections without any are left out."""
        tops = [self.top(number) for number in range(len(self.sections))]
        ends = [*tops[1:], self.sheet.height]
        rows = {
            number: min(below, end) - max(top, first)
            for number, (top, below) in enumerate(zip(tops, ends, strict=True))
        }
        return {number: count for number, count in rows.items() if count > 0}

    def take(self, deadline: float = float("inf")) -> None:
        """Parse what waits, until the time is up, and put what changed on the sheet."""
        self.place(deadline)
        for number, section in enumerate(self.sections):
            if section.answer.pending:
                section.answer.take(deadline)
                self._put_answer(number, section.answer.settle())
                for index in section.answer.waiting_for_links():
                    self.sheet.set_definitions(self._answers[number] + index, section.answer.definitions)

    def place(self, deadline: float = float("inf")) -> None:
        """Put sections on the sheet whose prompt, reasoning or notices changed."""
        stale = next((number for number, section in enumerate(self.sections) if section.stale), None)
        if stale is not None:
            self._place_from(stale, deadline)

    def _start(self, number: int) -> int:
        """The place of a section's first leaf."""
        if not number:
            return 0
        above = self.sections[number - 1]
        return self._answers[number - 1] + len(above.answer.leaves) + len(above.notices)

    def _put_answer(self, number: int, changed: int) -> None:
        """The leaves of an answer from `changed` on, and all that follows them."""
        section = self.sections[number]
        leaves = [*section.answer.leaves[changed:], *section.notices]
        if leaves and changed == 0 and self._answers[number] > self._start(number):
            _set_apart(leaves[0])
        self.sheet.replace_from(self._answers[number] + changed, leaves, section.answer.definitions)
        self.seen += leaves
        self._place_from(number + 1)

    def _place_from(self, number: int, deadline: float = float("inf")) -> None:
        """Put a section and all below it anew."""
        if number >= len(self.sections):
            return
        start = self._start(number)
        for later in range(number, len(self.sections)):
            section = self.sections[later]
            if section.opened:
                section.reasoning.take(deadline)
            section.stale = section.opened and section.reasoning.pending
            head, leaves = section.head(), section.answer.leaves
            section.answer.settle()
            if leaves and head:
                _set_apart(leaves[0])
            self.sheet.replace_from(start, head, section.reasoning.definitions)
            self._answers[later] = start + len(head)
            self.sheet.replace_from(self._answers[later], [*leaves, *section.notices], section.answer.definitions)
            start = len(self.sheet.leaves)
            self.seen += [*head, *leaves]


def prompt_leaf(prompt: str, *, first: bool) -> Leaf:
    """The dimmed prompt above an answer, cut when it is long."""
    lines = drawable(prompt[:PROMPT_CHARACTERS]).split("\n")
    leaf = Leaf(Kind.PROMPT, look=MUTED, gap=0 if first else 2)
    for line in lines[:PROMPT_LINES]:
        leaf.add(line)
    if len(lines) > PROMPT_LINES or len(prompt) > PROMPT_CHARACTERS:
        leaf.add(f"… {len(prompt):,} characters")
    return leaf


def line_leaf(texts: Sequence[str], gap: int = 0) -> Leaf:
    """One dim line of our own: the first of the texts, given from long to short, that fits."""
    leaf = Leaf(Kind.LINE, look=MUTED, gap=gap)
    for text in texts:
        leaf.add(text)
    return leaf


def notice_leaf(text: str, kind: str) -> Leaf:
    """A line under an answer: how it ended, or what happened to it."""
    leaf = Leaf(Kind.NOTICE, look=_NOTICE_LOOKS.get(kind, MUTED), gap=1)
    leaf.add(drawable(text))
    return leaf


def _set_apart(leaf: Leaf) -> None:
    """An empty row above the first leaf of an answer that something stands above."""
    if leaf.gap == 0:
        leaf.gap = 1
        leaf.forget()
