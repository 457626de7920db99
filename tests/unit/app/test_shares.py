"""How panes share columns and rows."""

import pytest

from workbench.app.screens.compare.shares import divide, edge_at, moved


@pytest.mark.parametrize(
    ("length", "shares", "sizes"),
    [
        (120, [1, 1], [60, 60]),
        (121, [1, 1, 1], [40, 41, 40]),
        (120, [30, 90], [30, 90]),
        (80, [30, 90], [20, 60]),
        (60, [30, 90], [20, 40]),
        (60, [1, 98, 1], [20, 20, 20]),
        (30, [1, 9], [15, 15]),
        (0, [1, 1], [0, 0]),
    ],
)
def test_shares_survive_any_length(length, shares, sizes):
    """They stay proportions; nobody gets less than 20 cells, as far as there are so many, and no cell is lost."""
    assert divide(length, shares, 20) == sizes
    assert sum(sizes) == length


def test_only_the_neighbours_of_an_edge_change():
    """A border follows the mouse as far as both neighbours keep their least."""
    assert moved([40, 40, 40], 0, 50, 20) == [50, 30, 40]
    assert moved([40, 40, 40], 1, 70, 20) == [40, 30, 50]
    assert moved([40, 40, 40], 1, 0, 20) == [40, 20, 60]
    assert moved([40, 40, 40], 0, 500, 20) == [60, 20, 40]
    assert moved([10, 10], 0, 3, 20) == [10, 10]


def test_both_lines_of_a_border_are_its_edge():
    """The last line of one pane and the first of the next are held alike; the outer borders are no edges."""
    assert [edge_at([10, 10, 10], place) for place in (0, 8, 9, 10, 11, 19, 20, 29)] == [
        None,
        None,
        0,
        0,
        None,
        1,
        1,
        None,
    ]
