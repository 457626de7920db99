"""One question, yes or no."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.app.dialogs.dialog import Dialog


class ConfirmDialog(Dialog[bool]):
    """Asks before something that can't be taken back."""

    DEFAULT_CSS = "ConfirmDialog > #box { width: 60; } ConfirmDialog OptionList { margin-top: 1; }"
    BINDINGS = [  # noqa: RUF012
        Binding("y", "answer(True)", "yes", id="confirm.yes", show=False),
        Binding("n", "answer(False)", "no", id="confirm.no", show=False),
    ]

    def __init__(self, title: str, question: str, yes: str, no: str = "Cancel") -> None:
        super().__init__()
        self._title, self._question, self._yes, self._no = title, question, yes, no

    def compose(self) -> ComposeResult:
        """The question, and what each answer does."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._title)
            yield Static(Content(self._question))
            yield OptionList(Option(Content(self._yes), id="yes"), Option(Content(self._no), id="no"), markup=False)

    def on_mount(self) -> None:
        """The harmless answer is the nearest."""
        self.query_one(OptionList).highlighted = 1

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """One of the two."""
        self.dismiss(event.option_id == "yes")

    def action_answer(self, yes: bool) -> None:
        """By letter."""
        self.dismiss(yes)
