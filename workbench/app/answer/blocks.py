"""Markdown blocks of a growing text, line by line.

A parser that reads one line after another and never looks ahead: what it made of finished lines stands, only its last
leaf is open. So the leaves of a prefix are the same whether it came at once or in deltas. Long blocks are cut into
parts of bounded size, which bounds what a frame can cost. Source: https://spec.commonmark.org/0.31.2/ and GitHub's
tables; raw HTML is text whose lines are kept, and link definitions stay visible, because nothing may vanish.
"""

import re

from workbench.app.answer.containers import MOST_NESTED, Counter, Item, Quote, copy_container, match_containers
from workbench.app.answer.leaf_builder import LeafBuilder
from workbench.app.answer.leaves import Kind, Leaf

_FENCE = re.compile(r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})\s*(?P<info>.*)$")
_HEADING = re.compile(r"(?P<level>#{1,6})(?:\s+(?P<text>.*?))?(?:\s+#+)?\s*$")
_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"(?P<marker>[-+*]|(?P<number>\d{1,9})(?P<delimiter>[.)]))(?P<space> +|$)")
_SETEXT = re.compile(r"(?P<bar>=+|-+)\s*$")
_TASK = re.compile(r"\[(?P<done>[ xX])\]\s+(?=\S)")


class BlockParser(LeafBuilder):
    """Reads lines; `leaves` grows, and only the last of them may still change."""

    @property
    def in_code(self) -> bool:
        """Whether the last line became code between fences."""
        return self._fence is not None and self._tip is not None and bool(self._tip.lines)

    def fork(self) -> "BlockParser":
        """A parser that may be fed an unfinished line; its first leaf stands for this one's last."""
        other = BlockParser(self._look, self._outer)
        if self.leaves:
            last = self.leaves[-1].copy()
            other.leaves.append(last)
            if self._tip is not None:
                other._tip = last
            if last.code is not None and self.codes and last.code.number == self.code_count:
                other.codes.append(last.code)
        other.code_count = self.code_count
        other._containers = [copy_container(container) for container in self._containers]
        other._top = copy_container(self._top)
        other._fence, other._blank, other._long = self._fence, self._blank, self._long
        return other

    def line(self, text: str, end: int) -> None:
        """Take one line.

        Args:
            text: The line, cleaned, tabs expanded, without its end.
            end: Where the next line starts in the raw text.
        """
        column, matched = match_containers(self._containers, text)
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
                column, matched = match_containers(self._containers, text)
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
                self._containers.append(Quote())
                rest = stripped[1:].removeprefix(" ")
            elif (item := _ITEM.match(stripped)) and not _RULE.match(stripped) and self._starts_item(item, stripped):
                if matched >= MOST_NESTED:
                    deepest = self._containers[matched - 1]
                    if not isinstance(deepest, Item):
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
        if self._containers and isinstance(self._containers[-1], Item):
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
            counter = parent.counter = Counter(kind, int(found["number"] or 0))
        else:
            counter.number += 1
        marker = f"{counter.number}{kind}" if found["number"] else "•"
        if task := _TASK.match(rest):
            box = "☐" if task["done"] == " " else "☑"
            marker = f"{marker} {box}" if found["number"] else box
            rest = rest[task.end() :]
        self._containers.append(Item(indent + len(found["marker"]) + padding, len(marker) + 1, marker))
        return rest

    def _in_fence(self, rest: str, end: int, character: str, length: int) -> None:
        bare = rest.strip()
        indent = len(rest) - len(rest.lstrip(" "))
        if indent < 4 and len(bare) >= length and bare == character * len(bare):
            self._close_fence()
            return
        code = self.codes[-1]
        self._add_code(code, rest[min(indent, code.indent) :])
        code.end = end
