"""One line that says which lanes there are when only one of them is on screen."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.style import Style
from textual.widget import Widget

from workbench.app.formatting import fit
from workbench.app.symbols import UNICODE, Symbols
from workbench.app.tones import Tones
from workbench.app.widgets.metrics_sidebar import LaneRow
from workbench.domain.clean import clean_line

_REVERSE = Style(reverse=True)


class LaneTabs(Widget):
    """Number, state sign and as much of the name as fits."""

    DEFAULT_CSS = "LaneTabs { height: 1; padding: 0 1; } LaneTabs.-hidden { display: none; }"

    class TabClicked(Message):
        """The user wants to see this lane."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, symbols: Symbols = UNICODE) -> None:
        super().__init__()
        self.symbols = symbols
        self._rows: Sequence[LaneRow] = ()
        self._key: object = None
        self._ends: list[int] = []

    def show(self, rows: Sequence[LaneRow]) -> None:
        """Draw again when a state or the shown lane changed."""
        key = [(row.number, row.name, row.figures.state, row.focused) for row in rows]
        if key != self._key:
            self._rows, self._key = rows, key
            self.refresh()

    def render(self) -> Content:
        """The tabs, the shown one reversed."""
        tones = Tones(self)
        each = self.size.width // max(1, len(self._rows)) - 6
        parts: list[tuple[str, object]] = []
        self._ends = []
        position = 0
        for row in self._rows:
            sign = self.symbols.state(row.figures.state)
            name = f" {fit(clean_line(row.name), each)}" if each >= 4 else ""
            label = f" {row.number} {sign.sign}{name} "
            tone = tones.lane(row.number, bold=row.focused)
            parts.append((label, tone + _REVERSE if row.focused else tone))
            position += cell_len(label)
            self._ends.append(position)
        return Content.assemble(*parts).truncate(max(1, self.size.width))  # type: ignore[arg-type]

    def on_click(self, event: Click) -> None:
        """To the lane under the pointer."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        for row, end in zip(self._rows, self._ends, strict=False):
            if offset.x < end:
                self.post_message(self.TabClicked(row.number))
                return
