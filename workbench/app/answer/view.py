"""The pane's text: answers as Markdown, drawn line by line by the frame clock.

The view keeps rows, not widgets: what is finished stays as it is, the open tail is read again at each frame, and only
lines that changed are painted. It follows the text page by page, so that it stands still while it is read.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from workbench.app.answer import highlight
from workbench.app.answer.following import FollowMode
from workbench.app.answer.leaves import CodeBlock
from workbench.app.answer.links import is_offered
from workbench.app.answer.marked import MarkedLines
from workbench.app.answer.turns import Section, Turns, line_leaf, notice_leaf, prompt_leaf
from workbench.app.frame_clock import frame_clock_of
from workbench.app.quiet_imports import behind_keys

NoticeKind = Literal["error", "warning", "muted"]


class AnswerView(MarkedLines, can_focus=True, inherit_bindings=False):
    """Answers of one lane, turn after turn."""

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
        self._languages: set[str] = set()
        """Of code seen so far."""

    @property
    def text(self) -> str:
        """The last answer, exactly as received."""
        return self._turns.sections[-1].answer.raw

    @property
    def reasoning(self) -> str:
        """The last answer's reasoning, exactly as received."""
        return self._turns.sections[-1].reasoning.raw

    @property
    def sections(self) -> int:
        """How many turns there are."""
        return len(self._turns.sections)

    def codes_in(self, section: int) -> list[CodeBlock]:
        """The code blocks of one answer, numbered as shown, exactly as received."""
        self._turns.take()
        self._mark()
        return self._turns.sections[section].answer.codes()

    def rows_in_view(self) -> dict[int, int]:
        """How many rows of each section are on the screen; those with none are left out."""
        return self._turns.rows_between(self._scroll_line, self._scroll_line + self._page)

    def section_text(self, section: int) -> str:
        """One answer, exactly as received."""
        return self._turns.sections[section].answer.raw

    def append(self, text: str, section: int = -1) -> None:
        """Receive text of an answer; the next frame draws it."""
        if text:
            self._turns.sections[section].answer.append(text)
            self._arrived()
            self._mark()

    def append_reasoning(self, text: str, section: int = -1) -> None:
        """Receive reasoning of an answer; it is folded until it is opened."""
        if text:
            self._turns.sections[section].reasoning.append(text)
            self._arrived()
            self._change(section)

    def finish(self, notice: str | None = None, kind: NoticeKind = "muted", section: int = -1) -> None:
        """The answer ended: draw what waits at once, with a notice under it if there is something to say."""
        if notice:
            self.add_notice(notice, kind, section)
        self._mark()
        self._flush()

    def add_notice(self, notice: str, kind: NoticeKind = "muted", section: int = -1) -> None:
        """A line under an answer: an error, a seam, a retry."""
        self._turns.sections[section].notices.append(notice_leaf(notice, kind))
        self._arrived()
        self._change(section)

    def add_hint(self, texts: Sequence[str], section: int = -1) -> None:
        """A dim line under an answer: the first of the texts, given from long to short, that fits."""
        self._turns.sections[section].notices.append(line_leaf(texts))
        self._change(section)

    def clear_notices(self, section: int = -1) -> None:
        """Take the notices under an answer away."""
        self._turns.sections[section].notices.clear()
        self._change(section)

    def start_turn(self, prompt: str) -> int:
        """Go on with another turn below and follow it; returns its section's number."""
        number = self._turns.begin()
        self.set_prompt(prompt)
        self._turns.place()
        self._follow_turn(self._turns.top(number) if number else 0)
        return number

    def add_section(self) -> int:
        """Go on in the same turn below a notice; returns the section's number."""
        return self._turns.begin()

    def set_prompt(self, text: str, section: int = -1) -> None:
        """The dimmed prompt above an answer; none when it is empty."""
        number = self._turns.number(section)
        self._turns.sections[number].prompt = [prompt_leaf(text, first=number == 0)] if text else []
        self._change(number)

    def restart(self, section: int = -1) -> None:
        """Forget one answer and its notices, for another attempt at it; its prompt stays."""
        number = self._turns.number(section)
        self._turns.sections[number] = Section(prompt=self._turns.sections[number].prompt)
        self._change(number)

    def load(self, text: str, reasoning: str = "", notice: str | None = None, kind: NoticeKind = "muted") -> None:
        """Show one saved answer in the place of everything."""
        self.clear()
        self.append_reasoning(reasoning)
        self.append(text)
        self.finish(notice, kind)
        self._news = self._unseen = False

    def clear(self) -> None:
        """Forget everything."""
        self._turns = Turns()
        self._turns.sheet.set_width(self._text_width)
        self._matches_of.clear()
        self._news = self._unseen = self._to_end = False
        self._move_to(0)
        self.following = self.follow_mode != "top"
        self._mark()

    def toggle_reasoning(self, section: int | None = None) -> None:
        """Unfold or fold the reasoning: of one answer, or of the last that has any."""
        having = [number for number, found in enumerate(self._turns.sections) if found.reasoning.size]
        if not having:
            return
        number = having[-1] if section is None else self._turns.number(section)
        chosen = self._turns.sections[number]
        chosen.opened = not chosen.opened
        self._change(number)
        if chosen.opened and chosen.answer.size:
            self._turns.place()
            self._leave_follow(min(self._turns.top(number), max(self._turns.sheet.height - self._page, 0)))
        self._flush()

    def next_heading(self) -> None:
        """Go to the next heading or code block."""
        self._step_heading(1)

    def previous_heading(self) -> None:
        """Go to the one before."""
        self._step_heading(-1)

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

    def watch_following(self, following: bool) -> None:
        """Tell the screen; what waits to be drawn when following stops was not seen."""
        self._news = not following and (self._news or self._turns.pending)
        if self.is_attached:
            self.post_message(self.FollowChanged(self, following))
            self._mark()

    def watch_reading_width(self) -> None:
        """Wrap anew."""
        self._fit()

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
        self._forget_strips()
        self._painted = []
        self._mark()
        self.refresh()

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
            self._leave_follow(event.y * max(self._turns.sheet.height - self._page, 0) // max(self._page - 1, 1))

    def _change(self, section: int) -> None:
        """Something other than its answer changed in a section."""
        self._turns.sections[section].stale = True
        self._mark()

    def _taken(self) -> None:
        """Languages of new code whose lexers are to be imported behind the paint."""
        seen, self._turns.seen = self._turns.seen, []
        wanted = {language for leaf in seen if (language := highlight.language_of(leaf))} - self._languages
        if wanted:
            self._languages |= wanted
            if not all(map(highlight.is_known, wanted)):
                self.run_worker(self._load_colours(wanted), group="answer-colours")

    async def _load_colours(self, languages: set[str]) -> None:
        with behind_keys():
            for language in languages:
                await asyncio.to_thread(highlight.load, language)
        sheet = self._turns.sheet
        for index, leaf in enumerate(sheet.leaves):
            if highlight.language_of(leaf) in languages:
                leaf.forget()
                sheet.reestimate(index)
        self._mark()
