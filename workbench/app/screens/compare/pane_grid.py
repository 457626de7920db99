"""The room of the panes themselves: a grid whose inner borders can be dragged."""

from textual import events
from textual.containers import Container
from textual.widgets._toast import ToastRack

from workbench.app.screens.compare.shares import divide, edge_at, moved
from workbench.app.widgets.response_pane import ResponsePane

LEAST_WIDTH = 20
"""Columns of a pane that was made narrow."""
LEAST_HEIGHT = 4


class PaneGrid(Container):
    """Holds the panes, which cover it. What is dragged stays as a share, whatever the size of the terminal."""

    BLANK = True
    """Drawn as one colour without a look at each line."""

    def __init__(self) -> None:
        super().__init__(id="panes")
        self._counts = (1, 1)
        """Columns and rows."""
        self._shares: dict[tuple[int, int], tuple[list[float], list[float]]] = {}
        """Of columns and rows, by how many there are, where they are not even."""
        self._grip: tuple[int | None, int | None] | None = None
        """The edges between columns and between rows that the mouse holds."""

    def divide(self, columns: int, rows: int) -> None:
        """So many columns and rows, with the shares that they had last time."""
        if (columns, rows) != self._counts:
            self.on_mouse_up()  # the border that was held may be gone
        self._counts = (columns, rows)
        self.styles.grid_size_columns, self.styles.grid_size_rows = columns, rows
        self._apply()

    def even(self) -> None:
        """All panes as large as each other."""
        self._shares.pop(self._counts, None)
        self._apply()

    def widen(self, first: int, last: int, cells: int) -> None:
        """Move the border at the right of some columns, or at their left where they end the row, so that they grow."""
        widths, heights = self._sizes()
        ends = last == len(widths) - 1
        edge = first - 1 if ends else last
        if edge < 0:
            return
        to = sum(widths[: edge + 1]) + (-cells if ends else cells)
        self._keep(moved(widths, edge, to, LEAST_WIDTH), heights)

    def on_resize(self) -> None:
        """The shares hold for the new size; toasts stay above the panes' figures."""
        self._apply()
        below = self.screen.size.height - self.region.bottom
        for rack in self.screen.query(ToastRack):
            rack.styles.margin = (0, 0, below + 1, 0)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of a border."""
        grip = self._grip_at(event)
        if grip is not None:
            self._grip = grip
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The border goes where the mouse is."""
        if self._grip is None:
            return
        column, row = self._grip
        widths, heights = self._sizes()
        if column is not None:
            widths = moved(widths, column, event.screen_x - self.region.x, LEAST_WIDTH)
        if row is not None:
            heights = moved(heights, row, event.screen_y - self.region.y, LEAST_HEIGHT)
        self._keep(widths, heights)

    def on_mouse_up(self) -> None:
        """Let go."""
        if self._grip is not None:
            self._grip = None
            self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Twice on a border: all are even again."""
        if event.chain == 2 and self._grip_at(event) is not None:
            self.even()

    def _grip_at(self, event: events.MouseEvent) -> tuple[int | None, int | None] | None:
        """The edges under the mouse, where it is on the frame of a pane and not on its text."""
        widget, _ = self.screen.get_widget_at(event.screen_x, event.screen_y)
        if not isinstance(widget, ResponsePane):
            return None
        widths, heights = self._sizes()
        column = edge_at(widths, event.screen_x - self.region.x)
        row = edge_at(heights, event.screen_y - self.region.y)
        return None if column is None and row is None else (column, row)

    def _sizes(self) -> tuple[list[int], list[int]]:
        columns, rows = self._counts
        shares = self._shares.get(self._counts, ([1.0] * columns, [1.0] * rows))
        return divide(self.size.width, shares[0], LEAST_WIDTH), divide(self.size.height, shares[1], LEAST_HEIGHT)

    def _keep(self, widths: list[int], heights: list[int]) -> None:
        self._shares[self._counts] = [float(cells) for cells in widths], [float(cells) for cells in heights]
        self._apply()

    def _apply(self) -> None:
        """Even panes are the grid's own business, so that the first paint needs no size."""
        even = self._counts not in self._shares or not self.size
        widths, heights = ([1], [1]) if even else self._sizes()
        self.styles.grid_columns = " ".join(f"{cells}fr" for cells in widths)
        self.styles.grid_rows = " ".join(f"{cells}fr" for cells in heights)
