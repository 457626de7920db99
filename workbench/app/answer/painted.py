"""Lines painted one by one: rows to strips, and only those to the terminal that differ from what it shows."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.app.answer.cells import width_of
from workbench.app.answer.look import MUTED, RULE, Row, Run
from workbench.app.answer.paint import DirectPainter
from workbench.app.answer.palette import COMPONENTS, CSS, Palette
from workbench.app.answer.turns import Turns

AIR = 1
"""Empty columns left and right."""
NEW_TEXT = " ↓ new text "


class PaintedLines(ScrollView, inherit_bindings=False):
    """A scroll view that knows what is on the screen."""

    DEFAULT_CSS = "PaintedLines { overflow: hidden hidden; scrollbar-size: 0 0; }" + CSS
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    reading_width: var[int] = var(0)
    """The most columns that text takes; 0: all."""

    def __init__(self, *, name: str | None, id: str | None, classes: str | None, disabled: bool) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._turns = Turns()
        self._empty = Row(())
        """Stands below the end of the text."""
        self._painter = DirectPainter(self)
        self._palette: Palette | None = None
        self._painted: list[tuple[Row, bool, bool]] = []
        """The rows on screen, and which of them carry the position mark or the word about new text."""
        self._painted_line = 0
        self._measured = Size(0, 0)
        self._columns = 0
        self._page = 0
        """Lines in view."""
        self._unseen = False
        """Whether there is text below that came while nobody followed."""
        self._thumb = (0, 0)
        """First line and end of the position mark."""

    def _measure(self) -> bool:
        """Take the present size; whether it changed. Asking Textual for every line would cost more than the lines."""
        size = self.size
        if size == self._measured:
            return False
        self._measured, self._columns, self._page = size, size.width, size.height
        return True

    @property
    def _scroll_line(self) -> int:
        return round(self.scroll_y)

    @property
    def _text_width(self) -> int:
        width = max(self._columns - 2 * AIR, 1)
        return min(width, self.reading_width) if self.reading_width else width

    def _visible_rows(self) -> list[Row]:
        page, line = self._page, self._scroll_line
        rows = self._turns.sheet.rows_between(line, line + page)
        if len(rows) < page:
            rows += [self._empty] * (page - len(rows))
        return rows

    def _paint(self) -> None:
        """Paint the lines that differ from the screen."""
        if not self._page or not self.is_attached:
            return
        painted: list[tuple[Row, bool, bool]] = []
        changed: list[tuple[int, Strip]] = []
        special = self._is_special()
        known = [] if special else self._painted
        for y, row in enumerate(self._visible_rows()):
            now = row, self._is_marked(y), self._has_word(y)
            painted.append(now)
            if y < len(known):
                old, marked, word = known[y]
                if now[1] == marked and now[2] == word:
                    if row is old:
                        continue
                    if row.same(old):
                        row.strip = old.strip
                        continue
            changed.append((y, self._strip(row, y)))
        if self._painted_line != self._scroll_line:
            self._painted_line = self._scroll_line
            self._drop_strips(painted)
        self._painted = [] if special else painted
        if changed and not self._paint_lines(changed):
            width, top = self.outer_size.width, self.gutter.top
            self.refresh(*[Region(0, y + top, width, 1) for y, _ in changed])

    def _drop_strips(self, painted: list[tuple[Row, bool, bool]]) -> None:
        """Keep strips of visible rows only: each is some twenty objects for the garbage collector."""
        visible = {id(row) for row, _, _ in painted}
        for row, _, _ in self._painted:
            if id(row) not in visible:
                row.strip = None

    def _paint_lines(self, lines: list[tuple[int, Strip]]) -> bool:
        if self.gutter.height or self.gutter.width:
            top = self.gutter.top
            self._styles_cache.set_dirty(*[Region(0, y + top, self.outer_size.width, 1) for y, _ in lines])
        return self._painter.paint(lines)

    def _is_marked(self, y: int) -> bool:
        return self._thumb[0] <= y < self._thumb[1]

    def _has_word(self, y: int) -> bool:
        return self._unseen and y == self._page - 1

    def _repaint(self) -> None:
        self._painted = []
        self._paint()

    def _strip(self, row: Row, y: int) -> Strip:
        """A line of the screen as it is to be painted."""
        marked = self._is_marked(y)
        if self._is_special():
            strip = self._build_strip(self._special_runs(row, y), row.fill, marked)
        elif row.strip is not None and row.strip[0] == marked:
            strip = row.strip[1]
        else:
            strip = self._build_strip(row.runs, row.fill, marked)
            row.strip = marked, strip
        if self._has_word(y) and self._columns > len(NEW_TEXT) + 4:
            head, end = self._columns - len(NEW_TEXT) - 1, self._columns
            word = Segment(NEW_TEXT, self._styles.style(MUTED) + Style(reverse=True))
            strip = self._filtered(Strip([*strip.crop(0, head), word, *strip.crop(end - 1, end)], end))
        return strip

    def _build_strip(self, runs: Sequence[Run], fill: int, marked: bool) -> Strip:
        palette = self._styles
        style, base = palette.style, palette.base
        width, text_width = self._columns, self._text_width
        segments = [Segment(" " * AIR, base)]
        used = 0
        for text, look, link in runs:
            segments.append(Segment(text, style(look, link)))
            used += width_of(text)
        if fill and used < text_width:
            segments.append(Segment(" " * (text_width - used), style(fill)))
            used = text_width
        rest = width - AIR - used - 1
        if rest > 0:
            segments.append(Segment(" " * rest, base))
        if rest >= 0:
            segments.append(Segment("▐", style(RULE)) if marked else Segment(" ", base))
        strip = Strip(segments, AIR + used + max(rest + 1, 0))
        return self._filtered(strip if rest >= 0 else strip.crop(0, width))

    def _filtered(self, strip: Strip) -> Strip:
        palette = self._styles
        for line_filter in palette.filters:
            strip = strip.apply_filter(line_filter, palette.ground)
        return strip

    @property
    def _styles(self) -> Palette:
        if self._palette is None:
            self._palette = Palette(self)
        return self._palette

    def render_lines(self, crop: Region) -> list[Strip]:
        """Lines as the compositor wants them."""
        self._measure()
        if self.gutter.height or self.gutter.width or not self._page:
            return super().render_lines(crop)
        rows = self._visible_rows()
        blank = Strip.blank(self._columns, self._styles.base)
        strips = [self._strip(rows[y], y) if 0 <= y < len(rows) else blank for y in crop.line_range]
        if crop.column_span != (0, self._columns):
            strips = [strip.crop(*crop.column_span) for strip in strips]
        return strips

    def _forget_strips(self) -> None:
        self._empty.strip = None
        for leaf in self._turns.sheet.leaves:
            for row in leaf.rows or ():
                row.strip = None

    def _is_special(self) -> bool:
        """Whether rows look different from what they hold."""
        return False

    def _special_runs(self, row: Row, y: int) -> tuple[Run, ...]:
        """The runs of a row as they look now."""
        return row.runs
