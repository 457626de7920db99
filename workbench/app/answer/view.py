"""The pane's text: answers as Markdown, drawn line by line by the frame clock.

The view keeps rows, not widgets: what is finished stays as it is, the open tail is read again at each frame, and only
lines that changed are painted. It follows the text page by page, so that it stands still while it is read.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from workbench.app.answer import highlight
from workbench.app.answer.cells import width_of
from workbench.app.answer.document import Section, notice_leaf, prompt_leaf
from workbench.app.answer.leaves import CodeBlock, Kind, Leaf
from workbench.app.answer.links import Link, is_offered, links_of
from workbench.app.answer.look import MUTED, RULE, SELECTED, Row, Run
from workbench.app.answer.paint import DirectPainter
from workbench.app.answer.palette import COMPONENTS, CSS, Palette
from workbench.app.answer.search import Match, find, fold_case, highlighted, marked
from workbench.app.answer.selection import selected_text
from workbench.app.answer.sheet import Sheet
from workbench.app.frame_clock import FrameClock, frame_clock_of

FollowMode = Literal["paged", "smooth", "top"]
NoticeKind = Literal["error", "warning", "muted"]

TAKE_S = 0.008
"""Parsing in one frame."""
IDLE_S = 0.004
"""Layout of what is not in view, in one frame."""
AIR = 1
"""Empty columns left and right."""
_EMPTY = Row(())


class AnswerView(ScrollView, can_focus=True, inherit_bindings=False):
    """Answers of one lane, turn after turn."""

    DEFAULT_CSS = (
        """
    AnswerView { overflow: hidden hidden; scrollbar-size: 0 0; }
    """
        + CSS
    )
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "line(1)", "Down", show=False, id="answer.down"),
        Binding("k,up", "line(-1)", "Up", show=False, id="answer.up"),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False, id="answer.page-down"),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False, id="answer.page-up"),
        Binding("g,home", "top", "Top", show=False, id="answer.top"),
        Binding("G,end", "follow", "Follow", show=False, id="answer.follow"),
        Binding("right_square_bracket", "heading(1)", "Next heading", show=False, id="answer.next-heading"),
        Binding("left_square_bracket", "heading(-1)", "Previous heading", show=False, id="answer.previous-heading"),
        Binding("t", "toggle_reasoning", "Reasoning", id="answer.reasoning"),
        Binding("n", "match(1)", "Next match", show=False, id="answer.next-match"),
        Binding("N", "match(-1)", "Previous match", show=False, id="answer.previous-match"),
        Binding("l", "link(1)", "Next link", show=False, id="answer.next-link"),
        Binding("L", "link(-1)", "Previous link", show=False, id="answer.previous-link"),
    ]

    following: var[bool] = var(True)
    """Whether the view moves with the text that comes."""
    follow_mode: var[FollowMode] = var[FollowMode]("paged")
    """How it moves: page by page, line by line, or not, reading from the top."""
    reading_width: var[int] = var(0)
    """The most columns that text takes; 0: all."""

    @dataclass
    class FollowChanged(Message):
        """The view follows now, or no longer does."""

        view: "AnswerView"
        following: bool

        @property
        def control(self) -> "AnswerView":
            """The view."""
            return self.view

    @dataclass
    class LinkChosen(Message):
        """A link was clicked; opening it, after asking, is the screen's business."""

        view: "AnswerView"
        url: str
        """The real target: http, https or mailto."""

        @property
        def control(self) -> "AnswerView":
            """The view."""
            return self.view

    def __init__(
        self,
        *,
        follow_mode: FollowMode = "paged",
        name: str | None = None,
        id: str | None = None,  # noqa: A002  # Textual's word
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.set_reactive(AnswerView.follow_mode, follow_mode)
        self.set_reactive(AnswerView.following, follow_mode != "top")
        self._sections: list[Section] = [Section()]
        self._bases: list[int] = [0]
        """The first leaf of each section's answer."""
        self._sheet = Sheet()
        self._clock: FrameClock | None = None
        self._painter = DirectPainter(self)
        self._palette: Palette | None = None
        self._painted: list[tuple[Row, bool, bool]] = []
        """The rows on screen, and which of them carry the position mark or the word about new text."""
        self._painted_line = 0
        self._measured = Size(0, 0)
        self._columns = 0
        self._page = 0
        """Lines in view."""
        self._stale = False
        """Whether the screen no longer shows what the view holds."""
        self._moving = False
        """Whether a change of `scroll_y` is the view's own."""
        self._unseen = False
        self._thumb = (0, 0)
        self._query = ""
        self._matches: list[Match] = []
        self._matches_of: dict[int, tuple[list[Row], list[Match]]] = {}
        self._match = -1
        self._link: Link | None = None
        self._languages: set[str] = set()
        """Of code seen so far."""

    # -- what is told to the view -------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The last answer, exactly as received."""
        return self._sections[-1].answer.raw

    @property
    def reasoning(self) -> str:
        """The last answer's reasoning, exactly as received."""
        return self._sections[-1].reasoning.raw

    @property
    def sections(self) -> int:
        """How many turns there are."""
        return len(self._sections)

    @property
    def code_blocks(self) -> list[CodeBlock]:
        """The last answer's, numbered as shown, exactly as received."""
        section = self._sections[-1]
        section.answer.take()
        self._stale = True
        return section.answer.codes()

    @property
    def links(self) -> list[Link]:
        """All links in view order, with their real targets."""
        rows = [row for index in range(len(self._sheet.leaves)) for row in self._sheet.rows_of(index)]
        return links_of(rows)

    def section_text(self, section: int) -> str:
        """One answer, exactly as received."""
        return self._sections[section].answer.raw

    def append(self, text: str, section: int = -1) -> None:
        """Receive text of an answer; the next frame draws it."""
        if text:
            self._sections[section].answer.append(text)
            self._mark()

    def append_reasoning(self, text: str, section: int = -1) -> None:
        """Receive reasoning of an answer; it is folded until it is opened."""
        if text:
            self._sections[section].reasoning.append(text)
            self._rebuild(section)
            self._mark()

    def finish(self, notice: str | None = None, kind: NoticeKind = "muted", section: int = -1) -> None:
        """The answer ended: draw what waits at once, with a notice under it if there is something to say."""
        if notice:
            self.add_notice(notice, kind, section)
        self._mark()
        if self.is_mounted and self._clock is not None:
            self._clock.flush(self)

    def add_notice(self, notice: str, kind: NoticeKind = "muted", section: int = -1) -> None:
        """A line under an answer: an error, a seam, a retry."""
        self._sections[section].notices.append(notice_leaf(notice, kind))
        self._rebuild(section)
        self._mark()

    def clear_notices(self, section: int = -1) -> None:
        """Take the notices under an answer away."""
        self._sections[section].notices.clear()
        self._rebuild(section)
        self._mark()

    def start_turn(self, prompt: str) -> int:
        """Go on with another turn below; returns its section's number."""
        last = self._sections[-1]
        if last.prompt or last.answer.size or last.reasoning.size or last.notices:
            self._sections.append(Section())
            self._bases.append(len(self._sheet.leaves))
        number = len(self._sections) - 1
        self.set_prompt(prompt)
        if self.following and number:
            self._move_to(self._section_top(number))
        return number

    def set_prompt(self, text: str, section: int = -1) -> None:
        """The dimmed prompt above an answer; none when it is empty."""
        number = section % len(self._sections)
        self._sections[number].prompt = [prompt_leaf(text, number == 0)] if text else []
        self._rebuild(number)
        self._mark()

    def restart(self, section: int = -1) -> None:
        """Forget one answer and its notices, for another attempt at it; its prompt stays."""
        number = section % len(self._sections)
        self._sections[number] = Section(prompt=self._sections[number].prompt)
        self._rebuild(number)
        self._mark()

    def load(self, text: str, reasoning: str = "", notice: str | None = None, kind: NoticeKind = "muted") -> None:
        """Show one saved answer in the place of everything."""
        self.clear()
        self.append_reasoning(reasoning)
        self.append(text)
        self.finish(notice, kind)

    def clear(self) -> None:
        """Forget everything."""
        self._sections, self._bases = [Section()], [0]
        self._sheet.replace_from(0, [], {})
        self._matches_of.clear()
        self._unseen = False
        self._move_to(0)
        self.following = self.follow_mode != "top"
        self._mark()

    def follow(self) -> None:
        """Go to the end and move with the text from now on."""
        self.following = True
        self._take()
        self._sheet.lay_out_end(self._page)
        end = max(self._sheet.height - self._page, 0)
        if self._scroll_line < end or self._scroll_line > max(self._sheet.height - 1, 0):
            self._move_to(end)
        self._mark()

    def toggle_reasoning(self, section: int | None = None) -> None:
        """Unfold or fold the reasoning: of one answer, or of the last that has any."""
        having = [number for number, found in enumerate(self._sections) if found.reasoning.size]
        if not having:
            return
        number = having[-1] if section is None else section % len(self._sections)
        chosen = self._sections[number]
        chosen.opened = not chosen.opened
        chosen.reasoning.take()
        self._rebuild(number)
        if chosen.opened and chosen.answer.size:
            self._leave_follow(min(self._section_top(number), max(self._sheet.height - self._page, 0)))
        self._mark()
        self._flush()

    def search(self, query: str) -> int:
        """Mark a word wherever it stands and go to the first place in view or below; returns how many there are."""
        self._query = fold_case(query.strip())
        self._matches_of.clear()
        self._match = -1
        self._find_all()
        if self._matches:
            index = self._sheet.index_at(self._scroll_line)
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

    def next_heading(self) -> None:
        """Go to the next heading or code block."""
        self._step_heading(1)

    def previous_heading(self) -> None:
        """Go to the one before."""
        self._step_heading(-1)

    # -- frames -------------------------------------------------------------------------------------------------------

    @property
    def dirty(self) -> bool:
        """Whether a frame has something to draw or to lay out."""
        return (self._stale or not self._sheet.idle_done) and self.is_attached and bool(self.size)

    def draw_frame(self, now: float) -> None:
        """Take in what came, paint what changed, and use a little time to lay out the rest."""
        self._measure()
        if not self._page:
            return
        if self._stale:
            self._stale = False
            self._take(perf_counter() + TAKE_S)
            self._follow_text()
            self._update_virtual_size()
            self._paint()
            if any(section.answer.pending for section in self._sections):
                self._stale = True
        elif not self._sheet.idle_done:
            self._idle()

    def _mark(self) -> None:
        if not self._stale:
            self._stale = True
            if self._clock is not None:
                self._clock.wake()

    def _flush(self) -> None:
        if self._clock is not None and self.is_attached:
            self._clock.flush(self)

    def _idle(self) -> None:
        line = self._scroll_line
        _, shift = self._sheet.idle(line, perf_counter() + IDLE_S)
        if shift:
            self._update_virtual_size(line + shift)
            self._move_to(line + shift, repaint=False)
        self._update_virtual_size()
        if self._sheet.idle_done:
            self._set_thumb()
            self._paint()

    def _take(self, deadline: float = float("inf")) -> None:
        """Parse what waits and put the changed leaves into the sheet."""
        for number, section in enumerate(self._sections):
            if section.answer.pending:
                section.answer.take(deadline)
                changed = section.answer.settle()
                self._put(number, changed)
                self._resolve(number)

    def _put(self, number: int, changed: int) -> None:
        """The leaves of an answer from `changed` on, and all that follows it."""
        section = self._sections[number]
        answer = section.answer
        start = self._bases[number] + changed
        leaves = [*answer.leaves[changed:], *section.notices]
        if leaves and changed == 0 and self._has_head(number):
            _set_apart(leaves[0])
        self._sheet.replace_from(start, leaves, answer.definitions)
        self._note_code(leaves)
        for later in range(number + 1, len(self._sections)):
            self._place(later)

    def _place(self, number: int) -> None:
        """Put a whole section at the end of the sheet."""
        section = self._sections[number]
        head = section.before_answer()
        start = len(self._sheet.leaves)
        self._sheet.replace_from(start, head, section.reasoning.definitions)
        self._bases[number] = start + len(head)
        leaves = section.answer.leaves
        if leaves and head:
            _set_apart(leaves[0])
        self._sheet.replace_from(self._bases[number], [*leaves, *section.notices], section.answer.definitions)
        self._note_code(leaves)

    def _rebuild(self, section: int) -> None:
        """Put a section and all below it anew, for its head or notices changed."""
        number = section % len(self._sections)
        start = 0
        if number:
            above = self._sections[number - 1]
            start = self._bases[number - 1] + len(above.answer.leaves) + len(above.notices)
        self._sheet.replace_from(start, [], {})
        for later in range(number, len(self._sections)):
            self._sections[later].answer.settle()
            self._place(later)

    def _has_head(self, number: int) -> bool:
        section = self._sections[number]
        return bool(section.prompt or section.reasoning.size)

    def _resolve(self, number: int) -> None:
        """Leaves that waited for a link's definition are read again when it comes."""
        answer = self._sections[number].answer
        for index in answer.waiting_for_links():
            self._sheet.set_definitions(self._bases[number] + index, answer.definitions)

    # -- following ----------------------------------------------------------------------------------------------------

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

    def _follow_text(self) -> None:
        page = self._page
        if not self.following or not page:
            self._set_unseen(self._sheet.height > self._scroll_line + page)
            return
        self._sheet.lay_out_end(page)
        height, line = self._sheet.height, self._scroll_line
        if height > line + page:
            target = height - page
            self._move_to(target + (page // 3 if self.follow_mode == "paged" else 0))
        elif line > max(height - 1, 0):
            self._move_to(max(height - page, 0))
        self._set_unseen(False)

    def _section_top(self, number: int) -> int:
        head = len(self._sections[number].before_answer())
        index = self._bases[number] - head
        if index >= len(self._sheet.leaves):
            return self._sheet.height
        return self._sheet.top(index) + self._sheet.leaves[index].gap

    def _move_to(self, line: int, *, repaint: bool = True) -> None:
        """Scroll by the view's own decision."""
        if line == self._scroll_line and self.scroll_y == self.scroll_target_y == line:
            return
        self._moving = True
        self._update_virtual_size(line)
        try:
            self.set_reactive(Widget.scroll_y, float(line))
            self.set_reactive(Widget.scroll_target_y, float(line))
        finally:
            self._moving = False
        if repaint:
            self._set_thumb()
            self._stale = True

    def _update_virtual_size(self, line: int | None = None) -> None:
        line = self._scroll_line if line is None else line
        size = Size(self._columns, max(self._sheet.height, line + self._page if self.following else 0))
        if size != self.virtual_size:
            self.set_reactive(Widget.virtual_size, size)

    def _set_unseen(self, unseen: bool) -> None:
        self._unseen = unseen

    def _set_thumb(self) -> None:
        """Where the mark of the reading position stands; it moves only when the page does."""
        height, page = max(self._sheet.height, 1), self._page
        if height <= page or not page:
            self._thumb = (0, 0)
            return
        size = max(page * page // height, 1)
        start = min(self._scroll_line * (page - size) // max(height - page, 1), page - size)
        self._thumb = (start, start + size)

    def watch_following(self, following: bool) -> None:
        """Tell the screen."""
        if self.is_attached:
            self.post_message(self.FollowChanged(self, following))
            self._mark()

    def watch_reading_width(self) -> None:
        """Wrap anew."""
        self._fit()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The user scrolled: back stops following, the end resumes it."""
        if self._moving or round(old_value) == round(new_value):
            return
        if new_value < old_value:
            self.following = False
        elif new_value >= self._sheet.height - self._page and self.follow_mode != "top":
            self.following = True
        self._set_unseen(not self.following and self._sheet.height > self._scroll_line + self._page)
        self._set_thumb()
        self._paint()

    @property
    def allow_vertical_scroll(self) -> bool:
        """There is no scrollbar, yet wheel and keys scroll."""
        return not self._check_disabled() and self.max_scroll_y > 0

    # -- painting -----------------------------------------------------------------------------------------------------

    @property
    def _text_width(self) -> int:
        width = max(self._columns - 2 * AIR, 1)
        return min(width, self.reading_width) if self.reading_width else width

    def _visible_rows(self) -> list[Row]:
        page, line = self._page, self._scroll_line
        rows = self._sheet.rows_between(line, line + page)
        if len(rows) < page:
            rows += [_EMPTY] * (page - len(rows))
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

    def _is_special(self) -> bool:
        """Whether rows look different from what they hold: a selection, a search, a chosen link."""
        return bool(self._query or self._link is not None or self._selection is not None)

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

    def render_line(self, y: int) -> Strip:
        """One line with the offsets that a selection needs."""
        self._measure()
        rows = self._visible_rows()
        strip = self._strip(rows[y], y) if y < len(rows) else Strip.blank(self._columns, self._styles.base)
        if self._selects_elsewhere:
            return strip
        return strip.apply_offsets(0, self._scroll_line + y)

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

    # -- selection, search, links -------------------------------------------------------------------------------------

    @property
    def _selects_elsewhere(self) -> bool:
        """Whether the mouse drags a selection that began in another widget."""
        screen = self.screen
        state = screen._select_state
        return bool(screen._selecting and state is not None and state.start.content_widget is not self)

    @property
    def allow_select(self) -> bool:
        """A drag that comes from elsewhere selects nothing here."""
        return super().allow_select and not (self.is_attached and self._selects_elsewhere)

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

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as it was written."""
        selection = self._selection or selection
        start = selection.start or Offset(0, 0)
        end = selection.end
        last = self._sheet.height if end is None else end.y + 1
        rows = self._sheet.rows_between(start.y, last)
        if not rows:
            return None
        stop = None if end is None or end.y >= start.y + len(rows) else max(end.x - AIR, 0)
        return selected_text(rows, max(start.x - AIR, 0), stop), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Show it."""
        self._repaint()
        self.refresh()

    def _special_runs(self, row: Row, y: int) -> tuple[Run, ...]:
        line = self._scroll_line + y
        runs: tuple[Run, ...] = row.runs
        if self._query and line < self._sheet.height:
            index = self._sheet.index_at(line)
            rows = self._sheet.rows_of(index)
            number = line - self._sheet.top(index)
            matches = self._matches_in(index, rows)
            if matches and 0 <= number < len(rows):
                current = self._matches[self._match] if 0 <= self._match < len(self._matches) else None
                runs = highlighted(rows, number, matches, current)
        if self._link is not None and self._link.line == line:
            runs = marked(runs, [(self._link.start, self._link.end, SELECTED)])
        selection = self._selection
        span = None if selection is None else selection.get_span(line)
        if span is not None and row is not _EMPTY:
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
            for index in range(len(self._sheet.leaves)):
                self._matches.extend(find(self._sheet.rows_of(index), index, self._query))

    def _step_match(self, step: int) -> int:
        self._find_all()
        if not self._matches:
            return 0
        self._go_to_match((self._match + step) % len(self._matches))
        return self._match + 1

    def _go_to_match(self, number: int) -> None:
        self._match = number
        match = self._matches[number]
        self._reveal(self._sheet.top(match.leaf) + match.row)
        self._repaint()

    def _reveal(self, line: int) -> None:
        """Bring a line into view and stay there."""
        if not self._scroll_line <= line < self._scroll_line + self._page:
            self._leave_follow(max(min(line - self._page // 3, self._sheet.height - self._page), 0))

    def _leave_follow(self, line: int) -> None:
        self.following = False
        self._move_to(line)
        self._set_unseen(self._sheet.height > line + self._page)
        self._stale = True
        self._flush()

    def _step_heading(self, step: int) -> None:
        sheet, here = self._sheet, self._scroll_line
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

    def _step_link(self, step: int) -> None:
        rows = self._sheet.rows_between(self._scroll_line, self._scroll_line + self._page)
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

    @property
    def link(self) -> Link | None:
        """The link that the keys stand on, with its real target."""
        return self._link

    # -- keys, mouse, life --------------------------------------------------------------------------------------------

    def action_line(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by pages, two lines kept."""
        self.scroll_relative(y=pages * max(self._page - 2, 1), animate=False)

    def action_top(self) -> None:
        """Go to the top."""
        self._leave_follow(0)

    def action_follow(self) -> None:
        """Go to the end."""
        self.follow()
        self._flush()

    def action_heading(self, step: int) -> None:
        """Next or previous heading."""
        self._step_heading(step)

    def action_toggle_reasoning(self) -> None:
        """Unfold or fold the reasoning."""
        self.toggle_reasoning()

    def action_match(self, step: int) -> None:
        """Next or previous match."""
        self._step_match(step)

    def action_link(self, step: int) -> None:
        """Next or previous link in view."""
        self._step_link(step)

    def on_mount(self) -> None:
        """Join the clock."""
        self._clock = frame_clock_of(self.app)
        self._clock.register(self)
        self.app.theme_changed_signal.subscribe(self, self._forget_styles)

    def on_unmount(self) -> None:
        """Leave the clock."""
        if self._clock is not None:
            self._clock.unregister(self)

    def on_show(self) -> None:
        """Draw what came while it was hidden."""
        self._mark()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap anew, what is in view first."""
        self._fit()

    def notify_style_update(self) -> None:
        """Colours may have changed."""
        super().notify_style_update()
        self._forget_styles()

    def _forget_styles(self, _theme: object = None) -> None:
        self._palette = None
        for leaf in self._sheet.leaves:
            for row in leaf.rows or ():
                row.strip = None
        self._painted = []
        self._stale = True
        if self._clock is not None:
            self._clock.wake()
        self.refresh()

    def _fit(self) -> None:
        """Lay out for the present width; the line at the top stays at the top."""
        if not self.is_attached:
            return
        self._measure()
        if not self._page:
            return
        width = self._text_width
        if width != self._sheet.width:
            index = self._sheet.index_at(self._scroll_line)
            row = self._scroll_line - (self._sheet.top(index) if self._sheet.leaves else 0)
            self._sheet.set_width(width)
            if self._sheet.leaves:
                self._sheet.start_idle(self._sheet.top(index))
                self._move_to(self._sheet.top(index) + min(row, len(self._sheet.rows_of(index)) - 1))
        _EMPTY.strip = None
        self._forget_strips()
        if self.following and self._scroll_line + self._page // 3 > self._sheet.height:
            self._move_to(max(self._sheet.height - self._page, 0))
        self._painted = []
        self._mark()
        self._flush()

    def _forget_strips(self) -> None:
        for leaf in self._sheet.leaves:
            for row in leaf.rows or ():
                row.strip = None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """A link under the pointer shows its real target."""
        target = event.style.meta.get("target") if event.style else None
        tooltip = Content(target) if target else None
        if (self.tooltip is None) != (tooltip is None) or (tooltip is not None and str(self.tooltip) != target):
            self.tooltip = tooltip

    def on_click(self, event: events.Click) -> None:
        """A click on a link offers it; a click in the right air jumps there."""
        target = event.style.meta.get("target") if event.style else None
        if target is not None:
            event.stop()
            if is_offered(target):
                self.post_message(self.LinkChosen(self, target))
        elif event.x == self.size.width - 1 and self._thumb != (0, 0):
            event.stop()
            self._leave_follow(event.y * max(self._sheet.height - self._page, 0) // max(self._page - 1, 1))

    # -- colours of code ----------------------------------------------------------------------------------------------

    def _note_code(self, leaves: Sequence[Leaf]) -> None:
        """Languages whose lexers are to be imported behind the paint."""
        wanted = {language for leaf in leaves if (language := highlight.language_of(leaf))}
        wanted -= self._languages
        if wanted and self.is_attached:
            self._languages |= wanted
            if any(not highlight.is_known(language) for language in wanted):
                self.run_worker(self._load_colours(wanted), group="answer-colours")

    async def _load_colours(self, languages: set[str]) -> None:
        for language in languages:
            await asyncio.to_thread(highlight.load, language)
        for index, leaf in enumerate(self._sheet.leaves):
            if highlight.language_of(leaf) in languages:
                leaf.forget()
                self._sheet.reestimate(index)
        self._mark()


def _set_apart(leaf: Leaf) -> None:
    """An empty row above the first leaf of an answer that something stands above."""
    if leaf.gap == 0:
        leaf.gap = 1
        leaf.forget()


NEW_TEXT = " ↓ new text "
