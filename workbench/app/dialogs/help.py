"""Help: the keys of what is focused first, then everything else."""

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.content import Content

from workbench.app.dialogs.reader import ReaderDialog
from workbench.app.keys import key_words
from workbench.app.widgets.response_pane import ResponsePane

if TYPE_CHECKING:
    from workbench.app.app import WorkbenchApp

_PROMPT = (
    ("Enter", "send to all lanes"),
    ("Ctrl+J", "new line (Shift+Enter too, where the terminal can tell it from Enter)"),
    ("Up, Down", "earlier prompts, from an empty prompt"),
    ("Ctrl+G", "write in $EDITOR"),
    ("Ctrl+A Ctrl+E", "start and end of the line"),
    ("Ctrl+W Ctrl+U Ctrl+K", "delete a word, to the start, to the end"),
)
_EVERYWHERE = (
    ("Esc", "one step back to the prompt; twice stops what streams"),
    ("Ctrl+C", "copy a selection; else stop what streams; else quit when pressed again"),
    ("Ctrl+Q", "quit (asks while something streams)"),
    ("Ctrl+P", "commands: everything by name"),
    ("Ctrl+N Ctrl+O", "new session, earlier sessions"),
    ("Ctrl+L", "choose the models"),
    ("Ctrl+T", "which history the lanes see"),
    ("Ctrl+S", "sidebar"),
    ("Tab, Shift+Tab", "next and previous pane"),
    ("F2 … F9", "pane 1 … 8"),
)
_PANE_MORE = (
    ("j k g G", "scroll; G or End follows new text"),
    ("[ ]", "previous and next heading or code block"),
    ("t", "show or fold the reasoning"),
    ("n N", "next and previous place found"),
    ("l L", "next and previous link; o opens it"),
    ("1 … 9", "another pane"),
)
_SIGNS = "Figures:  0.61 s first token · 84/s tokens per second · 1.2k→310 tokens in and out · ~ estimated · ? unknown"


def help_dialog(app: "WorkbenchApp") -> ReaderDialog:
    """The dialog for what is focused now."""
    focused = app.focused
    in_pane = focused is not None and any(isinstance(node, ResponsePane) for node in focused.ancestors_with_self)
    pane = [
        (key_words(app.preferences.keymap.get(binding.id or "", binding.key)), binding.description)
        for binding in ResponsePane.BINDINGS
        if isinstance(binding, Binding) and (binding.id or "").startswith("pane.") and not binding.key.isdigit()
    ]
    sections = [
        ("In a pane", [*pane, *_PANE_MORE]),
        ("In the prompt", list(_PROMPT)),
        ("Everywhere", list(_EVERYWHERE)),
    ]
    if not in_pane:
        sections[0], sections[1] = sections[1], sections[0]
    parts: list[str | tuple[str, str]] = []
    for title, rows in sections:
        parts.append((f"{title}\n", "bold"))
        parts += [part for key, words in rows for part in ((f"  {key:<24}", "$primary"), f"{words}\n")]
        parts.append("\n")
    parts.append((_SIGNS, "$text-muted"))
    return ReaderDialog("Help", Content.assemble(*parts), copyable=False)
