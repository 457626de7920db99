"""The home of the program: panes, prompt, numbers. What is done to answers and lanes stands in files of its own."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import TextArea

from workbench.app.figures import Figures, with_best
from workbench.app.formatting import plural
from workbench.app.screens.compare.attach_actions import AttachActions
from workbench.app.screens.compare.hints import hints
from workbench.app.screens.compare.layout import choose_layout
from workbench.app.screens.compare.stage import Stage
from workbench.app.widgets.metrics_sidebar import LaneRow
from workbench.app.widgets.prompt_input import PromptInput
from workbench.app.widgets.response_pane import ResponsePane
from workbench.app.widgets.title_line import TitleLine
from workbench.app.words import shown_prompt
from workbench.domain.clean import clean_line
from workbench.domain.lanes import Session

if TYPE_CHECKING:
    from workbench.engine.events import EngineEvent

TICK_S = 0.25
"""Live figures are drawn this often, and only while something runs."""
DRAFT_S = 0.6
"""After the last key press a draft is kept."""
PROMPT_ROWS = 3


class CompareScreen(AttachActions):
    """One session: its lanes side by side."""

    CSS_PATH = "screen.tcss"
    BLANK = True
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "step_back", "back", id="compare.back", show=False),
        Binding("ctrl+n", "new_session", "new session", id="compare.new", show=False),
        Binding("ctrl+o", "sessions", "sessions", id="compare.sessions", show=False),
        Binding("ctrl+l", "choose_models", "models", id="compare.models", show=False),
        Binding("ctrl+t", "switch_context", "history", id="compare.context", show=False),
        Binding("ctrl+s", "toggle_sidebar", "sidebar", id="compare.sidebar", show=False),
        Binding("tab", "cycle(1)", "next pane", id="compare.next", show=False, priority=True),
        Binding("shift+tab", "cycle(-1)", "previous pane", id="compare.previous", show=False, priority=True),
        *(
            Binding(f"f{n + 1}", f"focus_pane({n})", f"pane {n}", id=f"compare.pane_{n}", show=False, priority=True)
            for n in range(1, 9)
        ),
    ]

    # ---- building -------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Few widgets: this is painted first."""
        title = self.title_line
        title.set_reactive(TitleLine.counted, self.session.kind != "demo")
        title.set_reactive(TitleLine.simulated, self.simulated)
        title.set_reactive(TitleLine.lineup, self._lineup)
        title.set_reactive(TitleLine.title, self.session.title or "new session")
        symbols = self.app.symbols
        panes = [
            ResponsePane(lane, number, symbols, self.app.preferences.follow)
            for number, lane in enumerate(self.lanes, 1)
        ]
        self.stage = Stage(panes, symbols)
        self.prompt.border_title = Content("prompt")
        self.invite()
        self._divide(*self.app.size)
        yield title
        yield self.banner_line
        yield self.stage
        yield self.preview_line
        yield self.prompt

    def invite(self) -> None:
        """An empty prompt says what it is for."""
        lanes = len(self.lanes)
        models = (
            "the model" if lanes == 1 else f"all {lanes} models at once" if lanes else "models: Ctrl+L chooses some"
        )
        suggested = self.session.kind == "demo" and not self.kept_turns
        self.prompt.placeholder = f"Ask {models}{', or press Up for a suggestion' if suggested else ''}"
        if suggested:
            self.prompt.earlier = list(reversed(self.app.services.suggested_prompts()))

    def on_mount(self) -> None:
        """Show what is there; everything heavy starts after the first paint."""
        self.banner_line.problem = self.app.banner
        self._ticker = self.set_interval(TICK_S, self._tick, pause=True)
        if self._first_draft:
            self.prompt.set_value(self._first_draft)
        self.set_focus(self.prompt)
        self.draw()
        self.call_after_refresh(self._begin)

    async def _begin(self) -> None:
        import asyncio
        from importlib import import_module

        for name in ("workbench.app.answer", "workbench.app.screens.compare.lane_desk"):
            await asyncio.to_thread(import_module, name)  # some 50 ms, in which keys may already come
        if not self.is_attached:
            return
        from workbench.app.screens.compare.lane_desk import LaneDesk

        self.desks = {pane.lane.id: LaneDesk(pane) for pane in self.stage.panes}
        for pane in self.stage.panes:
            pane.furnish()
        if self.kept_turns:
            for desk in self.desks.values():
                desk.load(self.kept_turns)
            self.prompt.earlier = [record.turn.prompt for record in self.kept_turns]
            self.draw()
        self._prepare()

    @work(group="prepare")
    async def _prepare(self) -> None:
        services = self.app.services
        import asyncio

        _, self.history = await asyncio.gather(
            services.prepare([lane.target for lane in self.lanes]), services.history(self.session.kind == "demo")
        )
        self.comparison = await services.comparison(self.session, self.lanes, self._heard, self.kept_turns)
        self.app.collect_quietly()
        if self.tools_on:
            self.offer_tools()
        self._sum_up()
        self._show_problem()
        for notice in self.history.notices if self.history is not None else ():
            self.app.notify(clean_line(notice), severity="warning", markup=False, timeout=15)
        self._read_totals()
        self.preview()
        if self._pending_prompt is not None:
            prompt, self._pending_prompt = self._pending_prompt, None
            self.send(prompt)

    # ---- sending and hearing --------------------------------------------------------------------------------------

    @on(PromptInput.Submitted)
    def _submitted(self, message: PromptInput.Submitted) -> None:
        self.send(message.text)

    def send(self, text: str) -> None:
        """Send to all lanes, or the one that was chosen; what can't be sent yet goes out as soon as it can."""
        if self.comparison is None:
            if self._pending_prompt is not None:
                self.prompt.set_value(text)
                return
            self._pending_prompt = text
            self.preview_line.words = "getting ready, it is sent in a moment"
            return
        if not self.lanes:
            self.prompt.set_value(text)
            self.action_choose_models()
            return
        _, problem = self._outlook(text)
        if problem:
            self.prompt.set_value(text)
            self.app.notify(clean_line(f"not sent: {problem}"), severity="warning", markup=False)
            return
        lanes = None if self.only_lane is None else {self.only_lane}
        try:
            if self.editing is not None:
                turn = self.comparison.edit_and_resend(self.editing[0], self.parts_of(text), self.editing[1])
            else:
                turn = self.comparison.send(self.parts_of(text), lanes=lanes, context=self.context)
        except ValueError as error:
            self.prompt.set_value(text)
            self.app.notify(clean_line(str(error)), severity="warning", markup=False)
            return
        self.editing = None
        self._escaped = (float("-inf"), None)
        self.prompt.earlier = [*self.prompt.earlier, turn.prompt]
        self.set_focus(self.prompt)
        self._forget_draft()
        if self.attached:
            self.attach_parts(())
        self.title_line.title = self.comparison.session.title
        self.preview()

    def _heard(self, event: "EngineEvent") -> None:
        """The engine's story, into buffers and meters; nothing is drawn here but beginnings and ends."""
        from workbench.engine import events as told

        if type(event) is told.Received:
            if desk := self.desks.get(event.lane):
                desk.heard(event, "")
            return
        match event:
            case told.TurnStarted(turn=turn, responses=responses):
                shown = self._prompts[turn.id] = shown_prompt(turn)
                for response in responses:
                    self._turn_of[response.id] = turn.id
                    if desk := self.desks.get(response.lane):
                        desk.expect(response, shown)
            case told.ResponseStarted(response=response):
                self._turn_of[response.id] = response.turn
                self.unmark(response.lane)
                if desk := self.desks.get(response.lane):
                    desk.heard(event, self._prompts.get(response.turn, ""))
            case told.ResponseQueued(response=id, lane=lane):
                if desk := self.desks.get(lane):
                    desk.queued(id, self._prompts.get(self._turn_of.get(id, ""), ""))
            case _:
                if desk := self.desks.get(event.lane):
                    desk.heard(event, "")
        if not self.is_running:
            return
        self._wake()
        if type(event) is told.ResponseEnded:
            self._sum_up()
            self.draw()
            if not self._any_running():
                self._turn_over()

    def _sum_up(self) -> None:
        from workbench.app.totals import session_spent

        if self.comparison is not None:
            self._spent = session_spent(self.comparison.turns, self._spent)

    def _any_running(self) -> bool:
        return any(desk.busy for desk in self.desks.values())

    def _turn_over(self) -> None:
        self.preview()
        self.show_hints()
        self.app.session_ended(self)

    # ---- drawing --------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if self._ticker is not None:
            self._ticker.resume()
        self.show_hints()

    def _tick(self) -> None:
        if self.app.preferences.motion:
            self._bright = not self._bright
        running = self._any_running()
        pending = self.history.pending if self.history is not None else 0
        if not running:
            self._bright = True
            if not pending and self._ticker is not None:
                self._ticker.pause()
                self._read_totals()  # only now is everything in it
            self._show_problem()
        self.title_line.unsaved = bool(pending) and not running
        if self.is_current:
            self.draw()

    def draw(self) -> None:
        """Frames, sidebar and tabs again."""
        now = time.perf_counter()
        panes = self.stage.panes
        desks = [self.desks.get(pane.lane.id) for pane in panes]
        figures = with_best([desk.figures(now) if desk is not None else Figures() for desk in desks])
        focused = self.focused_pane
        rows = []
        for pane, found in zip(panes, figures, strict=True):
            pane.show(found, bright=self._bright or not found.running)
            shown = pane is focused if self.stage.several else pane.number == self.stage.shown
            rows.append(LaneRow(pane.number, pane.lane.label or pane.lane.target, found, shown))
        self.stage.sidebar.show(rows, self._spent, bright=self._bright)
        self.stage.tabs.show(rows)

    def _show_problem(self) -> None:
        problem = self.app.banner
        if self.history is not None:
            problem = self.history.problem or problem
        else:
            problem = self.app.services.history_problem or problem
        self.banner_line.problem = problem

    @work(exclusive=True, group="totals")
    async def _read_totals(self) -> None:
        if self.history is None:
            return
        import asyncio

        from workbench.app.totals import read_today

        budget = self.app.preferences.day_budget_nano
        found = await asyncio.to_thread(read_today, self.history, budget, self._spent)
        self._spent = found._replace(
            session_nano=self._spent.session_nano,
            session_exact=self._spent.session_exact,
            session_unknown=self._spent.session_unknown,
        )
        title = self.title_line
        title.budget_nano = self._spent.budget_nano
        title.today_estimated = not self._spent.today_exact or self._spent.today_unknown
        title.today_nano = self._spent.today_nano
        self.draw()

    def preview(self) -> None:
        """The line above the prompt again."""
        line = self.preview_line
        line.context = self.context
        if self._pending_prompt is not None or not self.is_attached:
            return
        words, problem = self._outlook(self.prompt.value)
        if self.only_lane is not None:
            words = f"to lane {self.desks[self.only_lane].pane.number} only   {words}".rstrip()
        if self.editing is not None:
            words = f"takes the earlier prompt's place   {words}".rstrip()
        line.words, line.problem = words, problem

    def _outlook(self, prompt: str) -> tuple[str, str]:
        """What sending this would mean, and why it must not be sent."""
        from workbench.app.screens.compare.previewing import preview_of

        lanes = [lane for lane in self.lanes if self.only_lane in (None, lane.id)]
        turns = self.comparison.turns if self.comparison is not None else self.kept_turns
        return preview_of(self.app.services, lanes, turns, self.parts_of(prompt), self.context, self._spent)

    def show_hints(self) -> None:
        """What the keys do now."""
        subtitle = hints(self)
        if subtitle != self.prompt.border_subtitle:
            self.prompt.border_subtitle = Content(subtitle)

    # ---- room -----------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Any size: the layout is chosen again."""
        self.rearrange()

    def rearrange(self) -> None:
        """Choose the layout again."""
        if not self.is_mounted or not self._divide(*self.size):
            return
        self.draw()
        self.show_hints()

    def _divide(self, width: int, height: int) -> bool:
        """Give everything its room; whether anything changed."""
        layout = choose_layout(
            width,
            height - PROMPT_ROWS - 2 - bool(self.banner_line.problem),
            len(self.lanes),
            zoomed=self.zoomed,
            sidebar=self.sidebar_wanted,
        )
        key = (layout, width, height < 3, self.stage.shown, tuple(self.stage.panes))
        if key == self._divided or not width:
            return False
        self._divided = key
        self.set_class(layout.chrome != "all", "-less")
        self.set_class(layout.chrome == "none", "-bare")
        self.set_class(width < 12 or height < 3, "-tiny")
        self.stage.divide(layout)
        return True

    def show_pane(self, number: int) -> None:
        """Bring a lane to the front and give it the keys."""
        if not 1 <= number <= len(self.stage.panes):
            return
        self.stage.show(number)
        view = self.stage.panes[number - 1].view
        if view.is_attached:
            self.set_focus(view)
        self.draw()

    @on(ResponsePane.Focused)
    def _pane_focused(self, message: ResponsePane.Focused) -> None:
        self._last_pane = message.pane
        self.stage.shown = message.pane.number
        self.draw()
        self.show_hints()

    def on_descendant_focus(self) -> None:
        """What works now depends on who has the keys."""
        self.show_hints()

    # ---- going back -----------------------------------------------------------------------------------------------

    def action_step_back(self) -> None:
        """One step towards the prompt; again within a second stops the streams of where it began."""
        if self.close_picker():
            return
        now = time.monotonic()
        since, origin = self._escaped
        if now - since < 1.0 and self.busy:
            self._escaped = (float("-inf"), None)
            self.stop_streams(origin)
            return
        pane = self.focused_pane
        self._escaped = (now, pane)
        if self.zoomed:
            self.action_zoom()
        elif not self.prompt.has_focus:
            self.set_focus(self.prompt)
        elif self.only_lane is not None or self.editing is not None:
            self.only_lane = self.editing = None
            self.preview()
        elif self.busy:
            self.preview_line.words = "Esc again stops all answers"

    def stop_streams(self, pane: ResponsePane | None) -> None:
        """Stop one pane's answers, or all."""
        if self.comparison is None:
            return
        stopped = self.comparison.stop(pane.lane.id if pane is not None else None)
        if stopped:
            self.app.notify(f"stopped {plural(stopped, 'answer')}", markup=False, timeout=2)
        self.preview()

    # ---- drafts ---------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_S, self._pause_in_typing)
        else:
            self._draft_timer.reset()

    def _pause_in_typing(self) -> None:
        self._draft_timer = None
        self._keep_draft()
        self.preview()

    @work(exclusive=True, group="draft")
    async def _keep_draft(self) -> None:
        if self.history is None:
            return
        import asyncio

        await asyncio.to_thread(self.history.drafts.save, self.draft_key, self.prompt.value)

    @work(group="forget")
    async def _forget_draft(self) -> None:
        if self.history is not None:
            import asyncio

            for key in {"", self.draft_key}:
                await asyncio.to_thread(self.history.drafts.save, key, "")

    async def leave(self) -> None:
        """The program ends: keep the draft, close the streams."""
        import asyncio

        if self.history is not None and self.is_attached:
            await asyncio.to_thread(self.history.drafts.save, self.draft_key, self.prompt.value)
        if self.comparison is not None:
            await self.comparison.close()


def new_session(kind: str = "chat") -> Session:
    """A session that nothing was sent in yet; its title comes from the first prompt."""
    from workbench.domain.ids import new_id

    return Session(
        new_id(), "", datetime.now(UTC).isoformat(timespec="milliseconds"), "demo" if kind == "demo" else "chat"
    )
