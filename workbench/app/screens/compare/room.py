"""How a compare screen divides its room, at any size, and which pane is in front."""

from textual import on

from workbench.app.screens.compare.drawing import DrawnCompare
from workbench.app.screens.compare.layout import choose_layout
from workbench.app.widgets.response_pane import ResponsePane

PROMPT_ROWS = 3


class DividedCompare(DrawnCompare):
    """Chooses the layout again whenever something changed."""

    def on_resize(self) -> None:
        """Any size: the layout is chosen again."""
        self.rearrange()

    def rearrange(self) -> None:
        """Choose the layout again."""
        if not self.is_mounted or not self._divide(*self.size):
            return
        self.draw()
        self.show_hints()

    def _divide(self, width: int, height: int) -> bool:
        """Give everything its room; whether anything changed."""
        layout = choose_layout(
            width,
            height - PROMPT_ROWS - 2 - bool(self.banner_line.problem),
            len(self.lanes),
            zoomed=self.zoomed,
            sidebar=self.sidebar_wanted,
        )
        key = (layout, width, height < 3, self.stage.shown, tuple(self.stage.panes))
        if key == self._divided or not width:
            return False
        self._divided = key
        self.set_class(layout.chrome != "all", "-less")
        self.set_class(layout.chrome == "none", "-bare")
        self.set_class(width < 12 or height < 3, "-tiny")
        self.stage.divide(layout)
        return True

    def show_pane(self, number: int) -> None:
        """Bring a lane to the front and give it the keys."""
        if not 1 <= number <= len(self.stage.panes):
            return
        self.stage.show(number)
        view = self.stage.panes[number - 1].view
        if view.is_attached:
            self.set_focus(view)
        self.draw()

    @on(ResponsePane.Focused)
    def _pane_focused(self, message: ResponsePane.Focused) -> None:
        self._last_pane = message.pane
        self.stage.shown = message.pane.number
        self.draw()
        self.show_hints()

    def on_descendant_focus(self) -> None:
        """What works now depends on who has the keys."""
        self.show_hints()
