"""Welcome: what was found on this machine, and ways to begin, one of which needs no key and no network."""

import asyncio
import os
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.formatting import plural
from workbench.app.quiet_imports import behind_keys
from workbench.app.services import Found
from workbench.app.widgets.banner import Banner
from workbench.domain.clean import clean_line
from workbench.domain.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

_WHAT = "One prompt, several language models, side by side, with live numbers."


class WelcomeScreen(Screen[None]):
    """The first minute."""

    CSS_PATH = "screen.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("ctrl+o", "sessions", "sessions", id="welcome.sessions", show=False),
        Binding("ctrl+l", "choose('models')", "models", id="welcome.models", show=False),
    ]
    HELP_TITLE = "On the welcome page"
    app: "WorkbenchApp"

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None
        self._starting = False

    def compose(self) -> ComposeResult:
        """Painted before anything was looked for."""
        with Vertical(id="page"):
            yield Static("workbench", id="name", markup=False)
            yield Static(_WHAT, id="what", markup=False)
            yield Banner()
            yield Static("looking for keys and local servers …", id="found", markup=False)
            yield OptionList(*self._options(), markup=False)
            yield Static(
                "Enter choose · Ctrl+O sessions · Ctrl+P commands · F1 help · Ctrl+Q quit", id="keys", markup=False
            )

    def on_mount(self) -> None:
        """Look around behind the first paint."""
        self.query_one(Banner).problem = self.app.banner
        options = self.query_one(OptionList)
        options.focus()
        options.highlighted = 1
        if self.app.start.demo:
            self.call_after_refresh(self.action_choose, "demo")
        else:
            self.call_after_refresh(self._look)

    def _options(self) -> list[Option]:
        found = self._found
        lanes = len(found.targets) if found is not None else 0
        these = (
            f"opens {plural(lanes, 'lane')}" if lanes else "nothing found yet" if found is None else "nothing was found"
        )
        rows = [
            ("these", "Start with these", these, bool(lanes)),
            ("demo", "Try the demo models", "simulated, needs no key and no network", True),
            ("models", "Choose models", "by name, from every provider", True),
            ("config", "Edit configuration", _short(str(self.app.preferences.config_path or "")), True),
        ]
        return [
            Option(Content.assemble((f" {label:<22}", "bold"), (note, "$text-muted")), id=name, disabled=not enabled)
            for name, label, note, enabled in rows
        ]

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        await self.app.quiet_imports.pause()
        with behind_keys():
            self._found = found = await self.app.services.detect()
        self.query_one("#found", Static).update(Content.assemble(*_told(found)))
        options = self.query_one(OptionList)
        highlighted = options.highlighted
        options.clear_options()
        options.add_options(self._options())
        options.highlighted = 0 if found.targets else highlighted if highlighted is not None else 1

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_id or "")

    def action_choose(self, choice: str) -> None:
        """Begin."""
        if choice == "these" and self._found is not None and self._found.targets:
            self.app.open_targets(self._found.targets)
        elif choice == "demo":
            self._demo()
        elif choice == "models":
            self._models()
        elif choice == "config":
            self._edit_configuration()

    def action_sessions(self) -> None:
        """Earlier ones."""
        self.app.show_sessions()

    @work(exclusive=True, group="demo")
    async def _demo(self) -> None:
        self.query_one("#found", Static).update("starting the simulated models …")
        try:
            targets = await self.app.services.start_simulator()
        except WorkbenchError as error:
            self.query_one("#found", Static).update(Content.styled(clean_line(str(error)), "$error"))
            return
        self.app.open_targets(targets, kind="demo")

    @work(exclusive=True, group="models")
    async def _models(self) -> None:
        from workbench.app.dialogs.models import ModelsDialog

        targets = await self.app.push_screen_wait(ModelsDialog(self.app.services))
        if targets:
            self.app.open_targets(targets)

    @work(exclusive=True, group="config")
    async def _edit_configuration(self) -> None:
        from workbench.app.editor import edit_file

        path = self.app.preferences.config_path
        if path is None:
            self.app.notify("there is no place for a configuration file", severity="warning", markup=False)
            return
        try:
            await asyncio.to_thread(self.app.services.create_configuration)
        except (OSError, WorkbenchError) as error:
            self.app.notify(clean_line(str(error)), severity="error", markup=False)
            return
        if await edit_file(self.app, path):
            self.app.notify("start workbench again to use the new configuration", markup=False)


def _told(found: Found) -> list[str | tuple[str, str]]:
    parts: list[str | tuple[str, str]] = []
    for key in found.keys:
        parts += [("\n  ✓ ", "$success"), f"{clean_line(key.provider):<14}"]
        parts.append((f"{clean_line(key.variable)} is set", "$text-muted"))
    for server in found.servers:
        parts += [("\n  ✓ ", "$success"), f"{clean_line(server.name):<14}"]
        models = plural(len(server.models), "model")
        parts.append((f"answers at {clean_line(server.base_url)}, {models}", "$text-muted"))
    if parts:
        return ["Found on this machine", *parts]
    return [
        (
            "No keys in the environment and no local server were found.\n"
            "The demo needs neither. For a provider set its key, for example\n"
            "OPENAI_API_KEY, and start again.",
            "$text-muted",
        )
    ]


def _short(path: str) -> str:
    home = os.path.expanduser("~")
    path = clean_line(path)
    return "~" + path[len(home) :] if home != "/" and path.startswith(home + os.sep) else path
