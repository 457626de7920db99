"""Earlier sessions: newest first, searched as one types, to open, rename or delete."""

import asyncio
import re
import threading
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.dialogs.confirm import ConfirmDialog
from workbench.app.dialogs.text import TextDialog
from workbench.app.formatting import day_and_time, fit_end, money, plural
from workbench.app.services import History
from workbench.domain.clean import clean_line
from workbench.domain.errors import StoreError

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp
    from workbench.store.rows import SessionRow

PAGE = 60
"""Rows read at once, a tall screen full; more are read when the end of the list is near."""
_WHEN = 16
"""Columns before a title: the activity mark and the time."""
_MODELS, _TURNS, _FIGURES = 104, 66, 44
"""Widths from which there is room for the models, for the turns, for any figure."""
_FOUND = "bold $foreground on $primary 30%"


def sought(query: str) -> re.Pattern[str] | None:
    """What stands out in a line that was found: the words that were typed, where a word begins."""
    words = sorted(set(query.replace('"', " ").split()), key=len, reverse=True)
    if not words:
        return None
    return re.compile("|".join((r"(?<!\w)" if word.isascii() else "") + re.escape(word) for word in words), re.I)


def matching_line(snippet: str, query: str) -> str:
    """The line of a snippet that holds a word of the query; what surrounds it is left out."""
    wanted = sought(query)
    lines = [line.strip() for line in snippet.splitlines() if line.strip()]
    found = (line for line in lines if wanted is not None and wanted.search(line))
    return next(found, lines[0] if lines else "")


