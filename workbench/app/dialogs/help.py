"""Help: the keys of what is focused first, then what works everywhere; never a key that does nothing here."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList

from workbench.app.dialogs.reader import READER_WIDTH, ReaderDialog
from workbench.app.screens.compare.base import CompareBase
from workbench.app.widgets.response_pane import ResponsePane

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp


class _Row(NamedTuple):
    """One key and what it does."""

    key: str
    """As Textual writes it where the row has an id, else as people do."""
    words: str
    id: str = ""
    """Under which a keymap moves it; empty for what can't be moved."""


_Section = tuple[str, Sequence[_Row]]

_PROMPT = (
    _Row("enter", "send to all lanes", "prompt.send"),
    _Row("ctrl+j", "new line (Shift+Enter too, where the terminal can tell it from Enter)", "prompt.newline"),
    _Row("Up, Down", "earlier prompts, from an empty prompt"),
    _Row("ctrl+g", "write in $EDITOR", "prompt.editor"),
    _Row("Ctrl+A Ctrl+E", "start and end of the line"),
    _Row("Ctrl+W Ctrl+U Ctrl+K", "delete a word, to the start, to the end"),
)
_COMPARING = (
    _Row("escape", "one step back to the prompt; twice stops what streams", "compare.back"),
    _Row("ctrl+n", "new session", "compare.new"),
    _Row("ctrl+o", "earlier sessions", "compare.sessions"),
    _Row("ctrl+l", "choose the models", "compare.models"),
    _Row("ctrl+t", "which history the lanes see", "compare.context"),
    _Row("ctrl+s", "sidebar", "compare.sidebar"),
    _Row("tab", "next pane", "compare.next"),
    _Row("shift+tab", "previous pane", "compare.previous"),
    _Row("F2 … F9", "pane 1 … 8"),
)
_EVERYWHERE = (
    _Row("ctrl+c", "copy a selection; else stop what streams; else quit when pressed again", "app.interrupt"),
    _Row("ctrl+q", "quit (asks while something streams)", "app.quit"),
    _Row("ctrl+p", "commands: everything by name", "app.palette"),
    _Row("f1", "this help", "app.help"),
)
_PANE_MORE = (
    _Row("j k g G", "scroll; G or End follows new text"),
    _Row("[ ]", "previous and next heading or code block"),
    _Row("t", "show or fold the reasoning", "answer.reasoning"),
    _Row("n N", "next and previous place found"),
    _Row("l L", "next and previous link; o opens it"),
    _Row("1 … 9", "another pane"),
)
_LIST = (("Enter", "choose"), ("Up, Down", "next and previous"))
_KEY = 22
"""Columns of the keys."""
_NARROW = 24
_SIGNS = "Figures:  0.61 s first token · 84/s tokens per second · 1.2k→310 tokens in and out · ~ estimated · ? unknown"


class HelpDialog(ReaderDialog):
    """Keys of what was focused when it was opened."""

    def __init__(self, app: "WorkbenchApp") -> None:
        super().__init__("Help", _told(app), copyable=False)


def _told(app: "WorkbenchApp") -> Content:
    comparing = isinstance(app.screen, CompareBase)
    sections = [*(_of_comparison(app) if comparing else _of_screen(app)), ("Everywhere", _EVERYWHERE)]
    parts: list[str | tuple[str, str]] = []
    names: list[tuple[str, str]] = []
    for title, rows in sections:
        parts.append((f"{title}\n", "bold"))
        for row in rows:
            key = ", ".join(app.key_of("", key) for key in _keys(app, row)) if row.id else row.key
            parts += [(f"  {key:<{_KEY}}", "$primary"), f"{_hanging(row.words, app.size.width)}\n"]
            if row.id:
                names.append((key, row.id))
        parts.append("\n")
    if comparing:
        parts.append((f"{_SIGNS}\n\n", "$text-muted"))
    parts.append(("Names of these keys, to move them in [keymap]\n", "bold"))
    parts += [part for key, name in names for part in ((f"  {key:<{_KEY}}", "$primary"), (f"{name}\n", "$text-muted"))]
    return Content.assemble(*parts)


def _keys(app: "WorkbenchApp", row: _Row) -> list[str]:
    """All keys that a binding has now, but for the second name of a capital letter."""
    keys = app.preferences.keymap.get(row.id, row.key).split(",")
    return [key for key in keys if key.removeprefix("shift+").upper() not in keys or not key.startswith("shift+")]


def _hanging(words: str, width: int) -> str:
    """Further lines of long words stand under the first one, where the dialog is wide enough for two columns."""
    room = min(READER_WIDTH, width * 96 // 100) - _KEY - 8
    return words if room < _NARROW else f"\n{'':{_KEY + 2}}".join(wrap(words, room))


def _of_comparison(app: "WorkbenchApp") -> Iterator[_Section]:
    focused = app.focused
    in_pane = focused is not None and any(isinstance(node, ResponsePane) for node in focused.ancestors_with_self)
    pane = [
        _Row(binding.key, binding.description, binding.id or "")
        for binding in ResponsePane.BINDINGS
        if isinstance(binding, Binding) and (binding.id or "").startswith("pane.") and not binding.key.isdigit()
    ]
    both: list[_Section] = [("In a pane", [*pane, *_PANE_MORE]), ("In the prompt", _PROMPT)]
    yield from both if in_pane else both[::-1]
    yield "While comparing", _COMPARING


def _of_screen(app: "WorkbenchApp") -> Iterator[_Section]:
    """What the screen says of itself, and its bindings that work now."""
    screen = app.screen
    told = getattr(screen, "HELP_ROWS", _LIST if isinstance(app.focused, OptionList) else ())
    rows = [_Row(key, words) for key, words in told]
    named: dict[str, _Row] = {}
    for active in screen.active_bindings.values():
        name, key = active.binding.id, active.binding.key
        if name and active.node is screen and active.enabled:
            keys = f"{named[name].key},{key}" if name in named else key
            named[name] = _Row(keys, active.binding.description, name)
    rows += named.values()
    if rows:
        yield getattr(screen, "HELP_TITLE", "Here"), rows
