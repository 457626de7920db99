"""Going on from an answer: the menu that `Enter` opens in a pane, and its prompt put back into the composer."""

from textual import work

from workbench.app.screens.compare.answer_actions import PARTIAL
from workbench.app.screens.compare.attach_actions import AttachActions


class UseActions(AttachActions):
    """Actions that the menu on an answer offers."""

    @work(group="use", exclusive=True)
    async def action_answer_menu(self) -> None:
        """Go on from this answer."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        desk, one = self.answer_in_question(quiet=True)
        if desk is None or self.comparison is None:
            return
        response = one.response if one is not None else None
        has_text = response is not None and bool(response.text)
        number = desk.pane.number
        title = f"Use {desk.words_of(one)}" if one is not None else f"Lane {number}"
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
                enabled=response is not None and response.state in PARTIAL and has_text,
            ),
            MenuItem("samples", "More answers to the same prompt", "k", enabled=response is not None),
            MenuItem("model", "Change this lane's model", "m"),
            MenuItem("copy", "Copy…", "y", enabled=has_text),
        ]
        chosen = await self.app.push_screen_wait(MenuDialog(title, items))
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
            self.action_change_model()
        elif chosen == "copy":
            self.action_copy_menu()

    def action_edit_prompt(self) -> None:
        """Put the prompt of this answer back into the composer; sending it takes the old turn's place."""
        _, one = self.answer_in_question(quiet=True)
        prompts = [record.turn for record in self.turns]
        turn = next((turn for turn in prompts if one is not None and turn.id == one.response.turn), None)
        if turn is None or one is None:
            self.say("nothing was asked here yet")
            return
        self.editing = (turn.id, one.response.lane if self.only_lane else None)
        self.prompt.set_value(turn.prompt)
        self.attach_of(turn)
        self.set_focus(self.prompt)
        self.preview()
