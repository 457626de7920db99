"""Where panes go: a pure choice by width and height, so that every size can be tested without a screen."""

from math import ceil
from typing import Literal, NamedTuple

MIN_PANE_WIDTH = 36
"""Columns below which an answer is no longer pleasant to read."""
MIN_PANE_HEIGHT = 7
"""Rows of a pane in a grid, its frame included."""
SIDEBAR_WIDTH = 28
"""Columns of the sidebar."""

Sidebar = Literal["full", "folded", "none"]


class Layout(NamedTuple):
    """How the screen is divided."""

    kind: Literal["columns", "grid", "tabs", "single"]
    columns: int
    rows: int
    sidebar: Sidebar
    """"full": beside the panes; "folded": one line per pane under them."""
    chrome: Literal["all", "less", "none"] = "all"
    """What stands around the panes: "less" drops the context line, "none" leaves only panes and prompt."""


def choose_layout(width: int, height: int, panes: int, *, zoomed: bool = False, sidebar: bool = True) -> Layout:
    """The first that fits of columns, grid, tabs, one pane; with the sidebar beside, under, or left out.

    Args:
        width: Columns of the terminal.
        height: Rows between header and prompt.
        panes: How many there are.
        zoomed: One pane fills the room.
        sidebar: The user wants to see it.
    """
    panes = max(1, panes)
    beside = sidebar and width >= 2 * SIDEBAR_WIDTH + MIN_PANE_WIDTH
    if height < 5 or width < 24:
        return Layout("single", 1, 1, "none", "none" if height < 8 else "less")
    folds = sidebar and height - panes >= MIN_PANE_HEIGHT
    if zoomed or panes == 1:
        return Layout("single", 1, 1, _sidebar(beside, folds))
    if beside and (width - SIDEBAR_WIDTH) // panes >= MIN_PANE_WIDTH:
        return Layout("columns", panes, 1, "full")
    if width // panes >= MIN_PANE_WIDTH:
        return Layout("columns", panes, 1, "folded" if folds else "none")
    for room, shown in ((width - SIDEBAR_WIDTH, "full"), (width, "none")):
        if shown == "full" and not beside:
            continue
        grid = _grid(room, height, panes)
        if grid:
            folds_too = shown == "none" and sidebar and (height - panes) // grid[1] >= MIN_PANE_HEIGHT + 1
            return Layout("grid", *grid, "full" if shown == "full" else "folded" if folds_too else "none")
    return Layout("tabs", 1, 1, _sidebar(beside, folds))


def _grid(width: int, height: int, panes: int) -> tuple[int, int] | None:
    columns = min(panes, width // MIN_PANE_WIDTH)
    if columns < 2:
        return None
    rows = ceil(panes / columns)
    if height // rows < MIN_PANE_HEIGHT:
        return None
    return ceil(panes / rows), rows


def _sidebar(beside: bool, folds: bool) -> Sidebar:
    return "full" if beside else "folded" if folds else "none"
