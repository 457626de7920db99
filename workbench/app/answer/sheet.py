"""All leaves of a view at one width: where each is, laid out only where somebody looks.

Heights of leaves that were never visible are estimates; they become exact when they come near the screen or in idle
slices, and what stands above the reader moves nothing that is being read.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import accumulate
from time import perf_counter

from workbench.app.answer.layout import estimate, lay_out
from workbench.app.answer.leaves import Leaf
from workbench.app.answer.look import Row

MOST_ROWS = 300
"""Kept laid out, about; the rest is laid out again when it is wanted."""


class Sheet:
    """Rows by their line number."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.width = 80
        self._definitions: list[Mapping[str, str]] = []
        """For each leaf, of its section."""
        self._heights: list[int] = []
        self._tops: list[int] = [0]
        self._sound = 0
        """Leaves whose top is right."""
        self._held: deque[tuple[Leaf, int]] = deque()
        self._held_rows = 0
        self._above = self._below = 0
        """Leaves that idle slices have seen, outwards from the screen: down from the first, up to the second."""

    @property
    def height(self) -> int:
        """Lines in all."""
        self._settle()
        return self._tops[-1]

    def replace_from(self, index: int, leaves: Sequence[Leaf], definitions: Mapping[str, str]) -> None:
        """Put leaves in the place of all from `index` on."""
        self._let_go(self.leaves[index:], leaves)
        self._definitions[index:] = [definitions] * len(leaves)
        self.leaves[index:] = leaves
        width = self.width
        self._heights[index:] = [estimate(leaf, width) for leaf in leaves]
        self._sound = min(self._sound, index)
        self._below = min(self._below, index)

    def set_width(self, width: int) -> None:
        """Every leaf is to be laid out anew, those in view first."""
        self.width = max(width, 1)
        self._heights = [estimate(leaf, self.width) for leaf in self.leaves]
        self._sound = 0
        self._drop_held(0)

    def reestimate(self, index: int) -> None:
        """One leaf's layout was forgotten."""
        self._heights[index] = estimate(self.leaves[index], self.width)
        self._sound = min(self._sound, index)
        self._below = min(self._below, index)
        self._above = max(self._above, index + 1)

    def set_definitions(self, index: int, definitions: Mapping[str, str]) -> None:
        """A leaf whose links are known now."""
        self._definitions[index] = definitions
        self.reestimate(index)

    def top(self, index: int) -> int:
        """The first line of a leaf, its gap included."""
        self._settle()
        return self._tops[index]

    def index_at(self, y: int) -> int:
        """The leaf at a line."""
        self._settle()
        return min(max(bisect_right(self._tops, y) - 1, 0), max(len(self.leaves) - 1, 0))

    def rows_between(self, start: int, end: int) -> list[Row]:
        """The rows of some lines, laid out now where they were not; fewer at the end of the text."""
        rows: list[Row] = []
        if not self.leaves or end <= start:
            return rows
        index = self.index_at(start)
        skip = start - self._tops[index]
        while index < len(self.leaves) and len(rows) < end - start:
            own = self.rows_of(index)
            rows.extend(own[skip:] if skip else own)
            skip = max(skip - len(own), 0)
            index += 1
        del rows[end - start :]
        return rows

    def rows_of(self, index: int) -> list[Row]:
        """The rows of one leaf."""
        leaf = self.leaves[index]
        if leaf.rows is not None and leaf.width == self.width:
            return leaf.rows
        rows = lay_out(leaf, self.width, self._definitions[index])
        if len(rows) != self._heights[index]:
            self._heights[index] = len(rows)
            self._sound = min(self._sound, index)
        self._held.append((leaf, len(rows)))
        self._held_rows += len(rows)
        if self._held_rows > 2 * MOST_ROWS:
            self._drop_held(MOST_ROWS)
        return rows

    def lay_out_end(self, height: int) -> None:
        """Lay out the last leaves until they fill so many lines."""
        filled = 0
        for index in range(len(self.leaves) - 1, -1, -1):
            filled += len(self.rows_of(index))
            if filled >= height:
                break

    def start_idle(self, y: int) -> None:
        """Idle work is to begin around a line."""
        self._above = self._below = self.index_at(y)

    def idle(self, y: int, deadline: float) -> tuple[bool, int]:
        """Lay out leaves outwards from the screen until the time is up.

        Returns:
            Whether there is more to do, and by how many lines the text above line `y` grew.
        """
        anchor = self.index_at(y)
        before = self._tops[anchor] if self.leaves else 0
        count = len(self.leaves)
        width = self.width
        more = True
        while more and perf_counter() < deadline:
            more = False
            if self._below < count:
                more = True
                if self.leaves[self._below].width != width:
                    self.rows_of(self._below)
                self._below += 1
            if self._above > 0:
                more = True
                self._above -= 1
                if self.leaves[self._above].width != width:
                    self.rows_of(self._above)
        return more, self.top(anchor) - before if self.leaves else 0

    @property
    def idle_done(self) -> bool:
        """Whether every leaf was laid out once."""
        return self._above == 0 and self._below >= len(self.leaves)

    def _settle(self) -> None:
        if self._sound < len(self.leaves) or len(self._tops) != len(self.leaves) + 1:
            sound = self._sound
            self._tops[sound:] = accumulate(self._heights[sound:], initial=self._tops[sound])
            self._sound = len(self.leaves)

    def _let_go(self, gone: Sequence[Leaf], stay: Sequence[Leaf]) -> None:
        """Hold no rows of leaves that were replaced, as the open tail is at every frame."""
        kept = {id(leaf) for leaf in stay}
        replaced = {id(leaf) for leaf in gone if id(leaf) not in kept}
        while self._held and id(self._held[-1][0]) in replaced:
            self._held_rows -= self._held.pop()[1]

    def _drop_held(self, keep: int) -> None:
        while self._held and self._held_rows > keep:
            leaf, rows = self._held.popleft()
            leaf.rows = None
            self._held_rows -= rows
