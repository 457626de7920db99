"""Theme colours as styles for lines that we draw ourselves; looked up once per theme."""

from functools import lru_cache

from textual.color import Color
from textual.style import Style
from textual.widget import Widget

from workbench.app.themes import lane_variable


@lru_cache(512)
def _style(color: str, bold: bool, dim: bool, reverse: bool) -> Style:
    return Style(foreground=Color.parse(color), bold=bold or None, dim=dim or None, reverse=reverse or None)


class Tones:
    """The active theme's tones for one widget."""

    def __init__(self, widget: Widget) -> None:
        self._variables = widget.app.theme_variables

    def named(self, name: str, *, bold: bool = False, dim: bool = False, reverse: bool = False) -> Style:
        """A theme variable as a foreground."""
        color = self._variables.get(name) or self._variables["foreground"]
        if color.startswith(("auto", "ansi")):
            color = self._variables["foreground"]
        return _style(color, bold, dim, reverse)

    def lane(self, number: int, *, bold: bool = False, dim: bool = False) -> Style:
        """The lane's own colour."""
        return self.named(lane_variable(number), bold=bold, dim=dim)

    def state(self, tone: str, number: int, *, bold: bool = False) -> Style:
        """The colour of a state's sign: semantic, or the lane's own."""
        return self.lane(number, bold=bold) if tone == "lane" else self.named(tone, bold=bold)
