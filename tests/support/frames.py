"""The frames on a drawn screen, cell by cell: a character that is wider than was thought would push their edges."""

from tests.support.drawn_terminal import DrawnTerminal

_TOP_LEFT, _TOP_RIGHT = ("┌", "┏"), ("┐", "┓")
_BOTTOM_LEFT, _BOTTOM_RIGHT = ("└", "┗"), ("┘", "┛")
_EDGE = ("│", "┃")


def frames(terminal: DrawnTerminal) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of every frame."""
    found = []
    for top in range(terminal.lines):
        for left in range(terminal.columns):
            if terminal.cell(left, top) in _TOP_LEFT:
                right = next(x for x in range(left, terminal.columns) if terminal.cell(x, top) in _TOP_RIGHT)
                bottom = next(y for y in range(top, terminal.lines) if terminal.cell(left, y) in _BOTTOM_LEFT)
                found.append((left, top, right, bottom))
    return found


def broken_edges(terminal: DrawnTerminal) -> list[tuple[int, int]]:
    """The cells (column, row) in which a frame's edge should stand and does not."""
    broken = []
    for left, top, right, bottom in frames(terminal):
        broken += [(x, y) for y in range(top + 1, bottom) for x in (left, right) if terminal.cell(x, y) not in _EDGE]
        if terminal.cell(right, bottom) not in _BOTTOM_RIGHT:
            broken.append((right, bottom))
    return broken
