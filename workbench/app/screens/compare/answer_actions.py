"""What can be done with an answer: copy, retry, continue, sample, mark, inspect, export, go on from it."""

from typing import TYPE_CHECKING

from textual import work

from workbench.app.formatting import plural
from workbench.app.screens.compare.base import CompareBase
from workbench.domain.clean import clean_line
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.answer import AnswerView
    from workbench.app.screens.compare.lane_desk import LaneDesk
    from workbench.domain.conversation import Response, Turn
    from workbench.export.markdown import Answered

_PARTIAL = frozenset({"truncated", "interrupted", "cancelled"})
"""States of an answer that can be gone on from."""


class AnswerActions(CompareBase):
    """Actions on the pane in question."""

    @work(group="copy")
    async def action_copy_answer(self) -> None:
        """The answer as it was received."""
        from workbench.app.copying import copy_text

        desk = self.desk_in_question
        if desk is not None and desk.text:
            await copy_text(self.app, desk.text, f"answer {desk.pane.number}", self._folder)
        else:
            self._say("nothing to copy yet")

    @work(group="copy", exclusive=True)
    async def action_copy_menu(self) -> None:
        """This answer, a code block, the marked answers, all, or the request."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        desk = self.desk_in_question
        if desk is None:
            return
        blocks = desk.pane.view.code_blocks
        marked = self._marked()
        items = [
            MenuItem("answer", "This answer", "y", enabled=bool(desk.text)),
            *(
                MenuItem(
                    f"code:{index}",
                    f"Code block {block.number}",
                    str(index + 1) if index < 9 else "",
                    clean_line(block.language or "plain"),
                )
                for index, block in enumerate(blocks)
            ),
            MenuItem(
                "marked",
                f"The {plural(len(marked), 'marked answer')} as Markdown",
                "m",
                enabled=bool(marked),
            ),
            MenuItem("all", "All answers as Markdown", "a", "" if marked else "Space marks some"),
            MenuItem("curl", "The request as curl, without its key", "c"),
            MenuItem("python", "The request as Python, without its key", "p"),
        ]
        chosen = await self.app.push_screen_wait(MenuDialog("Copy", items, first="marked" if marked else ""))
        if chosen is not None:
            await self._copy(chosen, desk, marked)

    async def _copy(self, chosen: str, desk: "LaneDesk", marked: "list[Response]") -> None:
        from workbench.app.copying import copy_text

        kind, _, index = chosen.partition(":")
        if kind == "answer":
            text, what = desk.text, f"answer {desk.pane.number}"
        elif kind == "code":
            block = desk.pane.view.code_blocks[int(index)]
            text, what = block.text, f"code block {block.number}"
        elif kind in ("marked", "all"):
            text, count = self._as_markdown(marked if kind == "marked" else self._newest())
            what = plural(count, "answer")
            if not count:
                self._say("nothing to copy yet")
                return
        else:
            try:
                text = await self._request_text(desk, kind)
            except WorkbenchError as error:
                self._say(str(error), warning=True)
                return
            what = f"the request as {'curl' if kind == 'curl' else 'Python'}"
        await copy_text(self.app, text, what, self._folder)

    async def _request_text(self, desk: "LaneDesk", form: str) -> str:
        turns = list(self.comparison.turns) if self.comparison is not None else self.kept_turns
        before = turns[:-1]
        prompt = turns[-1].turn.prompt if turns else self.prompt.value
        return await self.app.services.request_as(desk.lane, before, prompt, form)  # type: ignore[arg-type]

    def _as_markdown(self, responses: "list[Response]") -> tuple[str, int]:
        from workbench.export.markdown import answers_as_markdown

        answers = [found for response in responses if (found := self._answered(response)) is not None]
        return answers_as_markdown(answers), len(answers)

    def _newest(self) -> "list[Response]":
        """The newest answer of every lane, as far as it has come."""
        found = [(desk.last, desk.current) for desk in self.desks.values()]
        return [newest for last, current in found if (newest := self._as_it_stands(current) or last) is not None]

    def _marked(self) -> "list[Response]":
        """The answers that were marked, as far as they have come."""
        found: list[Response] = []
        for lane, desk in self.desks.items():
            answers = [*desk.answers, *([desk.current] if desk.current is not None else [])]
            chosen = next((answer for answer in reversed(answers) if answer.id == self.marks.get(lane)), None)
            if desk.pane.marked and chosen is not None:
                found.append(self._as_it_stands(chosen) or chosen)
        return found

    def _as_it_stands(self, response: "Response | None") -> "Response | None":
        if response is None or self.comparison is None:
            return response
        try:
            return self.comparison.response(response.id)
        except KeyError:  # its turn was edited away
            return response

    def _answered(self, response: "Response") -> "Answered | None":
        from workbench.export.markdown import Answered

        for record in self.comparison.turns if self.comparison is not None else self.kept_turns:
            if record.turn.id == response.turn:
                return Answered(record.turn, response)
        return None

    def action_mark(self) -> None:
        """Choose it for copying together with others."""
        desk, response = self._over()
        if desk is None or response is None:
            return
        desk.pane.marked = not desk.pane.marked
        if desk.pane.marked:
            self.marks[desk.lane.id] = response.id

    def unmark(self, lane: str) -> None:
        """Another answer begins in this lane: the mark was for the one before it."""
        self.marks.pop(lane, None)
        if desk := self.desks.get(lane):
            desk.pane.marked = False

    def action_stop_lane(self) -> None:
        """Stop what streams or waits in this lane."""
        if pane := self.pane_in_question:
            self.stop_streams(pane)

    def action_stop_all(self) -> None:
        """Stop everything."""
        self.stop_streams(None)

    def action_retry(self) -> None:
        """Ask again; what stands is kept."""
        desk, response = self._over()
        if desk is not None and response is not None and self.comparison is not None:
            self.comparison.retry(response.id)

    def action_continue_answer(self) -> None:
        """Go on from a partial answer."""
        _, response = self._over()
        if response is None or self.comparison is None:
            return
        if response.state not in _PARTIAL:
            self._say("this answer isn't partial; r asks again")
            return
        try:
            self.comparison.continue_truncated(response.id)
        except ValueError as error:
            self._say(str(error), warning=True)

    @work(group="samples", exclusive=True)
    async def action_samples(self) -> None:
        """More answers to the same prompt."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        _, response = self._over()
        if response is None or self.comparison is None:
            return
        items = [MenuItem(str(k), plural(k, "more answer"), str(k)) for k in (1, 2, 3, 4, 5)]
        chosen = await self.app.push_screen_wait(MenuDialog("Samples", items))
        if chosen is not None and self.comparison is not None:
            self.comparison.sample(response.id, int(chosen))

    def action_retry_failed(self) -> None:
        """Every lane whose newest answer failed or was cut."""
        if self.comparison is None:
            return
        for desk in self.desks.values():
            if desk.last is not None and not desk.busy and desk.last.state not in ("complete", "refused"):
                self.comparison.retry(desk.last.id)

    @work(group="use", exclusive=True)
    async def action_answer_menu(self) -> None:
        """Go on from this answer."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        desk, response = self._over(quiet=True)
        if desk is None or self.comparison is None:
            return
        has_text = response is not None and bool(response.text)
        number = desk.pane.number
        items = [
            MenuItem("all", "Continue all lanes from this answer", "a", enabled=has_text),
            MenuItem("only", f"Continue only lane {number}", "o", "Esc in the prompt goes back to all"),
            MenuItem("branch", "Branch into a new session from here", "b", enabled=has_text),
            MenuItem("edit", "Edit the prompt and ask again", "e", enabled=response is not None),
            MenuItem("retry", "Ask again", "r", enabled=response is not None),
            MenuItem(
                "continue",
                "Continue this answer",
                "c",
                enabled=response is not None and response.state in _PARTIAL and has_text,
            ),
            MenuItem("samples", "More answers to the same prompt", "k", enabled=response is not None),
            MenuItem("model", "Change this lane's model", "m"),
            MenuItem("copy", "Copy…", "y", enabled=has_text),
        ]
        chosen = await self.app.push_screen_wait(MenuDialog(f"Use answer {number}", items))
        if chosen == "all" and response is not None:
            self.comparison.choose(response.turn, response.id)
            self.context = "shared"
            self.preview()
            self.set_focus(self.prompt)
        elif chosen == "only":
            self.only_lane = desk.lane.id
            self.preview()
            self.set_focus(self.prompt)
        elif chosen == "branch" and response is not None:
            self.app.branch(self, response)
        elif chosen == "edit":
            self.action_edit_prompt()
        elif chosen == "retry":
            self.action_retry()
        elif chosen == "continue":
            self.action_continue_answer()
        elif chosen == "samples":
            self.action_samples()
        elif chosen == "model":
            self.run_action_of_lane()
        elif chosen == "copy":
            self.action_copy_menu()

    def run_action_of_lane(self) -> None:
        """Change the lane's model; it is done where lanes are."""
        raise NotImplementedError

    def attach_of(self, turn: "Turn") -> None:
        """Attach what an earlier prompt took along; it is done where files are."""
        raise NotImplementedError

    def action_edit_prompt(self) -> None:
        """Put the prompt of this answer back into the composer; sending it takes the old turn's place."""
        _, response = self._over(quiet=True)
        prompts = [record.turn for record in self.comparison.turns] if self.comparison is not None else []
        turn = next((turn for turn in prompts if response is not None and turn.id == response.turn), None)
        if turn is None:
            self._say("nothing was asked here yet")
            return
        self.editing = (turn.id, response.lane if response is not None and self.only_lane else None)
        self.prompt.set_value(turn.prompt)
        self.attach_of(turn)
        self.set_focus(self.prompt)
        self.preview()

    @work(group="inspect", exclusive=True)
    async def action_inspect(self) -> None:
        """The request without its key, parameters, figures and the last events."""
        desk = self.desk_in_question
        if desk is None:
            return
        from workbench.app.dialogs.reader import ReaderDialog
        from workbench.app.screens.compare.inspecting import inspection

        try:
            request = await self._request_text(desk, "json")
        except WorkbenchError as error:
            request = str(error)
        await self.app.push_screen_wait(ReaderDialog(f"Inspector, lane {desk.pane.number}", inspection(desk, request)))

    @work(group="export", exclusive=True)
    async def action_export(self) -> None:
        """Save the newest turn or the session as Markdown."""
        import asyncio

        from workbench.app.dialogs.menu import MenuDialog, MenuItem
        from workbench.export.clipboard import to_file
        from workbench.export.markdown import Answered, answers_as_markdown

        turns = list(self.comparison.turns) if self.comparison is not None else self.kept_turns
        if not turns:
            self._say("nothing to export yet")
            return
        items = [
            MenuItem("turn", "The newest turn as Markdown", "t"),
            MenuItem("session", "The session as Markdown", "s"),
        ]
        chosen = await self.app.push_screen_wait(MenuDialog("Export", items))
        if chosen is None:
            return
        wanted = turns[-1:] if chosen == "turn" else turns
        answers = [Answered(record.turn, response) for record in wanted for response in record.responses]
        folder = self._folder
        if folder is None:
            self._say("no folder to export to", warning=True)
            return
        try:
            path = await asyncio.to_thread(to_file, answers_as_markdown(answers), folder / "exports", chosen)
        except OSError as error:
            self._say(f"not exported: {error}", warning=True)
            return
        self._say(f"exported to {path}")

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
            self._say("no links in this answer")
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
        self._say(f"{plural(found, 'place')} found; n next, N previous" if found else "nothing found")

    def on_answer_view_link_chosen(self, message: "AnswerView.LinkChosen") -> None:
        """A link was clicked."""
        self.app.show_link(message.url)

    def _over(self, quiet: bool = False) -> "tuple[LaneDesk | None, Response | None]":
        desk = self.desk_in_question
        response = desk.current or desk.last if desk is not None else None
        if response is None and not quiet:
            self._say("no answer here yet")
        return desk, response

    @property
    def _folder(self):  # type: ignore[no-untyped-def]
        return self.app.preferences.data_folder

    def _say(self, words: str, *, warning: bool = False) -> None:
        self.app.notify(clean_line(words), severity="warning" if warning else "information", markup=False)
