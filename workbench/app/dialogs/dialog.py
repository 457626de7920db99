"""What all dialogs share: a quiet box in the middle, a title in its border, Esc to leave."""

from typing import TypeVar

from textual.binding import Binding
from textual.screen import ModalScreen

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None]):
    """A question above a screen; None is "never mind"."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog > #box {
        width: 72; max-width: 96%; height: auto; max-height: 90%; background: $surface;
        border: solid $secondary; border-title-color: $foreground; border-title-style: bold;
        border-subtitle-color: $text-muted; padding: 0 1;
    }
    Dialog OptionList {
        height: auto; max-height: 100%; border: none; background: $surface; padding: 0; scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $surface 0%; }
    }
    Dialog Input { border: none; height: 1; padding: 0; background: $panel; &:focus { border: none; } }
    Dialog .muted { color: $text-muted; }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("escape", "leave", "close", id="dialog.close"),
    ]

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
