"""Changed lines straight to the terminal, past the compositor, where nothing covers them.

Textual's partial update asks every widget near the change for all its lines. With panes that change 15 times a second
this is most of the cost of a frame. A view that is on the top screen, fully visible and covered by nothing knows
exactly which cells changed; it hands them to the driver as an update of their own, in the same synchronized write.
Everywhere else (an overlay, another screen, inline mode) Textual paints as usual.
"""

from typing import TYPE_CHECKING

from rich.console import Console
from textual._compositor import CompositorUpdate
from textual.geometry import Region

if TYPE_CHECKING:
    from textual.strip import Strip
    from textual.widget import Widget


class LinesUpdate(CompositorUpdate):
    """Some lines of the screen."""

    def __init__(self, lines: "list[tuple[int, int, Strip]]") -> None:
        self._lines = lines
        """Column, line, content."""

    def render_segments(self, console: Console) -> str:
        """The bytes that draw them."""
        return "".join(f"\x1b[{y + 1};{x + 1}H{strip.render(console)}" for x, y, strip in self._lines)


class DirectPainter:
    """Paints lines of one widget."""

    def __init__(self, widget: "Widget") -> None:
        self._widget = widget
        self._known: tuple[object, Region] | None = None
        self._free = False

    def paint(self, lines: "list[tuple[int, Strip]]") -> bool:
        """Paint lines by their place in the widget's content; False when Textual has to do it."""
        widget = self._widget
        app = widget.app
        if app._batch_count or app.is_inline or app.screen is not widget.screen:
            return False
        region = widget.content_region
        if not self._is_free(region):
            return False
        x, top = region.x, region.y
        update = LinesUpdate([(x, top + y, strip) for y, strip in lines])
        app._display(widget.screen, update)  # type: ignore[arg-type]  # Textual passes its own updates so, too
        return True

    def _is_free(self, region: Region) -> bool:
        """Whether the region is on screen and no other widget covers it; kept until the layout changes."""
        compositor = self._widget.screen._compositor
        visible = compositor.visible_widgets
        if self._known is not None and self._known[0] is visible and self._known[1] == region:
            return self._free
        self._known = visible, region
        self._free = self._check(region)
        return self._free

    def _check(self, region: Region) -> bool:
        widget = self._widget
        compositor = widget.screen._compositor
        place = compositor.visible_widgets.get(widget)
        if place is None or not region or not place[1].contains_region(region):
            return False
        for y in range(region.y, region.bottom):
            for other, cropped, _ in compositor.layers_visible[y]:
                if other is widget:
                    break
                if cropped.overlaps(region):
                    return False
            else:
                return False
        return True
