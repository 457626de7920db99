"""Files that `@` offers while a name is typed; the prompt keeps the keys."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from workbench.app.formatting import fit
from workbench.app.tones import Tones
from workbench.domain.clean import clean_line

ROWS = 6


class FilePicker(Widget):
    """A few names, one of them chosen."""

    DEFAULT_CSS = "FilePicker { height: auto; max-height: 6; padding: 0 1; }"
    names: var[tuple[str, ...]] = var(())
    chosen: var[int] = var(0)

    class Picked(Message):
        """A name was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    @property
    def name_chosen(self) -> str:
        """What Enter would take."""
        return self.names[self.chosen]

    def show(self, names: Sequence[str]) -> None:
        """Other names; the first is chosen."""
        self.names = tuple(names[:ROWS])
        self.chosen = 0
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """The next or previous name, and round again."""
        self.chosen = (self.chosen + step) % len(self.names)
        self.refresh()

    def render(self) -> Content:
        """One name a row."""
        tones = Tones(self)
        rows = []
        for place, name in enumerate(self.names):
            mark, tone = ("> ", "foreground") if place == self.chosen else ("  ", "text-muted")
            shown = mark + fit(clean_line(name), max(1, self.size.width - 2))
            rows.append(Content.styled(shown, tones.named(tone, bold=place == self.chosen)))
        return Content("\n").join(rows)

    def on_click(self, event: events.Click) -> None:
        """The name under the mouse."""
        if 0 <= event.y < len(self.names):
            self.post_message(self.Picked(self.names[event.y]))
