"""One lane on screen: its answers, in a frame whose border carries name, state and numbers."""

from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from textual.app import RenderResult
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from workbench.app.figures import Figures
from workbench.app.formatting import first_fitting, fit, seconds
from workbench.app.symbols import UNICODE, Symbols
from workbench.app.themes import lane_variable
from workbench.app.tones import Tones
from workbench.app.widgets.queue_line import QueueLine
from workbench.domain.clean import clean_line
from workbench.domain.lanes import Lane

if TYPE_CHECKING:
    from workbench.app.answer import AnswerView
    from workbench.app.answer.following import FollowMode


class ResponsePane(Widget):
    """A frame around one lane's answers."""

    ALLOW_SELECT = False
    """The answers can be selected; a drag on the frame moves it."""
    DEFAULT_CSS = """
    ResponsePane {
        width: 1fr; height: 1fr; layout: vertical; overflow: hidden hidden;
        border: solid $panel;
        border-title-background: $background; border-subtitle-background: $background;
        border-subtitle-align: left;
        &.-hidden { display: none; }
        & > AnswerView { height: 1fr; }
    }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("y", "screen.copy_answer", "copy", id="pane.copy"),
        Binding("Y,shift+y", "screen.copy_menu", "copy…", id="pane.copy_menu"),
        Binding("s", "screen.stop_lane", "stop", id="pane.stop"),
        Binding("r", "screen.retry", "retry", id="pane.retry"),
        Binding("c", "screen.continue_answer", "continue", id="pane.continue"),
        Binding("enter", "screen.answer_menu", "use answer", id="pane.use"),
        Binding("z", "screen.zoom", "zoom", id="pane.zoom"),
        Binding("space", "screen.mark", "mark", id="pane.mark"),
        Binding("i", "screen.inspect", "inspect", id="pane.inspect"),
        Binding("e", "screen.export", "export", id="pane.export"),
        Binding("E,shift+e", "screen.edit_prompt", "edit prompt", id="pane.edit"),
        Binding("K,shift+k", "screen.samples", "samples", id="pane.samples"),
        Binding("m", "screen.change_model", "model", id="pane.model"),
        Binding("o", "screen.open_link", "open link", id="pane.link", show=False),
        Binding("slash", "screen.find", "search", id="pane.find", show=False),
        Binding("less_than_sign", "screen.widen(-4)", "narrower", id="pane.narrower", show=False),
        Binding("greater_than_sign", "screen.widen(4)", "wider", id="pane.wider", show=False),
        Binding("equals_sign", "screen.scroll_together", "scroll together", id="pane.together", show=False),
        *(
            Binding(str(n % 10), f"screen.focus_pane({n})", f"pane {n}", id=f"pane.go_{n}", show=False)
            for n in range(1, 11)
        ),
    ]

    marked: var[bool] = var(False)
    """Chosen for copying with the others that are marked."""

    class Focused(Message):
        """A pane became the one that single keys speak to."""

        def __init__(self, pane: "ResponsePane") -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, lane: Lane, number: int, symbols: Symbols = UNICODE, follow: "FollowMode" = "paged") -> None:
        super().__init__()
        self.lane = lane
        self.number = number
        self.symbols = symbols
        self.figures = Figures()
        self.served: str | None = None
        """The model that really answered, where it differs in more than a date from the one asked for."""
        self.bright = True
        """The phase of the activity mark."""
        self.last_page: tuple[str, str, bool] | None = None
        """Prompt, answer and whether more stands above: painted until there is a view."""
        self._follow: FollowMode = follow
        self._view: AnswerView | None = None
        self._queue_line: QueueLine | None = None
        self._drawn: tuple[object, ...] = ()

    @property
    def view(self) -> "AnswerView":
        """The answers. Made when it is first asked for: the frame alone is enough for the first paint."""
        if self._view is None:
            from workbench.app.answer import AnswerView

            self._view = AnswerView(follow_mode=self._follow)
        return self._view

    def render(self) -> RenderResult:
        """What was shown last, or nothing behind the view."""
        if self.last_page is None or not self.size:
            return super().render()
        from workbench.app.first_page import first_page

        prompt, text, earlier = self.last_page
        width, height = self.size
        from_end = self._follow != "top"
        muted = Tones(self).named("text-muted")
        return first_page(prompt, text, muted, width=width, height=height, from_end=from_end, earlier=earlier)

    def furnish(self) -> None:
        """Put the answers into the frame."""
        self.last_page = None
        if not self.view.is_attached:
            self.mount(self.view)

    def renumber(self, number: int) -> None:
        """Another place among the panes, with its colour."""
        if number != self.number:
            self.number = number
            self._redraw()

    @property
    def has_focus_within_pane(self) -> bool:
        """Whether single keys speak to this pane."""
        return self._view is not None and bool(self._view.has_focus)

    def show(self, figures: Figures, *, bright: bool = True) -> None:
        """Draw the frame's words and numbers again, if they changed; never a layout, never the text inside."""
        self.figures, self.bright = figures, bright
        self._draw_frame()

    def show_queue(self, prompts: list[str]) -> None:
        """Prompts that wait for this lane, dimmed under its answers."""
        if self._queue_line is None and prompts:
            self._queue_line = QueueLine(prompts)
            self.mount(self._queue_line)
        elif self._queue_line is not None:
            self._queue_line.prompts = prompts
            self._queue_line.display = bool(prompts)

    def watch_marked(self) -> None:
        """The mark stands in the frame."""
        self._draw_frame()

    def on_mount(self) -> None:
        """A new theme means new colours in the frame."""
        self._redraw()
        self.app.theme_changed_signal.subscribe(self, lambda _theme: self._redraw())

    def render_lines(self, crop: Region) -> list[Strip]:
        """The frame's words are fitted to the width that is being painted."""
        self._fit_words()
        return super().render_lines(crop)

    def on_descendant_focus(self) -> None:
        """The frame's line is heavier now."""
        self._redraw()
        self.post_message(self.Focused(self))

    def on_descendant_blur(self) -> None:
        """And lighter again."""
        self._redraw()

    def _redraw(self) -> None:
        """Everything of the frame. Its line is set here: sixteen rules for eight tones would cost more at the start."""
        self._drawn = ()
        focused = self.has_focus_within_pane
        weight: Literal["heavy", "solid"] = "heavy" if focused else "solid"
        self.styles.border = (weight, self.app.theme_variables[lane_variable(self.number)])
        self._draw_frame()

    def _draw_frame(self) -> None:
        if self.is_attached and self._fit_words():
            edge = self.outer_size
            self.refresh(Region(-1, -1, edge.width, 1), Region(-1, edge.height - 2, edge.width, 1))

    def _fit_words(self) -> bool:
        """Write the words into the frame; whether they changed."""
        width = self.outer_size.width - 6  # corners, an edge and a blank on both sides
        key = (self.figures, self.bright, width, self.marked, self.served, self.lane.target)
        if width <= 0 or key == self._drawn:
            return False
        self._drawn = key
        tones = Tones(self)
        self._border_title = self._title(tones, width)
        self._border_subtitle = self._numbers(tones, width)
        return True

    def _title(self, tones: Tones, width: int) -> Content:
        idle = self.figures.state == "idle"
        mark = f"{self.symbols.marked} " if self.marked else ""
        number = f"{self.number} "
        name = clean_line(self.lane.label or self.lane.target)
        room = width - len(mark) - len(number)
        before, state, after = ("", "", "") if idle else self._state_words(room - min(cell_len(name), 8) - 2)
        right_width = cell_len(before + state + after)
        room -= 0 if idle else right_width + 2
        if self.served and self.served not in name:
            both = f"{name} {self.symbols.arrow} {clean_line(self.served)}"
            name = both if cell_len(both) <= room else name
        name = fit(name, max(0, room))
        line = self.symbols.heavy_line if self.has_focus_within_pane else self.symbols.line
        parts: list[tuple[str, object] | str] = [
            (mark, tones.named("foreground", bold=True)),
            (number, tones.lane(self.number, bold=True)),
            (name, tones.lane(self.number, bold=True)),
        ]
        if not idle:
            sign = self.symbols.state(self.figures.state)
            lively = self.bright and not self.figures.stalled
            tone = tones.state("warning" if self.figures.stalled else sign.tone, self.number, bold=lively)
            muted = tones.named("text-muted")
            parts += [
                (" " + line * max(0, room - cell_len(name)) + " ", tones.lane(self.number)),
                (before, muted),
                (state, tone),
                (after, muted),
            ]
        return Content.assemble(*parts)  # type: ignore[arg-type]

    def _state_words(self, room: int) -> tuple[str, str, str]:
        """What came before, the state, and what it took: as much of it as there is room for."""
        figures, symbols = self.figures, self.symbols
        sign = symbols.state(figures.state)
        ways: list[tuple[str, str, str]] = []
        states = [f"{sign.sign} {word}" for word in figures.notes(sign.word)]
        if figures.tries:
            step = f" {symbols.arrow} "
            ways.append((step.join([*figures.tries, ""]), states[0], ""))
            many = len(figures.tries) + 1
            if figures.state == "failed":
                ways += [
                    ("", states[0], f" {symbols.dot} tried {many} times"),
                    ("", f"{sign.sign} tried {many} times", ""),
                ]
            elif figures.state != "retrying":
                ways += [("", states[0], f" {symbols.dot} {many} attempts")]
                if not figures.running:
                    ways += [("", sign.sign, f" {many} attempts")]
        ways += [("", state, "") for state in states]
        return next((way for way in ways if cell_len("".join(way)) <= room), ("", sign.sign, ""))

    def _numbers(self, tones: Tones, width: int) -> Content:
        figures = self.figures
        if figures.state in ("idle", "queued") or figures.elapsed_s is None:
            return Content("")
        if figures.first_token_s is None and (figures.running or figures.state in ("failed", "cancelled")):
            texts = [seconds(figures.elapsed_s)]
        else:
            again = f"{self.symbols.state('retrying').sign} " if figures.tries and figures.first_token_s else ""
            tokens = figures.token_texts(self.symbols.arrow)[-2:][0]
            named = [
                (again + figures.first_token, "first_token"),
                (figures.rate, "speed"),
                (tokens, ""),
                (figures.cost, "cost"),
            ]
            texts = [text + (self.symbols.best if name in figures.best else " ") for text, name in named if text]
        dot = f"{self.symbols.dot} "
        while len(texts) > 1 and cell_len(dot.join(texts)) > width:
            texts.pop(-2)  # the ends matter most: how soon, and how dear
        numbers = first_fitting([dot.join(texts)], width)  # a cut figure would be another figure
        return Content.styled(numbers.rstrip(), tones.named("text-muted"))
