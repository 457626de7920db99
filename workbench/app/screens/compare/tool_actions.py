"""Tools of a session: which are offered, and how its user is asked before one is run."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import work

from workbench.app.screens.compare.session_actions import SessionActions
from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.domain.conversation import Lane, ToolDefinition
    from workbench.engine.tools import Approval, CheckedCall

_ABOUT = {
    "clock": "The current date and time",
    "calculator": "Exact arithmetic",
    "lookup": "Finds lines in a file that you name",
}


class ToolActions(SessionActions):
    """Actions on tools."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.tools_on: tuple[str, ...] = ()
        """Names of the tools that are offered, in the order of the menu."""
        self.lookup_file: Path | None = None

    @work(group="tools", exclusive=True)
    async def action_tools(self) -> None:
        """Switch tools on and off for this session."""
        from workbench.app.dialogs.menu import MenuDialog, MenuItem

        while True:
            items = []
            for number, (name, about) in enumerate(_ABOUT.items(), 1):
                on = name in self.tools_on
                file = (
                    f" in {clean_line(self.lookup_file.name)}" if on and name == "lookup" and self.lookup_file else ""
                )
                items.append(MenuItem(name, f"{name}: {'on' if on else 'off'}{file}", str(number), about))
            chosen = await self.app.push_screen_wait(
                MenuDialog("Tools that the models may call", items, "Enter switches · Esc done")
            )
            if chosen is None:
                return
            await self._switch(chosen)

    async def _switch(self, name: str) -> None:
        on = set(self.tools_on) ^ {name}
        if name == "lookup" and name in on:
            from workbench.app.dialogs.text import TextDialog

            typed = await self.app.push_screen_wait(TextDialog("File to look things up in", ""))
            if not typed:
                return
            try:
                self.lookup_file = await asyncio.to_thread(_readable, typed)
            except ConfigurationError as error:
                self.say(error.message, warning=True)
                return
        self.tools_on = tuple(one for one in _ABOUT if one in on)
        self.offer_tools()
        self.preview()

    def offer_tools(self) -> None:
        """Give the session the tools that are switched on."""
        if self.comparison is None:
            return
        from workbench.engine.builtin_tools import builtin_tools
        from workbench.engine.toolbox import Toolbox

        found = builtin_tools(self.lookup_file if "lookup" in self.tools_on else None)
        self.comparison.set_toolbox(Toolbox({name: found[name] for name in self.tools_on}, self._approve))

    async def _approve(
        self, lane: "Lane", response: str, call: "CheckedCall", definition: "ToolDefinition"
    ) -> "Approval":
        """Ask above whatever is on the screen; a stopped answer takes its question with it."""
        from workbench.app.dialogs.approve_tool import ApproveToolDialog

        desk = self.desks.get(lane.id)
        number = f"{desk.pane.number} " if desk is not None else ""
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()

        def answer(said: str | None) -> None:
            if not answered.done():
                answered.set_result(said)

        dialog = ApproveToolDialog(f"{number}{lane.label or lane.target}", call.call, definition.description)
        self.app.push_screen(dialog, answer)
        try:
            said = await answered
        except asyncio.CancelledError:
            dialog.withdraw()
            raise
        return said if said in ("once", "turn", "session") else "deny"  # type: ignore[return-value]


def _readable(typed: str) -> Path:
    from workbench.engine.attachments import attach
    from workbench.engine.builtin_tools import MAX_LOOKUP_BYTES

    path = Path(typed).expanduser().absolute()
    attach(path, MAX_LOOKUP_BYTES)
    return path
