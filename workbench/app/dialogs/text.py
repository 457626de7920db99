"""One line of text: a new title, a number, a target."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from workbench.app.dialogs.dialog import Dialog

_SHORT = 48
"""Characters that are read whole in the narrow box, with room to add to them."""


class TextDialog(Dialog[str]):
    """Answers with what was typed."""

    DEFAULT_CSS = "TextDialog > #box { width: 64; &.-long { width: 104; } }"

    def __init__(self, title: str, value: str = "", hint: str = "Enter accept · Esc cancel") -> None:
        super().__init__()
        self._title, self._value, self._hint = title, value, hint

    def compose(self) -> ComposeResult:
        """The line."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(self._hint)
            box.set_class(len(self._value) > _SHORT, "-long")
            yield Input(self._value, select_on_focus=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        self.dismiss(event.value)
