"""The home of the program: panes, prompt, numbers. What is done to answers and lanes stands in files of its own."""

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import TextArea

from workbench.app.quiet_imports import behind_keys
from workbench.app.screens.compare.stage import Stage
from workbench.app.screens.compare.use_actions import UseActions
from workbench.app.widgets.prompt_input import PromptInput
from workbench.app.widgets.response_pane import ResponsePane
from workbench.app.widgets.title_line import TitleLine
from workbench.app.words import shown_prompt
from workbench.domain.clean import clean_line
from workbench.domain.lanes import Session

if TYPE_CHECKING:
    from workbench.engine.events import EngineEvent

NEEDED = ("workbench.app.answer.view", "workbench.app.screens.compare.lane_desk")
"""Modules that the first paint does without."""
_ENGINE = "workbench.engine.comparison"
"""Imported with all that sends and keeps, once the first session is prepared."""
TICK_S = 0.25
"""Live figures are drawn this often, and only while something runs."""
DRAFT_S = 0.6
"""After the last key press a draft is kept."""


class CompareScreen(UseActions):
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
        title.set_reactive(TitleLine.counted, self.counted)
        title.set_reactive(TitleLine.simulated, self.simulated)
        title.set_reactive(TitleLine.lineup, self._lineup)
        title.set_reactive(TitleLine.title, self.session.title or "new session")
        symbols = self.app.symbols
        panes = [
            ResponsePane(lane, number, symbols, self.app.preferences.follow)
            for number, lane in enumerate(self.lanes, 1)
        ]
        if page := self.last_page:
            for pane in panes:
                pane.last_page = page.prompt, page.texts.get(pane.lane.id, ""), page.earlier
        self.stage = Stage(panes, symbols)
        self.prompt.border_title = Content("prompt")
        self.invite()
        self._divide(*self.app.size)
        yield title
        yield self.banner_line
        yield self.stage
        yield self.preview_line
        yield self.prompt

    def on_mount(self) -> None:
        """Show what is there; everything heavy starts after the first paint."""
        self.banner_line.problem = self.app.banner
        self._ticker = self.set_interval(TICK_S, self._tick, pause=True)
        if self._first_draft:
            self.prompt.set_value(self._first_draft)
        self.set_focus(self.prompt)
        self.draw()
        self.call_after_refresh(self._begin)

    @work(group="begin")
    async def _begin(self) -> None:
        import asyncio
        from importlib import import_module

        if self._pending_prompt is not None:
            self.app.quiet_imports.hurry()
        if wanted := [name for name in NEEDED if name not in sys.modules]:
            await self.app.quiet_imports.pause()
            for name in wanted:
                await asyncio.to_thread(import_module, name)  # some 50 ms, in which keys may already come
        if self.last_page is not None and not await self._read_last():
            return
        if not self.is_attached:
            return
        from workbench.app.screens.compare.lane_desk import LaneDesk

        self.desks = {pane.lane.id: LaneDesk(pane) for pane in self.stage.panes}
        for pane in self.stage.panes:
            pane.furnish()
        if self.kept_turns:
            for desk in self.desks.values():
                desk.load(self.kept_turns, self.kept_tries)
            self.prompt.earlier = [record.turn.prompt for record in self.kept_turns]
            self.draw()
        self.teach()
        self._prepare()

    async def _read_last(self) -> bool:
        """The session that was left last, of which so far a page is painted; whether it could be read."""
        import asyncio

        from workbench.app.reopening import read_session
        from workbench.domain.errors import StoreError

        with behind_keys():
            history = await self.app.services.history(demo=False)
        try:
            if history is None:
                raise StoreError(self.app.services.history_problem or "there is no history")
            kept = await asyncio.to_thread(read_session, history, self.session.id)
        except (StoreError, LookupError) as error:
            self.app.open_new(self.lanes, draft=self._unsent)
            self.app.notify(clean_line(f"can't open the last session: {error}"), severity="error", markup=False)
            return False
        self.session, self.kept_turns, self.kept_tries = kept.session, list(kept.turns), kept.tries
        self._prompts = {record.turn.id: shown_prompt(record.turn) for record in kept.turns}
        return True

    async def _open_history(self) -> None:
        """From now on drafts are kept; what was typed before too."""
        self.history = await self.app.services.history(self.session.kind == "demo")
        if self.prompt.value:
            self._keep_draft()

    @work(group="prepare")
    async def _prepare(self) -> None:
        services, imports = self.app.services, self.app.quiet_imports
        import asyncio

        if _ENGINE not in sys.modules:
            await imports.pause()
        with behind_keys():
            self.obstacles, _ = await asyncio.gather(
                services.prepare([lane.target for lane in self.lanes]), self._open_history()
            )
        imports.take_time()
        self.comparison = await services.comparison(self.session, self.lanes, self._heard, self.kept_turns)
        self.app.collect_quietly()
        if self.tools_on:
            self.offer_tools()
        self.teach()
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
                self._give_back(text)
                return
            self._pending_prompt = text
            self.preview_line.words = "getting ready, it is sent in a moment"
            self.app.quiet_imports.hurry()
            return
        if not self.lanes:
            self._give_back(text)
            self.action_choose_models()
            return
        _, problem = self._outlook(text)
        if problem:
            self._give_back(text)
            self.app.notify(clean_line(f"not sent: {problem}"), severity="warning", markup=False)
            return
        lanes = None if self.only_lane is None else {self.only_lane}
        try:
            if self.editing is not None:
                turn = self.comparison.edit_and_resend(self.editing[0], self.parts_of(text), self.editing[1])
            else:
                turn = self.comparison.send(self.parts_of(text), lanes=lanes, context=self.context)
        except ValueError as error:
            self._give_back(text)
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

    @property
    def _unsent(self) -> str:
        """What waits to be sent, and what was typed since."""
        return "\n\n".join(filter(None, (self._pending_prompt, self.prompt.value)))

    def _give_back(self, text: str) -> None:
        """What wasn't sent stands in the prompt again, before what was typed meanwhile."""
        self.prompt.set_value("\n\n".join(filter(None, (text, self.prompt.value))))

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

    def _turn_over(self) -> None:
        self.preview()
        self.show_hints()
        self.app.session_ended(self)

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

        unsent = self._unsent
        if self.history is None and unsent:  # typed sooner than anything could be kept
            self.history = await self.app.services.history(self.session.kind == "demo")
        if self.history is not None and self.is_attached:
            await asyncio.to_thread(self.history.drafts.save, self.draft_key, unsent)
        if self.comparison is not None:
            await self.comparison.close()


def new_session(kind: str = "chat") -> Session:
    """A session that nothing was sent in yet; its title comes from the first prompt."""
    from workbench.domain.ids import new_id

    return Session(
        new_id(), "", datetime.now(UTC).isoformat(timespec="milliseconds"), "demo" if kind == "demo" else "chat"
    )
