"""What can be done with an answer: stop, retry, continue, sample, inspect, search."""

from typing import TYPE_CHECKING

from textual import work

from workbench.app.formatting import plural
from workbench.app.screens.compare.room import DividedCompare
from workbench.domain.clean import clean_line
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.answer import AnswerView
    from workbench.app.screens.compare.lane_desk import LaneDesk
    from workbench.app.screens.compare.shown_answers import ShownAnswer
    from workbench.app.widgets.response_pane import ResponsePane

PARTIAL = frozenset({"truncated", "interrupted", "cancelled"})
"""States of an answer that can be gone on from."""


class AnswerActions(DividedCompare):
    """Actions on the pane in question."""

    def stop_streams(self, pane: "ResponsePane | None") -> None:
        """Stop one pane's answers, or all."""
        if self.comparison is None:
            return
        self.comparison.stop(pane.lane.id if pane is not None else None)
        self.preview()

    def action_stop_lane(self) -> None:
        """Stop what streams or waits in this lane."""
        if pane := self.pane_in_question:
            self.stop_streams(pane)

    def action_stop_all(self) -> None:
        """Stop everything."""
        self.stop_streams(None)

    def action_retry(self) -> None:
        """Ask again; what stands is kept."""
        _, one = self.answer_in_question()
        if one is not None and self.comparison is not None:
            self.comparison.retry(one.response.id)

    def action_continue_answer(self) -> None:
        """Go on from a partial answer."""
        _, one = self.answer_in_question()
        if one is None or self.comparison is None:
            return
        if one.response.state not in PARTIAL:
            self.say("this answer isn't partial; r asks again")
            return
        try:
            self.comparison.continue_truncated(one.response.id)
        except ValueError as error:
            self.say(str(error), warning=True)

    @work(group="samples", exclusive=True)
    async def action_samples(self) -> None:
        """More answers to the same prompt."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        _, one = self.answer_in_question()
        if one is None or self.comparison is None:
            return
        items = [MenuItem(str(k), plural(k, "more answer"), str(k)) for k in (1, 2, 3, 4, 5)]
        chosen = await self.app.push_screen_wait(MenuDialog("Samples", items))
        if chosen is not None and self.comparison is not None:
            self.comparison.sample(one.response.id, int(chosen))

    def action_retry_failed(self) -> None:
        """Every lane whose newest answer failed or was cut."""
        if self.comparison is None:
            return
        for desk in self.desks.values():
            if desk.last is not None and not desk.busy and desk.last.state not in ("complete", "refused"):
                self.comparison.retry(desk.last.id)

    @work(group="inspect", exclusive=True)
    async def action_inspect(self) -> None:
        """The request without its key, parameters, figures and the last events."""
        desk = self.desk_in_question
        if desk is None:
            return
        from workbench.app.dialogs.reader import ReaderDialog
        from workbench.app.screens.compare.inspecting import inspection

        try:
            request = await self.request_text(desk, "json")
        except WorkbenchError as error:
            request = str(error)
        await self.app.push_screen_wait(ReaderDialog(f"Inspector, lane {desk.pane.number}", inspection(desk, request)))

    @work(group="links", exclusive=True)
    async def action_open_link(self) -> None:
        """The link that `l` went to, else one of the answer's."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        desk = self.desk_in_question
        if desk is None:
            return
        view = desk.pane.view
        found = [view.link.target] if view.link is not None else list(dict.fromkeys(link.target for link in view.links))
        if not found:
            self.say("no links in this answer")
            return
        chosen: str | None = found[0]
        if len(found) > 1:
            items = [MenuItem(str(n), clean_line(url), str(n + 1) if n < 9 else "") for n, url in enumerate(found)]
            index = await self.app.push_screen_wait(MenuDialog("Links", items))
            chosen = None if index is None else found[int(index)]
        if chosen is not None:
            self.app.show_link(chosen)

    @work(group="find", exclusive=True)
    async def action_find(self) -> None:
        """Mark a word wherever the pane has it; n and N go on."""
        from workbench.app.dialogs.text import TextDialog

        pane = self.pane_in_question
        if pane is None:
            return
        wanted = await self.app.push_screen_wait(TextDialog("Search in this pane", hint="Enter search · Esc close"))
        if wanted is None:
            return
        found = pane.view.search(wanted)
        self.say(f"{plural(found, 'place')} found; n next, N previous" if found else "nothing found")

    def on_answer_view_link_chosen(self, message: "AnswerView.LinkChosen") -> None:
        """A link was clicked."""
        self.app.show_link(message.url)

    def answer_in_question(self, quiet: bool = False) -> "tuple[LaneDesk | None, ShownAnswer | None]":
        """The answer that is on the screen in the pane in question; says so when there is none."""
        desk = self.desk_in_question
        one = desk.in_view if desk is not None else None
        if one is None and not quiet:
            self.say("no answer here yet")
        return desk, one

    async def request_text(self, desk: "LaneDesk", form: str, turn: str | None = None) -> str:
        """The request of a turn, by default of the newest, or of what stands in the prompt.

        Raises:
            WorkbenchError: the target can't be called.
        """
        turns = list(self.turns)
        number = next((n for n, record in enumerate(turns) if record.turn.id == turn), len(turns) - 1)
        prompt = turns[number].turn.prompt if turns else self.prompt.value
        return await self.app.services.request_as(desk.lane, turns[: max(number, 0)], prompt, form)  # type: ignore[arg-type]