class SessionsScreen(Screen[str | None]):
    """Answers with the id of the session to open."""

    CSS_PATH = "screen.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "back", id="sessions.back"),
        Binding("down", "move(1)", "next", id="sessions.next", show=False),
        Binding("up", "move(-1)", "previous", id="sessions.previous", show=False),
        Binding("pagedown", "move(10)", "next page", id="sessions.next_page", show=False),
        Binding("pageup", "move(-10)", "previous page", id="sessions.previous_page", show=False),
        Binding("ctrl+r", "rename", "rename", id="sessions.rename", priority=True),
        Binding("ctrl+d,delete", "delete", "delete", id="sessions.delete", priority=True),
    ]
    HELP_TITLE = "In the list of sessions"
    HELP_ROWS = (
        ("Enter", "open"),
        ("Up, Down, PgUp, PgDn", "next and previous"),
        ("letters", "search prompts, answers and titles"),
    )
    app: "WorkbenchApp"

    def __init__(self, history: History, streaming: Collection[str] = ()) -> None:
        super().__init__()
        self._history = history
        self._streaming = streaming
        self._rows: list[SessionRow] = []
        self._query = ""
        self._more = True

    def compose(self) -> ComposeResult:
        """Search above, sessions below."""
        yield Static("Sessions", id="head", markup=False)
        yield Input(placeholder="search prompts, answers and titles")
        yield OptionList(markup=False)
        yield Static("", id="empty", markup=False)
        yield Static("Enter open · Ctrl+R rename · Ctrl+D delete · Esc back", id="foot", markup=False)

    def on_mount(self) -> None:
        """Read the newest."""
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._read()

    def action_leave(self) -> None:
        """Back to where one came from; a search is cleared first."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            self.dismiss(None)

    @on(Input.Changed)
    def _searched(self, event: Input.Changed) -> None:
        self._query = event.value.strip()
        self._read()

    @on(Input.Submitted)
    def _entered(self) -> None:
        row = self._highlighted()
        if row is not None:
            self.dismiss(row.id)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._rows[event.option_index].id)

    def action_move(self, step: int) -> None:
        """Up and down work while the search is typed."""
        options = self.query_one(OptionList)
        if not options.option_count:
            return
        index = (options.highlighted if options.highlighted is not None else -1) + step
        options.highlighted = min(max(0, index), options.option_count - 1)
        if self._more and options.highlighted >= options.option_count - 20:
            self._read_more()

    @work(exclusive=True, group="sessions")
    async def _read(self) -> None:
        rows = await self._page(None)
        if rows is None:
            return
        self._rows = list(rows)
        self._more = len(rows) == PAGE
        self._list(0)
        self._show_empty()

    def _list(self, highlighted: int | None = None) -> None:
        """Draw every row again; the cursor stays where it is unless it is told to go."""
        options = self.query_one(OptionList)
        at = options.highlighted if highlighted is None else highlighted
        options.clear_options()
        options.add_options([Option(self._line(row)) for row in self._rows])
        options.highlighted = at if self._rows else None

    @work(exclusive=True, group="sessions")
    async def _read_more(self) -> None:
        rows = await self._page(self._rows[-1].cursor)
        if rows is None:
            return
        self._more = len(rows) == PAGE
        self._rows += rows
        self.query_one(OptionList).add_options([Option(self._line(row)) for row in rows])

    async def _page(self, before: str | None) -> "Sequence[SessionRow] | None":
        given_up = threading.Event()  # the next key ends the search of the last one in its thread too
        sessions, query = self._history.sessions, self._query or None
        try:
            return await asyncio.to_thread(sessions.list, PAGE, before, query, cancelled=given_up.is_set)
        except StoreError as error:
            self.app.notify(clean_line(str(error)), severity="error", markup=False)
            return None
        finally:
            given_up.set()

    def _show_empty(self) -> None:
        self.set_class(not self._rows, "-empty")
        words = (
            f"Nothing found for {clean_line(self._query)}: every word must be in one prompt, answer or title."
            " Esc clears the search."
            if self._query
            else "No sessions yet: whatever you send is kept here, with its answers and numbers. Esc goes back."
        )
        self.query_one("#empty", Static).update(Content(words))

    def _highlighted(self) -> "SessionRow | None":
        index = self.query_one(OptionList).highlighted
        return self._rows[index] if index is not None and index < len(self._rows) else None

    def on_resize(self) -> None:
        """The lines are as wide as the screen."""
        if self._rows:
            self._list()

    def _line(self, row: "SessionRow") -> Content:
        width = max(20, self.size.width - 3)  # a blank on both sides, and the scrollbar
        when = day_and_time(row.updated_utc)
        running = f"{self.app.symbols.state('streaming').sign} " if row.id in self._streaming else "  "
        mark = f"{'~' if row.cost_unknown or row.cost_estimated_nano else ''}{money(row.cost_nano)}"
        models, turns = f"{plural(len(row.targets), 'model'):>9}", f"{plural(row.turns, 'turn'):>8}"
        figures = "  ".join([models, turns, f"{mark:>10}"][2 - (width >= _TURNS) - (width >= _MODELS) :])
        right = figures if width >= _FIGURES else ""
        room = max(8, width - _WHEN - cell_len(right) - 1)
        title = fit_end(clean_line(row.title or "untitled"), room)
        fill = " " * (room - cell_len(title) + 1)
        line = Content.assemble(
            running, (f"{when:<14}", "$text-muted"), self._marked(title), fill, (right, "$text-muted")
        )
        if not row.snippet:
            return line
        found = fit_end(clean_line(matching_line(row.snippet, self._query)), max(8, width - _WHEN))
        return Content.assemble(line, "\n", " " * _WHEN, self._marked(found, "$text-muted"))

    def _marked(self, text: str, style: str = "") -> Content:
        """The words that were searched for stand out."""
        content = Content.styled(text, style) if style else Content(text)
        wanted = sought(self._query)
        return content.highlight_regex(wanted, style=_FOUND) if wanted is not None else content

    @work(exclusive=True, group="change")
    async def action_rename(self) -> None:
        """Another title."""
        row = self._highlighted()
        if row is None:
            return
        title = await self.app.push_screen_wait(TextDialog("New title", row.title or ""))
        if title is None or not title.strip():
            return
        await self._change(self._history.sessions.rename, row.id, clean_line(title.strip()))

    @work(exclusive=True, group="change")
    async def action_delete(self) -> None:
        """Gone from the file, after a question."""
        row = self._highlighted()
        if row is None:
            return
        if row.id in self._streaming:
            self.app.notify("it still streams; stop it first", severity="warning", markup=False)
            return
        question = f"{fit_end(clean_line(row.title or 'untitled'), 50)}\nIt can't be brought back."
        if await self.app.push_screen_wait(ConfirmDialog("Delete this session?", question, "Delete", "Keep")):
            await self._change(self._history.sessions.delete, row.id)

    async def _change(self, change: Callable[..., None], *arguments: str) -> None:
        try:
            await asyncio.to_thread(change, *arguments)
        except StoreError as error:
            self.app.notify(clean_line(str(error)), severity="error", markup=False)
        self._read()
