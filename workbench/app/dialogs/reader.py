"""A text to read and nothing to answer: help, the inspector."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from workbench.app.dialogs.dialog import Dialog

READER_WIDTH = 100
"""Columns, where the screen has them."""


class ReaderDialog(Dialog[None]):
    """Shows prepared content, scrollable."""

    DEFAULT_CSS = f"""
    ReaderDialog > #box {{ width: {READER_WIDTH}; height: 90%; }}
    ReaderDialog VerticalScroll {{ height: 1fr; scrollbar-size-vertical: 1; background: $surface; }}
    """
    BINDINGS = [  # noqa: RUF012
        Binding("y", "copy", "copy", id="reader.copy"),
        Binding("q", "leave", "close", id="reader.close", show=False),
    ]

    def __init__(self, title: str, body: Content, *, copyable: bool = True) -> None:
        super().__init__()
        self._title, self._body, self._copyable = title, body, copyable

    def compose(self) -> ComposeResult:
        """The text in a scrolling box."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content("y copy · Esc close" if self._copyable else "Esc close")
            with VerticalScroll():
                yield Static(self._body, markup=False)

    def on_mount(self) -> None:
        """Arrow keys scroll at once."""
        self.query_one(VerticalScroll).focus()

    async def action_copy(self) -> None:
        """Take the whole text away."""
        if self._copyable:
            from workbench.app.copying import copy_text

            await copy_text(self.app, self._body.plain, self._title.lower())
