"""The room of the panes: columns, grid, tabs or one pane, with the sidebar beside or under them."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from workbench.app.screens.compare.layout import Layout
from workbench.app.screens.compare.pane_grid import PaneGrid
from workbench.app.symbols import Symbols
from workbench.app.widgets.lane_tabs import LaneTabs
from workbench.app.widgets.metrics_sidebar import MetricsSidebar
from workbench.app.widgets.response_pane import ResponsePane


class Stage(Container):
    """Panes, tabs and sidebar."""

    BLANK = True

    def __init__(self, panes: Sequence[ResponsePane], symbols: Symbols) -> None:
        super().__init__(id="stage")
        self.panes = list(panes)
        self.sidebar = MetricsSidebar(symbols)
        self.tabs = LaneTabs(symbols)
        self.room = PaneGrid()
        self.layout_now: Layout | None = None
        self.shown = 1
        """The lane number that is seen where only one is."""

    def compose(self) -> ComposeResult:
        """Panes and sidebar; tabs are mounted when they are first needed."""
        with self.room:
            yield from self.panes
        yield self.sidebar

    def on_mount(self) -> None:
        """The layout was chosen before."""
        if self.layout_now is not None:
            self.divide(self.layout_now)

    @property
    def several(self) -> bool:
        """Whether all panes are seen at once."""
        return self.layout_now is None or self.layout_now.kind in ("columns", "grid")

    async def use_panes(self, panes: Sequence[ResponsePane]) -> None:
        """Other panes, or the same in another order; those that stay keep their text."""
        self.panes = list(panes)
        self.shown = min(self.shown, max(1, len(panes)))
        new = [pane for pane in panes if not pane.is_attached]
        if new:
            await self.room.mount_all(new)
        for pane in new:
            pane.furnish()
        order = {id(pane): pane.number for pane in self.panes}
        self.room.sort_children(key=lambda pane: order.get(id(pane), 0))

    def divide(self, layout: Layout) -> None:
        """Divide the room."""
        self.layout_now = layout
        self.room.divide(layout.columns, layout.rows)
        one = layout.kind in ("tabs", "single")
        for pane in self.panes:
            pane.set_class(one and pane.number != self.shown, "-hidden")
            pane.styles.column_span = 1
        if not one and self.panes:
            over = len(self.panes) % layout.columns
            if over:
                self.panes[-1].styles.column_span = layout.columns - over + 1
        self.set_class(layout.sidebar == "folded", "-folded")
        self.sidebar.set_class(layout.sidebar == "none", "-hidden")
        self.sidebar.fold(layout.sidebar == "folded")
        tabs = one and len(self.panes) > 1 and layout.sidebar != "folded"
        self.tabs.set_class(not tabs, "-hidden")
        if tabs and not self.tabs.is_attached and self.is_attached:
            self.mount(self.tabs, before=0)

    def show(self, number: int) -> None:
        """Bring a lane to the front, where only one is seen."""
        self.shown = number
        if not self.several:
            for pane in self.panes:
                pane.set_class(pane.number != number, "-hidden")
