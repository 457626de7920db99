"""A short list of things to do; one is chosen by arrow keys, by its letter, or by a click."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from workbench.app.dialogs.dialog import Dialog


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One thing to do."""

    id: str
    label: str
    key: str = ""
    """A letter or digit that chooses it at once."""
    note: str = ""
    enabled: bool = True
    """What can't be done now is left out."""


class MenuDialog(Dialog[str]):
    """Answers with the id of what was chosen."""

    DEFAULT_CSS = "MenuDialog > #box { width: 64; }"

    def __init__(self, title: str, items: Sequence[MenuItem], hint: str = "", first: str = "") -> None:
        super().__init__()
        self._title, self._hint, self._first = title, hint, first
        self._items = [item for item in items if item.enabled]

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(id="box") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(self._hint or "Enter choose · Esc close")
            yield OptionList(
                *(Option(self._line(item), id=item.id) for item in self._items),
                markup=False,
            )

    def on_mount(self) -> None:
        """The cursor on what is wanted most."""
        if self._items:
            places = [number for number, item in enumerate(self._items) if item.id == self._first]
            self.query_one(OptionList).highlighted = places[0] if places else 0

    @staticmethod
    def _line(item: MenuItem) -> Content:
        return Content.assemble(
            (f"{item.key:<2}", "$text-muted"), " ", item.label, (f"  {item.note}" if item.note else "", "$text-muted")
        )

    def on_key(self, event: events.Key) -> None:
        """An item's own letter."""
        for item in self._items:
            if item.key and event.character == item.key:
                event.stop()
                self.dismiss(item.id)
                return

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """By Enter or click."""
        self.dismiss(event.option_id)
