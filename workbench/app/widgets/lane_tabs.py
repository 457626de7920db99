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
    """Number and state sign of every lane, and as much of the names as fits."""

    DEFAULT_CSS = "LaneTabs { height: auto; padding: 0 1; } LaneTabs.-hidden { display: none; }"

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

    def show(self, rows: Sequence[LaneRow]) -> None:
        """Draw again when a state or the shown lane changed."""
        key = [(row.number, row.name, row.figures.state, row.focused) for row in rows]
        if key != self._key:
            resized = len(rows) != len(self._rows)
            self._rows, self._key = rows, key
            self.refresh(layout=resized)

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """One line, unless so many lanes need more."""
        return len(self._lines(width))

    def render(self) -> Content:
        """The tabs, the shown one reversed."""
        tones = Tones(self)
        parts: list[tuple[str, object]] = []
        for line in self._lines(self.size.width):
            parts += [("\n", "")] if parts else []
            for row, label in line:
                tone = tones.lane(row.number, bold=row.focused)
                parts.append((label, tone + _REVERSE if row.focused else tone))
        return Content.assemble(*parts)  # type: ignore[arg-type]

    def on_click(self, event: Click) -> None:
        """To the lane under the pointer."""
        offset = event.get_content_offset(self)
        lines = self._lines(self.size.width)
        if offset is None or offset.y >= len(lines):
            return
        end = 0
        for row, label in lines[offset.y]:
            end += cell_len(label)
            if offset.x < end:
                self.post_message(self.TabClicked(row.number))
                return

    def _lines(self, width: int) -> list[list[tuple[LaneRow, str]]]:
        """Lanes with their labels: first the names give way, then the air; signs and numbers never do."""
        each = width // max(1, len(self._rows)) - 6
        forms = [
            [f" {start} {fit(name, each)} " for start, name in self._starts(" ")] if each >= 4 else None,
            [f" {start} " for start, _ in self._starts(" ")],
            [f"{start} " for start, _ in self._starts("")],
            [start for start, _ in self._starts("")],
        ]
        fitting = (labels for labels in forms if labels is not None and cell_len("".join(labels)) <= width)
        lines: list[list[tuple[LaneRow, str]]] = [[]]
        used = 0
        for row, label in zip(self._rows, next(fitting, forms[3] or []), strict=True):
            if used + cell_len(label) > width and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append((row, label))
            used += cell_len(label)
        return lines

    def _starts(self, between: str) -> list[tuple[str, str]]:
        return [
            (f"{row.number}{between}{self.symbols.state(row.figures.state).sign}", clean_line(row.name))
            for row in self._rows
        ]
