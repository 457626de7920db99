"""What a reader marks in a view: selected text, places found by a search, the link the keys stand on."""

from textual.content import Content
from textual.geometry import Offset
from textual.selection import Selection
from textual.strip import Strip

from workbench.app.answer.following import FollowingLines
from workbench.app.answer.links import Link, links_of
from workbench.app.answer.look import SELECTED, Row, Run
from workbench.app.answer.painted import AIR
from workbench.app.answer.search import Match, find, fold_case, highlighted, marked
from workbench.app.answer.selection import selected_text


class MarkedLines(FollowingLines, inherit_bindings=False):
    """Lines with selection, search and links."""

    def __init__(self, *, name: str | None, id: str | None, classes: str | None, disabled: bool) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._query = ""
        self._matches: list[Match] = []
        self._matches_of: dict[int, tuple[list[Row], list[Match]]] = {}
        self._match = -1
        self._link: Link | None = None

    @property
    def link(self) -> Link | None:
        """The link that the keys stand on, with its real target."""
        return self._link

    @property
    def links(self) -> list[Link]:
        """All links in view order, with their real targets."""
        rows = [row for index in range(len(self._turns.sheet.leaves)) for row in self._turns.sheet.rows_of(index)]
        return links_of(rows)

    def search(self, query: str) -> int:
        """Mark a word wherever it stands and go to the first place in view or below; returns how many there are."""
        self._query = fold_case(query.strip())
        self._matches_of.clear()
        self._match = -1
        self._find_all()
        if self._matches:
            index = self._turns.sheet.index_at(self._scroll_line)
            later = (number for number, match in enumerate(self._matches) if match.leaf >= index)
            self._go_to_match(next(later, 0))
        self._repaint()
        return len(self._matches)

    def next(self) -> int:
        """Go to the next place found; returns its number from 1, 0 when there is none."""
        return self._step_match(1)

    def previous(self) -> int:
        """Go to the place found before."""
        return self._step_match(-1)

    def render_line(self, y: int) -> Strip:
        """One line with the offsets that a selection needs."""
        self._measure()
        rows = self._visible_rows()
        strip = self._strip(rows[y], y) if y < len(rows) else Strip.blank(self._columns, self._styles.base)
        if self._selects_elsewhere:
            return strip
        return strip.apply_offsets(0, self._scroll_line + y)

    @property
    def allow_select(self) -> bool:
        """A drag that comes from elsewhere selects nothing here."""
        return super().allow_select and not (self.is_attached and self._selects_elsewhere)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it was written."""
        selection = self._selection or selection
        start = selection.start or Offset(0, 0)
        end = selection.end
        last = self._turns.sheet.height if end is None else end.y + 1
        rows = self._turns.sheet.rows_between(start.y, last)
        if not rows:
            return None
        stop = None if end is None or end.y >= start.y + len(rows) else max(end.x - AIR, 0)
        return selected_text(rows, max(start.x - AIR, 0), stop), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show it."""
        self._repaint()
        self.refresh()

    @property
    def _selects_elsewhere(self) -> bool:
        """Whether the mouse drags a selection that began in another widget."""
        screen = self.screen
        state = screen._select_state
        return bool(screen._selecting and state is not None and state.start.content_widget is not self)

    @property
    def _selection(self) -> Selection | None:
        """What is selected; a drag that left the view ends at the line where it is."""
        selection = self.text_selection if self.is_attached else None
        if selection is None:
            return None
        state = self.screen._select_state
        if state is None or state.start.content_widget is not self or state.start.content_offset is None:
            return selection
        if state.end is None or state.end.content_widget is self:
            return selection
        start = state.start.content_offset
        y = state.screen_offset.y - self.content_region.y
        y = min(max(y, 0), self._page - 1) + self._scroll_line
        end = Offset(0 if y < start.y else self.size.width * 2, y)
        return Selection.from_offsets(start, end)

    def _is_special(self) -> bool:
        """Whether rows look different from what they hold: a selection, a search, a chosen link."""
        return bool(self._query or self._link is not None or self._selection is not None)

    def _special_runs(self, row: Row, y: int) -> tuple[Run, ...]:
        line = self._scroll_line + y
        runs: tuple[Run, ...] = row.runs
        if self._query and line < self._turns.sheet.height:
            index = self._turns.sheet.index_at(line)
            rows = self._turns.sheet.rows_of(index)
            number = line - self._turns.sheet.top(index)
            matches = self._matches_in(index, rows)
            if matches and 0 <= number < len(rows):
                current = self._matches[self._match] if 0 <= self._match < len(self._matches) else None
                runs = highlighted(rows, number, matches, current)
        if self._link is not None and self._link.line == line:
            runs = marked(runs, [(self._link.start, self._link.end, SELECTED)])
        selection = self._selection
        span = None if selection is None else selection.get_span(line)
        if span is not None and row is not self._empty:
            start, end = span
            length = sum(len(run.text) for run in runs)
            runs = marked(runs, [(max(start - AIR, 0), length if end < 0 else max(end - AIR, 0), SELECTED)])
        return runs

    def _matches_in(self, index: int, rows: list[Row]) -> list[Match]:
        known = self._matches_of.get(index)
        if known is None or known[0] is not rows:
            known = self._matches_of[index] = rows, find(rows, index, self._query)
        return known[1]

    def _find_all(self) -> None:
        self._matches = []
        if self._query:
            for index in range(len(self._turns.sheet.leaves)):
                self._matches.extend(find(self._turns.sheet.rows_of(index), index, self._query))

    def _step_match(self, step: int) -> int:
        self._find_all()
        if not self._matches:
            return 0
        self._go_to_match((self._match + step) % len(self._matches))
        return self._match + 1

    def _go_to_match(self, number: int) -> None:
        self._match = number
        match = self._matches[number]
        self._reveal(self._turns.sheet.top(match.leaf) + match.row)
        self._repaint()

    def _step_link(self, step: int) -> None:
        rows = self._turns.sheet.rows_between(self._scroll_line, self._scroll_line + self._page)
        found = links_of(rows, self._scroll_line)
        if not found:
            self._link = None
            return
        places = [(link.line, link.start) for link in found]
        if self._link is not None and (self._link.line, self._link.start) in places:
            number = (places.index((self._link.line, self._link.start)) + step) % len(found)
        else:
            number = 0 if step > 0 else len(found) - 1
        self._link = found[number]
        self.tooltip = Content(self._link.target)
        self._repaint()
