"""The application: themes, keys, the screens that are open, and what all of them share."""

import asyncio
import contextlib
import gc
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.filter import LineFilter
from textual.screen import Screen

from workbench.app import themes
from workbench.app.frame_clock import frame_clock_of
from workbench.app.key_order import KeyHandled, KeyOrder
from workbench.app.keys import key_words
from workbench.app.plain_signs import PlainSigns
from workbench.app.quiet_imports import QuietImports
from workbench.app.services import Opening, Services, StartOptions
from workbench.app.symbols import ASCII, UNICODE
from workbench.app.window_size import with_size_of_now
from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError, StoreError
from workbench.domain.lanes import Lane

if TYPE_CHECKING:
    from workbench.app.crash import CrashReport
    from workbench.app.garbage import QuietGarbage
    from workbench.app.palette import Commands
    from workbench.app.screens.compare.screen import CompareScreen
    from workbench.domain.conversation import Response

QUIT_AGAIN_S = 2.0
SAVING_S = 0.5
"""So long the list of sessions waits for what was just sent."""
PASTE_BREAKOUT_S = 0.5
"""A quit key this soon after a paste may have been part of it, so it asks."""


def _palette() -> "type[Commands]":
    """Loaded when it is first opened."""
    from workbench.app.palette import Commands

    return Commands


