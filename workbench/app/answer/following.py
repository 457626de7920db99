"""Where a view stands in its text: following page by page, scrolling, and marks that say so."""

from time import perf_counter
from typing import Literal

from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from workbench.app.answer.leaves import Kind
from workbench.app.answer.painted import PaintedLines
from workbench.app.frame_clock import FrameClock

FollowMode = Literal["paged", "smooth", "top"]

TAKE_S = 0.008
"""Parsing in one frame."""
IDLE_S = 0.004
"""Layout of what is not in view, in one frame."""


class FollowingLines(PaintedLines, inherit_bindings=False):
    """Painted lines that move with the text, page by page, and stand still in between."""

    following: var[bool] = var(True)
    """Whether the view moves with the text that comes."""
    follow_mode: var[FollowMode] = var[FollowMode]("paged")
    """How it moves: page by page, line by line, or not, reading from the top."""

    def __init__(self, *, name: str | None, id: str | None, classes: str | None, disabled: bool) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._clock: FrameClock | None = None
        self._stale = False
        """Whether the screen no longer shows what the view holds."""

    @property
    def dirty(self) -> bool:
        """Whether a frame has something to draw or to lay out."""
        return (self._stale or not self._turns.sheet.idle_done) and self.is_attached and bool(self.size)

    def draw_frame(self, now: float) -> None:
        """Take in what came, paint what changed, and use a little time to lay out the rest."""
        self._measure()
        if not self._page:
            return
        if self._stale:
            self._stale = False
            self._turns.take(perf_counter() + TAKE_S)
            self._taken()
            self._follow_text()
            self._update_virtual_size()
            self._paint()
            self._stale = self._stale or self._turns.pending
        elif not self._turns.sheet.idle_done:
            self._idle()

    def _mark(self) -> None:
        self._stale = True
        if self._clock is not None:
            self._clock.wake()

    def _flush(self) -> None:
        if self._clock is not None and self.is_attached:
            self._clock.flush(self)

    def _idle(self) -> None:
        line = self._scroll_line
        _, shift = self._turns.sheet.idle(line, perf_counter() + IDLE_S)
        if shift:
            self._update_virtual_size(line + shift)
            self._move_to(line + shift, repaint=False)
        self._update_virtual_size()
        if self._turns.sheet.idle_done:
            self._set_thumb()
            self._paint()

    def _follow_text(self) -> None:
        page = self._page
        if not self.following or not page:
            self._unseen = self._turns.sheet.height > self._scroll_line + page
            return
        self._turns.sheet.lay_out_end(page)
        height, line = self._turns.sheet.height, self._scroll_line
        if height > line + page:
            target = height - page
            paged = self.follow_mode == "paged" and target - line <= page
            self._move_to(target + (page // 3 if paged else 0))
        elif line > max(height - 1, 0):
            self._move_to(max(height - page, 0))
        self._unseen = False

    def follow(self) -> None:
        """Go to the end and move with the text from now on."""
        self.following = True
        self._turns.take()
        self._turns.sheet.lay_out_end(self._page)
        end = max(self._turns.sheet.height - self._page, 0)
        if self._scroll_line < end or self._scroll_line > max(self._turns.sheet.height - 1, 0):
            self._move_to(end)
        self._mark()

    def _move_to(self, line: int, *, repaint: bool = True) -> None:
        """Scroll by the view's own decision."""
        if line == self._scroll_line and self.scroll_y == self.scroll_target_y == line:
            return
        self._update_virtual_size(line)
        self.set_reactive(Widget.scroll_y, float(line))
        self.set_reactive(Widget.scroll_target_y, float(line))
        if repaint:
            self._set_thumb()
            self._stale = True

    def _update_virtual_size(self, line: int | None = None) -> None:
        line = self._scroll_line if line is None else line
        size = Size(self._columns, max(self._turns.sheet.height, line + self._page if self.following else 0))
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)

    def _set_thumb(self) -> None:
        """Where the mark of the reading position stands; it moves only when the page does."""
        height, page = max(self._turns.sheet.height, 1), self._page
        if height <= page or not page:
            self._thumb = (0, 0)
            return
        size = max(page * page // height, 1)
        start = min(self._scroll_line * (page - size) // max(height - page, 1), page - size)
        self._thumb = (start, start + size)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The user scrolled: back stops following, the end resumes it."""
        if round(old_value) == round(new_value):
            return
        if new_value < old_value:
            self.following = False
        elif new_value >= self._turns.sheet.height - self._page and self.follow_mode != "top":
            self.following = True
        self._unseen = not self.following and self._turns.sheet.height > self._scroll_line + self._page
        self._set_thumb()
        self._paint()

    @property
    def allow_vertical_scroll(self) -> bool:
        """There is no scrollbar, yet wheel and keys scroll."""
        return not self._check_disabled() and self.max_scroll_y > 0

    def _reveal(self, line: int) -> None:
        """Bring a line into view and stay there."""
        if not self._scroll_line <= line < self._scroll_line + self._page:
            self._leave_follow(max(min(line - self._page // 3, self._turns.sheet.height - self._page), 0))

    def _leave_follow(self, line: int) -> None:
        self.following = False
        self._move_to(line)
        self._unseen = self._turns.sheet.height > line + self._page
        self._stale = True
        self._flush()

    def _step_heading(self, step: int) -> None:
        sheet, here = self._turns.sheet, self._scroll_line
        order = range(len(sheet.leaves)) if step > 0 else range(len(sheet.leaves) - 1, -1, -1)
        for index in order:
            leaf = sheet.leaves[index]
            if leaf.kind is Kind.HEADING or (leaf.kind is Kind.CODE and leaf.part == 0):
                line = sheet.top(index) + leaf.gap
                if (line > here) if step > 0 else (line < here):
                    end = max(sheet.height - self._page, 0)
                    if min(line, end) != here:
                        self._leave_follow(min(line, end))
                    return

    def _fit(self) -> None:
        """Lay out for the present width; the line at the top stays at the top."""
        if not self.is_attached:
            return
        self._measure()
        if not self._page:
            return
        width = self._text_width
        if width != self._turns.sheet.width:
            index = self._turns.sheet.index_at(self._scroll_line)
            row = self._scroll_line - (self._turns.sheet.top(index) if self._turns.sheet.leaves else 0)
            self._turns.sheet.set_width(width)
            if self._turns.sheet.leaves:
                self._turns.sheet.start_idle(self._turns.sheet.top(index))
                self._move_to(self._turns.sheet.top(index) + min(row, len(self._turns.sheet.rows_of(index)) - 1))
        self._forget_strips()
        if self.following and self._scroll_line + self._page // 3 > self._turns.sheet.height:
            self._move_to(max(self._turns.sheet.height - self._page, 0))
        self._painted = []
        self._mark()
        self._flush()

    def _taken(self) -> None:
        """Leaves were put on the sheet."""
