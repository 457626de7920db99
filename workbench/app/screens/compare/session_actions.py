"""What can be done with the session as a whole: another one, an older one, another context contract."""

from textual import on, work

from workbench.app.screens.compare.lane_actions import LaneActions
from workbench.app.widgets.preview_line import PreviewLine
from workbench.app.widgets.prompt_input import PromptInput
from workbench.domain.clean import clean_line
from workbench.domain.lanes import LineUp


class SessionActions(LaneActions):
    """Actions on the session."""

    def action_new_session(self) -> None:
        """The same lanes, an empty page."""
        self.app.open_new(self.lanes, kind=self.session.kind)

    def action_sessions(self) -> None:
        """The list of earlier ones."""
        self.app.show_sessions(demo=self.session.kind == "demo")

    @work(group="context", exclusive=True)
    async def action_switch_context(self) -> None:
        """What the lanes will see of what was said before."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        chosen = await self.app.push_screen_wait(
            MenuDialog(
                "History that the lanes see",
                [
                    MenuItem("own", "Own", "o", "each lane its own answers"),
                    MenuItem("shared", "Shared", "s", "all lanes the chosen answers: Enter on a pane chooses"),
                    MenuItem("none", "None", "n", "only this prompt"),
                ],
            )
        )
        if chosen in ("own", "shared", "none"):
            self.context = chosen  # type: ignore[assignment]
            self.preview()

    @work(group="lineup", exclusive=True)
    async def action_open_lineup(self) -> None:
        """Saved models, in a new session."""
        if (lineup := await self._choose_lineup("Open a line-up")) is not None:
            self.app.open_new(lineup.lanes, lineup=lineup.name)

    @work(group="lineup", exclusive=True)
    async def action_forget_lineup(self) -> None:
        """One that was saved here; its lanes stay where they are open."""
        from workbench.app.dialogs.confirm import ConfirmDialog
        from workbench.domain.errors import WorkbenchError

        lineup = await self._choose_lineup("Forget a line-up")
        if lineup is None:
            return
        name = clean_line(lineup.name)
        if not await self.app.push_screen_wait(
            ConfirmDialog("Forget it?", f"{name} can't be opened by name then.", "Forget")
        ):
            return
        try:
            await self.app.services.forget_lineup(lineup.name)
        except WorkbenchError as error:
            self.say(f"not forgotten: {error}", warning=True)
            return
        self.say(f"forgot line-up {name}")

    async def _choose_lineup(self, title: str) -> LineUp | None:
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        found = self.app.services.lineups()
        if not found:
            self.say("no line-up is saved yet; the command palette saves these lanes as one")
            return None
        items = [
            MenuItem(
                str(index),
                clean_line(lineup.name),
                str(index + 1) if index < 9 else "",
                clean_line(", ".join(lane.label or lane.target for lane in lineup.lanes)),
            )
            for index, lineup in enumerate(found)
        ]
        chosen = await self.app.push_screen_wait(MenuDialog(title, items))
        return None if chosen is None else found[int(chosen)]

    @work(group="lineup", exclusive=True)
    async def action_save_lineup(self) -> None:
        """These lanes under a name, which opens them again here and on the command line."""
        from workbench.app.dialogs.confirm import ConfirmDialog
        from workbench.app.dialogs.text import TextDialog
        from workbench.domain.errors import WorkbenchError

        typed = await self.app.push_screen_wait(TextDialog("Name of the line-up", self.title_line.lineup))
        name = " ".join(clean_line(typed or "").split())
        if not name:
            return
        if name in [lineup.name for lineup in self.app.services.lineups()]:
            question = f"{name} is saved already."
            if not await self.app.push_screen_wait(ConfirmDialog("Replace it?", question, "Replace")):
                return
        try:
            await self.app.services.save_lineup(LineUp(name, tuple(self.lanes)))
        except WorkbenchError as error:
            self.say(f"not saved: {error}", warning=True)
            return
        self.title_line.lineup = name
        self.say(f"saved line-up {name}")

    @work(group="suggest", exclusive=True)
    async def action_suggest(self) -> None:
        """A prompt that shows something, put into the composer."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        prompts = self.app.services.suggested_prompts()
        items = [
            MenuItem(str(index), clean_line(prompt)[:56], str(index + 1) if index < 9 else "")
            for index, prompt in enumerate(prompts)
        ]
        chosen = await self.app.push_screen_wait(MenuDialog("Suggested prompts", items))
        if chosen is not None:
            self.prompt.set_value(prompts[int(chosen)])
            self.set_focus(self.prompt)

    @on(PreviewLine.ContextClicked)
    def _context_clicked(self) -> None:
        self.action_switch_context()

    @on(PromptInput.EditOutside)
    def _edit_outside(self, message: PromptInput.EditOutside) -> None:
        self._edit(message.text)

    @work(group="editor", exclusive=True)
    async def _edit(self, text: str) -> None:
        from workbench.app.editor import edit_outside

        edited = await edit_outside(self.app, text)
        if edited is not None:
            self.prompt.set_value(edited)
        self.set_focus(self.prompt)
