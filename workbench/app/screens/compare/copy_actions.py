"""What can be taken away: an answer, a code block, the marked answers, the request, a turn or the session as a file."""

from typing import TYPE_CHECKING

from textual import work

from workbench.app.formatting import plural
from workbench.app.screens.compare.answer_actions import AnswerActions
from workbench.domain.clean import clean_line
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.screens.compare.lane_desk import LaneDesk
    from workbench.app.screens.compare.shown_answers import ShownAnswer
    from workbench.domain.conversation import Response
    from workbench.export.markdown import Answered


class CopyActions(AnswerActions):
    """Actions that copy and export."""

    @work(group="copy")
    async def action_copy_answer(self) -> None:
        """The answer that is on the screen, as it was received."""
        from workbench.app.copying import copy_text

        desk, one = self.answer_in_question(quiet=True)
        if desk is not None and one is not None and (text := desk.text_of(one)):
            await copy_text(self.app, text, desk.words_of(one), self.folder)
        else:
            self.say("nothing to copy yet")

    @work(group="copy", exclusive=True)
    async def action_copy_menu(self) -> None:
        """The answer on the screen, one of its code blocks, the marked answers, all, or the request."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem
        from workbench.app.screens.compare.shown_answers import place_words

        desk, one = self.answer_in_question(quiet=True)
        if desk is None:
            return
        text = desk.text_of(one) if one is not None else ""
        blocks = desk.codes_of(one) if one is not None else []
        marked = self._marked()
        place = place_words(desk.shown, one) if one is not None else ""
        items = [
            MenuItem("answer", "This answer", "y", place, enabled=bool(text)),
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
            await self._copy(chosen, desk, one, marked)

    async def _copy(self, chosen: str, desk: "LaneDesk", one: "ShownAnswer | None", marked: "list[Response]") -> None:
        from workbench.app.copying import copy_text

        kind, _, index = chosen.partition(":")
        if kind == "answer" and one is not None:
            text, what = desk.text_of(one), desk.words_of(one)
        elif kind == "code" and one is not None:
            block = desk.codes_of(one)[int(index)]
            text, what = block.text, f"code block {block.number} of {desk.words_of(one)}"
        elif kind in ("marked", "all"):
            text, count = self._as_markdown(marked if kind == "marked" else self._newest())
            what = plural(count, "answer")
            if not count:
                self.say("nothing to copy yet")
                return
        else:
            try:
                text = await self.request_text(desk, kind, one.response.turn if one is not None else None)
            except WorkbenchError as error:
                self.say(str(error), warning=True)
                return
            what = f"the request as {'curl' if kind == 'curl' else 'Python'}"
        await copy_text(self.app, text, what, self.folder)

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
            chosen = next((one.response for one in desk.shown if one.response.id == self.marks.get(lane)), None)
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

        for record in self.turns:
            if record.turn.id == response.turn:
                return Answered(record.turn, response)
        return None

    def action_mark(self) -> None:
        """Choose the answer on the screen for copying together with those of other panes, or no longer."""
        desk, one = self.answer_in_question()
        if desk is None or one is None:
            return
        desk.pane.marked = self.marks.get(desk.lane.id) != one.response.id
        if desk.pane.marked:
            self.marks[desk.lane.id] = one.response.id
        else:
            self.marks.pop(desk.lane.id, None)

    def unmark(self, lane: str) -> None:
        """Another answer begins in this lane: the mark was for the one before it."""
        self.marks.pop(lane, None)
        if desk := self.desks.get(lane):
            desk.pane.marked = False

    @work(group="export", exclusive=True)
    async def action_export(self) -> None:
        """Save the newest turn or the session as Markdown."""
        import asyncio

        from workbench.app.dialogs.menu import MenuDialog, MenuItem
        from workbench.export.clipboard import to_file
        from workbench.export.markdown import Answered, answers_as_markdown

        turns = list(self.comparison.turns) if self.comparison is not None else self.kept_turns
        if not turns:
            self.say("nothing to export yet")
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
        folder = self.folder
        if folder is None:
            self.say("no folder to export to", warning=True)
            return
        try:
            path = await asyncio.to_thread(to_file, answers_as_markdown(answers), folder / "exports", chosen)
        except OSError as error:
            self.say(f"not exported: {error}", warning=True)
            return
        self.say(f"exported to {path}")