class WorkbenchApp(App[object]):
    """Compares language models."""

    TITLE = "workbench"
    NOTIFICATION_TIMEOUT = 4
    CSS = """
    * { scrollbar-size-vertical: 1; scrollbar-color: $panel; scrollbar-background: $background;
        scrollbar-color-hover: $secondary; scrollbar-color-active: $secondary;
        scrollbar-background-hover: $background; scrollbar-background-active: $background; }
    OptionList > .option-list--option-highlighted, OptionList:focus > .option-list--option-highlighted {
        background: $panel; color: $foreground; text-style: none;
    }
    CommandPalette SearchIcon { display: none; }
    ToastRack { margin-bottom: 4; }
    Toast { background: $panel; border-left: outer $secondary; width: auto; max-width: 90%; padding: 0 1; }
    """
    COMMANDS = {_palette}  # noqa: RUF012
    BINDINGS = [  # noqa: RUF012
        Binding("ctrl+q", "ask_to_quit", "quit", id="app.quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "copy, stop, quit", id="app.interrupt", show=False, priority=True),
        Binding("ctrl+p", "command_palette", "commands", id="app.palette", show=False, priority=True),
        Binding("f1", "help", "help", id="app.help", show=False, priority=True),
    ]

    def __init__(self, services: Services, start: StartOptions = StartOptions()) -> None:  # noqa: B008
        super().__init__()
        self.services = services
        self.preferences = services.preferences
        self.start = start
        self.opening = Opening()
        self.symbols = ASCII if self.preferences.symbols == "ascii" else UNICODE
        self._plain_signs = PlainSigns()
        self.crash: CrashReport | None = None
        self.ended_by: int | None = None
        """The signal that ended it."""
        self._problems: list[str] = []
        self._asked_to_quit_s = float("-inf")
        self._pasted_s = float("-inf")
        self._left = False
        self._garbage: QuietGarbage | None = None
        self._clock = frame_clock_of(self)
        self._key_order = KeyOrder(self, super().on_event)
        self.quiet_imports = QuietImports(lambda: self._clock.since_key_s, self._keep_modules)
        self._kept: dict[str, CompareScreen] = {}
        self._choose_theme()

    # ---- beginning ------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """Welcome, or the lanes that are to be compared."""
        self.opening = self.services.opening(self.start)
        if self.opening.lanes:
            from workbench.app.screens.compare.screen import CompareScreen, new_session

            screen: Screen[None] = CompareScreen(
                self.opening.session or new_session("demo" if self.start.demo else "chat"),
                self.opening.lanes,
                lineup=self.opening.lineup,
                draft=self.opening.draft,
                prompt=self.start.prompt,
                page=self.opening.page,
            )
        else:
            from workbench.app.screens.welcome.screen import WelcomeScreen

            screen = WelcomeScreen()
        for path in screen.css_path:  # Textual does this and the next for every screen but the default one
            self.stylesheet.read(path)
        screen._push_result_callback(self, None)
        return screen

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Lane colours for themes that have none."""
        return themes.variable_defaults()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What is done to lines as they are drawn."""
        filters = super().get_line_filters()
        return [*filters, self._plain_signs] if self.symbols is ASCII else filters

    def on_mount(self) -> None:
        """Keys now; whatever else can wait, after the first paint."""
        self.quiet_imports.start()
        if self.preferences.keymap:
            self.set_keymap(dict(self.preferences.keymap))
        self.call_after_refresh(self._after_first_paint)

    def _after_first_paint(self) -> None:
        self.collect_quietly()
        gc.enable()  # the command line turned it off: nothing that the start made is garbage
        for path in [*themes.own_themes(), *themes.users_themes(self.preferences.theme_folder)]:
            try:
                theme = themes.load_theme(path)
            except ConfigurationError as error:
                self.notify(clean_line(str(error)), severity="warning", markup=False)
                continue
            self.register_theme(theme)
        if self.start.session:
            self.open_session(self.start.session)

    def collect_quietly(self) -> None:
        """From now on full collections wait for quiet moments; again, after imports: what they brought stays."""
        if self._garbage is not None:
            self._garbage.keep()
        elif not self.is_headless:
            from workbench.app.garbage import QuietGarbage

            self._garbage = QuietGarbage(self._clock)
            self._garbage.start()

    def _keep_modules(self) -> None:
        if self._garbage is not None:
            self._garbage.keep()

    def _choose_theme(self) -> None:
        wanted = self.preferences.theme
        try:
            path = themes.find(wanted, self.preferences.theme_folder)
            if path is not None:
                theme = themes.load_theme(path)
                self.register_theme(theme)
                wanted = theme.name
            if wanted not in self.available_themes:
                raise ConfigurationError(f"no theme is called {wanted}")
            self._begin_with(wanted)
        except ConfigurationError as error:
            self._problems.append(clean_line(str(error)))
            path = themes.find(themes.DEFAULT, None)
            if path is not None:
                theme = themes.load_theme(path)
                self.register_theme(theme)
                self._begin_with(theme.name)

    def _begin_with(self, theme: str) -> None:
        """Nothing is styled yet: told as a change, the theme would have every style sheet parsed once more."""
        self.set_reactive(WorkbenchApp.theme, theme)
        self.set_class(self.current_theme.dark, "-dark-mode", update=False)
        self.set_class(not self.current_theme.dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def banner(self) -> str:
        """What is wrong with the configuration, if something is."""
        return self.opening.banner or " · ".join(self._problems)

    def key_of(self, binding: str, default: str) -> str:
        """The key that a binding has now, in words."""
        return key_words(self.preferences.keymap.get(binding, default))

    async def on_event(self, event: events.Event) -> None:
        """Keys go before frames; a quit inside a broken paste is noticed; a size that is no longer true isn't taken."""
        if isinstance(event, events.Resize):
            event = with_size_of_now(event, self._driver)
        elif isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if isinstance(event, events.Key):
                self._clock.note_key()
            else:
                self._pasted_s = time.monotonic()
            await self._key_order.take(event)
            return
        await super().on_event(event)

    async def on_key_handled(self, message: KeyHandled) -> None:
        """The next key may go."""
        await self._key_order.handled(message)

    # ---- screens --------------------------------------------------------------------------------------------------

    def open_new(
        self,
        lanes: Sequence[Lane],
        *,
        kind: str = "chat",
        lineup: str = "",
        draft: str = "",
        prompt: str | None = None,
    ) -> None:
        """An empty session with these models."""
        from workbench.app.screens.compare.lane_actions import fresh
        from workbench.app.screens.compare.screen import CompareScreen, new_session

        self._go(CompareScreen(new_session(kind), fresh(lanes), lineup=lineup, draft=draft, prompt=prompt))

    def open_targets(self, targets: Sequence[str], *, kind: str = "chat") -> None:
        """An empty session with a lane per target."""
        from workbench.app.screens.compare.lane_actions import lanes_of
        from workbench.app.screens.compare.screen import CompareScreen, new_session

        self._go(
            CompareScreen(new_session(kind), lanes_of(targets), draft=self.opening.draft, prompt=self.start.prompt)
        )

    @work(group="open", exclusive=True)
    async def open_session(self, session: str, demo: bool = False) -> None:
        """An earlier session with its panes, or the one that still streams in the background."""
        from workbench.app.reopening import read_session
        from workbench.app.screens.compare.screen import CompareScreen

        if session in self._kept:
            self._go(self._kept[session])
            return
        self.quiet_imports.hurry()
        history = await self.services.history(demo)
        if history is None:
            self.notify(self.services.history_problem or "there is no history", severity="warning", markup=False)
            return
        try:
            await asyncio.to_thread(history.flush, SAVING_S)
            kept = await asyncio.to_thread(read_session, history, session)
        except (StoreError, LookupError) as error:
            self.notify(clean_line(f"can't open this session: {error}"), severity="error", markup=False)
            return
        self._go(CompareScreen(kept.session, kept.lanes, kept.turns, draft=kept.draft, tries=kept.tries))

    @work(group="branch", exclusive=True)
    async def branch(self, screen: "CompareScreen", response: "Response") -> None:
        """A new session that goes on from one answer, in all lanes; the old one stays as it is."""
        from workbench.app.branching import branched
        from workbench.app.screens.compare.screen import CompareScreen, new_session

        turns = screen.comparison.turns if screen.comparison is not None else screen.kept_turns
        session, lanes, records = branched(
            new_session(screen.session.kind), screen.session, screen.lanes, turns, response
        )
        history = await self.services.history(screen.session.kind == "demo")
        if history is not None:
            recorder = history.recorder
            recorder.session_saved(session, lanes)
            for record in records:
                recorder.turn_started(record.turn, record.responses)
                for answer in record.responses:
                    recorder.response_ended(answer)
        self._go(CompareScreen(session, lanes, records))
        self.notify("a new session that goes on from this answer", markup=False)

    @work(group="sessions", exclusive=True)
    async def show_sessions(self, demo: bool = False) -> None:
        """The list of what was asked before."""
        from workbench.app.screens.sessions.screen import SessionsScreen

        self.quiet_imports.hurry()
        history = await self.services.history(demo)
        if history is None:
            self.notify(self.services.history_problem or "there is no history", severity="warning", markup=False)
            return
        await asyncio.to_thread(history.flush, SAVING_S)
        chosen = await self.push_screen_wait(SessionsScreen(history, streaming=set(self._kept)))
        if chosen is not None:
            self.open_session(chosen, demo)

    def _go(self, screen: Screen[None]) -> None:
        from workbench.app.screens.compare.screen import CompareScreen

        while len(self.screen_stack) > 1:
            self.pop_screen()
        current = self.screen
        if current is screen:
            return
        if isinstance(current, CompareScreen):
            name = current.session.id
            if current.busy and name not in self._kept:
                self._kept[name] = current
                self.install_screen(current, name)
            elif not current.busy and self._kept.pop(name, None) is not None:
                self.uninstall_screen(name)
        self.switch_screen(screen)

    def session_ended(self, screen: "CompareScreen") -> None:
        """The last lane of a session ended: tell those who look elsewhere, unless it was ended with the program."""
        if self._left:
            return
        title = screen.comparison.session.title if screen.comparison is not None else "a session"
        words = f"all answers are in: {clean_line(title)}"
        if screen is not self.screen and screen.session.id in self._kept:
            self.notify(words, markup=False)
        if self.preferences.notify and not self.app_focus and self._driver is not None:
            from workbench.app.attention import call

            self._driver.write(call(words))

    # ---- leaving --------------------------------------------------------------------------------------------------

    @property
    def streaming(self) -> bool:
        """Something still comes, on this screen or behind it."""
        return any(screen.busy for screen in self._compare_screens())

    def _compare_screens(self) -> "list[CompareScreen]":
        from workbench.app.screens.compare.screen import CompareScreen

        shown = [screen for screen in self.screen_stack if isinstance(screen, CompareScreen)]
        return shown + [screen for screen in self._kept.values() if screen not in shown]

    @work(group="quit", exclusive=True)
    async def action_ask_to_quit(self) -> None:
        """At once, unless something streams or the key may have come from a paste."""
        pasted = time.monotonic() - self._pasted_s < PASTE_BREAKOUT_S
        if not self.streaming and not pasted:
            self.exit(0)
            return
        from workbench.app.dialogs.confirm import ConfirmDialog

        question = (
            "Answers are still coming; what has come is kept." if self.streaming else "This may come from the paste."
        )
        if await self.push_screen_wait(ConfirmDialog("Quit?", question, "Quit", "Stay")):
            self.exit(0)

    async def action_interrupt(self) -> None:
        """Copy what is selected; else stop what streams; else quit when pressed again."""
        from workbench.app.copying import copy_text

        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.run_worker(copy_text(self, selected, "the selection", self.preferences.data_folder))
            return
        screen = next(
            (screen for screen in self._compare_screens() if screen.busy and screen in self.screen_stack), None
        )
        if screen is not None:
            screen.stop_streams(None)
            return
        if self.streaming:  # in a session that isn't on the screen
            self.action_ask_to_quit()
            return
        now = time.monotonic()
        if now - self._asked_to_quit_s < QUIT_AGAIN_S:
            self.exit(0)
            return
        self._asked_to_quit_s = now
        self.notify("Ctrl+C again quits", timeout=QUIT_AGAIN_S, markup=False)

    def terminated(self, number: int) -> None:
        """A signal wants us gone: leave the terminal as it was found, keep what was received."""
        self.ended_by = number
        self.exit(128 + number, return_code=128 + number)

    async def _shutdown(self) -> None:
        """On every way out, before the screens are gone: keep drafts, close streams, flush the store."""
        if not self._left:
            self._left = True
            self.quiet_imports.stop()
            for screen in self._compare_screens():
                with contextlib.suppress(StoreError):
                    await screen.leave()
            await self.services.close()
            if self._garbage is not None:
                self._garbage.stop()
        await super()._shutdown()

    def _fatal_error(self) -> None:
        """A crash: no locals on the terminal, a report in the log."""
        from workbench.app.crash import CrashReport

        self.crash = CrashReport.now(self.preferences.log_path)
        self._close_messages_no_wait()

    # ---- commands -------------------------------------------------------------------------------------------------

    def action_help(self) -> None:
        """Keys of what is focused first."""
        from workbench.app.dialogs.help import HelpDialog

        if isinstance(self.screen, HelpDialog):
            self.screen.action_leave()
        else:
            self.push_screen(HelpDialog(self))

    def action_change_theme(self) -> None:
        """Choose one while looking at it; it is kept, unless the configuration names another."""
        self._change_theme()

    @work(group="theme", exclusive=True)
    async def _change_theme(self) -> None:
        from workbench.app.dialogs.theme import ThemeDialog

        name = await self.push_screen_wait(ThemeDialog())
        if name is None:
            return
        if self.preferences.theme_is_named:
            path = clean_line(str(self.preferences.config_path))
            self.notify(f'until you quit; to keep it: theme = "{name}" under [app] in {path}', markup=False)
            return
        try:
            await asyncio.to_thread(self.services.keep_theme, name)
        except OSError as error:
            self.notify(clean_line(f"until you quit: {error}"), severity="warning", markup=False)

    @work(group="link", exclusive=True)
    async def show_link(self, url: str) -> None:
        """Show where a link really leads, then open or copy it."""
        from workbench.app.copying import copy_text
        from workbench.app.dialogs.link import LinkDialog, open_link

        chosen = await self.push_screen_wait(LinkDialog(url))
        if chosen == "copy":
            await copy_text(self, url, "the address", self.preferences.data_folder)
        elif chosen == "open" and not await asyncio.to_thread(open_link, url):
            self.notify("no browser could be opened; copy the address instead", severity="warning", markup=False)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Everything that can be done, for the palette."""
        from workbench.app.commands import commands

        yield from commands(self, screen)
