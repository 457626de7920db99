"""Where a view stands in its text: following page by page, scrolling, and marks that say so."""

from time import perf_counter
from typing import Any, Literal

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
FEW_LINES = 3
"""A page that grows or shrinks by no more, as the row of waiting prompts makes it, moves no text."""


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
        self._news = False
        """Whether text came that nobody saw since following stopped."""
        self._to_end = False
        """Whether text that is being taken in is kept text, shown from its end."""
        self._in_layout = False
        """Whether Textual fits the scroll position to a new size."""
        self._fitted = Size(0, 0)
        """The size that the text was last fitted to."""

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
            self._look_below()
            return
        self._turns.sheet.lay_out_end(page)
        height, line = self._turns.sheet.height, self._scroll_line
        if self._to_end:
            self._move_to(max(height - page, 0))
            self._to_end = self._turns.pending
        elif height > line + page:
            target = height - page
            paged = self.follow_mode == "paged" and target - line <= page
            self._move_to(target + (page // 3 if paged else 0))
        elif line > max(height - 1, 0):
            self._move_to(max(height - page, 0))
        self._look_below()

    def _look_below(self) -> None:
        """See whether new text stands below the page; text that was there before is not new."""
        below = self._turns.sheet.height > self._scroll_line + self._page
        if self.following or not (below or self._turns.pending):
            self._news = False
        self._unseen = self._news and below

    def _arrived(self) -> None:
        """Text came."""
        self._news = self._news or not self.following

    def _follow_turn(self, line: int) -> None:
        """A turn starts at a line: show it and go with its text; what is read from the top stays at its top."""
        self._to_end = False
        self.following = self.follow_mode != "top"
        self._news = False
        self._stop_glide()
        self._move_to(line)

    def show_kept(self) -> None:
        """All text that came is kept text: show its end, or the top of its last turn, and call nothing new."""
        if self.follow_mode == "top":
            self._turns.take()
            self._follow_turn(self._turns.top(len(self._turns.sections) - 1))
        else:
            self.following = self._to_end = True
        self._news = self._unseen = False
        self._mark()

    def _stop_glide(self) -> None:
        """The view decides where it stands: the wheel's movement under way ends."""
        if self.is_attached and self.app.animator.is_being_animated(self, "scroll_y"):
            self.app.animator.force_stop_animation(self, "scroll_y")

    def follow(self) -> None:
        """Go to the end and move with the text from now on."""
        self._stop_glide()
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
        if self.following:
            self._stop_glide()
        self._update_virtual_size(line)
        self.set_reactive(Widget.scroll_y, float(line))
        self.set_reactive(Widget.scroll_target_y, float(line))
        if repaint:
            self._set_thumb()
            self._stale = True

    def _update_virtual_size(self, line: int | None = None) -> None:
        line = self._scroll_line if line is None else line
        blank_below = self.following or self.follow_mode == "top"
        size = Size(self._columns, max(self._turns.sheet.height, line + self._page if blank_below else 0))
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

    def _scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> bool:
        """Wheel, keys and drags come through here, and only they: scrolling back stops following."""
        if y is not None and self.allow_vertical_scroll and max(round(y), 0) < self._scroll_line:
            self.following = False
        return super()._scroll_to(x, y, **options)

    def _scroll_update(self, virtual_size: Size) -> None:
        """A new size: the position may have to change, which is not the user's scrolling."""
        self._in_layout = True
        try:
            self._measure()
            if self.following and self._page:
                self._update_virtual_size()
            super()._scroll_update(self.virtual_size)
        finally:
            self._in_layout = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The position changed; the user who scrolls to the end follows again."""
        if round(old_value) == round(new_value):
            return
        if self._in_layout:
            self._mark()
            return
        at_end = new_value >= self._turns.sheet.height - self._page
        if new_value > old_value and at_end and self.follow_mode != "top":
            self.following = True
        self._look_below()
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
        self._to_end = self.following = False
        self._move_to(line)
        self._look_below()
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
        """Lay out for the present size: who follows sees the end, who reads keeps the line at the top."""
        if not self.is_attached:
            return
        self._measure()
        if not self._page:
            return
        width = self._text_width
        few = self._fitted.width == self._columns and abs(self._fitted.height - self._page) <= FEW_LINES
        to_end = self.following and not (few and width == self._turns.sheet.width)
        self._fitted = self._measured
        if width != self._turns.sheet.width:
            index = self._turns.sheet.index_at(self._scroll_line)
            row = self._scroll_line - (self._turns.sheet.top(index) if self._turns.sheet.leaves else 0)
            self._turns.sheet.set_width(width)
            if self._turns.sheet.leaves:
                self._turns.sheet.start_idle(self._turns.sheet.top(index))
                self._move_to(self._turns.sheet.top(index) + min(row, len(self._turns.sheet.rows_of(index)) - 1))
        self._forget_strips()
        if to_end:
            self._turns.sheet.lay_out_end(self._page)
            self._move_to(max(self._turns.sheet.height - self._page, 0))
        self._painted = []
        self._mark()
        self._flush()

    def _taken(self) -> None:
        """Leaves were put on the sheet."""
