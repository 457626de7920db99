"""What a compare screen shows of its lanes and its prompt: frames, figures, money, what sending would mean, hints."""

import time

from textual import work
from textual.content import Content

from workbench.app.figures import Figures, side_by_side
from workbench.app.screens.compare.base import CompareBase
from workbench.app.screens.compare.hints import hints
from workbench.app.widgets.metrics_sidebar import LaneRow
from workbench.domain.clean import clean_line


class DrawnCompare(CompareBase):
    """Draws what is known, four times a second while something runs."""

    def invite(self) -> None:
        """An empty prompt says what it is for."""
        lanes = len(self.lanes)
        models = {0: "models: Ctrl+L chooses some", 1: "the model", 2: "both models at once"}.get(
            lanes, f"all {lanes} models at once"
        )
        suggested = self.session.kind == "demo" and not self.kept_turns
        self.prompt.placeholder = f"Ask {models}{', or press Up for a suggestion' if suggested else ''}"
        if suggested:
            self.prompt.earlier = list(reversed(self.app.services.suggested_prompts()))

    def teach(self) -> None:
        """Panes in which nothing was asked yet say how to begin, or what stands in the way."""
        lanes = len(self.lanes)
        models = {1: "this model", 2: "both models"}.get(lanes, f"all {lanes} models")
        hint = [f"type below, Enter asks {models}", f"Enter asks {models}", "Enter asks", ""]
        for desk in self.desks.values():
            obstacle = self.obstacles.get(desk.lane.target, "")
            if obstacle:
                obstacle = f"{clean_line(obstacle)}\nkeys are read at the start; m here takes another model"
            desk.teach(hint, obstacle)

    def _sum_up(self) -> None:
        from workbench.app.totals import session_spent

        if self.comparison is not None:
            self._spent = session_spent(self.comparison.turns, self._spent)

    def _any_running(self) -> bool:
        return any(desk.busy for desk in self.desks.values())

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
        figures = side_by_side([desk.figures(now) if desk is not None else Figures() for desk in desks])
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
            simulated=not self.counted,
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
        turns = self.turns
        return preview_of(self.app.services, lanes, turns, self.parts_of(prompt), self.context, self._spent)

    def show_hints(self) -> None:
        """What the keys do now."""
        subtitle = hints(self)
        if subtitle != self.prompt.border_subtitle:
            self.prompt.border_subtitle = Content(subtitle)
