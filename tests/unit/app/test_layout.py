"""Where panes go at every size."""

import pytest

from workbench.app.screens.compare.layout import Layout, choose_layout


@pytest.mark.parametrize(
    ("width", "height", "panes", "expected"),
    [
        (200, 45, 4, Layout("columns", 4, 1, "full")),
        (200, 45, 8, Layout("grid", 4, 2, "full")),
        (200, 45, 12, Layout("grid", 4, 3, "full")),
        (120, 35, 2, Layout("columns", 2, 1, "full")),
        (120, 35, 3, Layout("columns", 3, 1, "folded")),
        (120, 35, 4, Layout("grid", 2, 2, "full")),
        (80, 19, 1, Layout("single", 1, 1, "folded")),
        (80, 19, 2, Layout("columns", 2, 1, "folded")),
        (80, 19, 4, Layout("grid", 2, 2, "none")),
        (80, 19, 8, Layout("tabs", 1, 1, "folded")),
        (60, 30, 3, Layout("tabs", 1, 1, "folded")),
    ],
)
def test_the_first_that_fits_is_taken(width, height, panes, expected):
    """Columns, then a grid, then tabs; the sidebar stands beside, under, or is left out."""
    assert choose_layout(width, height, panes) == expected


def test_every_size_has_a_layout():
    """T12: from nothing to 3000 by 3000 there is a layout with room for every pane that is seen."""
    for width in (0, 1, 5, 20, 35, 36, 72, 80, 120, 3000):
        for height in (-5, 0, 1, 5, 7, 14, 19, 45, 3000):
            for panes in range(13):
                layout = choose_layout(width, height, panes)
                if layout.kind in ("columns", "grid"):
                    assert layout.columns * layout.rows >= panes
                    assert width // layout.columns >= 24


def test_a_zoomed_pane_stands_alone():
    """Zoom fills the room with one pane whatever the number of panes."""
    assert choose_layout(200, 45, 8, zoomed=True).kind == "single"


def test_the_sidebar_can_be_switched_off():
    """Without the sidebar its room goes to the panes."""
    assert choose_layout(120, 35, 3, sidebar=False) == Layout("columns", 3, 1, "none")
