"""The frames on a drawn screen, cell by cell: a character that is wider than was thought would push their edges."""

from tests.support.drawn_terminal import DrawnTerminal

_TOP_LEFT, _TOP_RIGHT = ("┌", "┏"), ("┐", "┓")
_BOTTOM_LEFT, _BOTTOM_RIGHT = ("└", "┗"), ("┘", "┛")
_EDGE = ("│", "┃")


def whole_frames(terminal: DrawnTerminal) -> int:
    """How many frames stand there; 0 while the edge of any is broken or not drawn yet."""
    corners = [
        (x, y) for y in range(terminal.lines) for x in range(terminal.columns) if terminal.cell(x, y) in _TOP_LEFT
    ]
    return len(corners) if all(_is_whole(terminal, *corner) for corner in corners) else 0


def _is_whole(terminal: DrawnTerminal, left: int, top: int) -> bool:
    across, down = range(left + 1, terminal.columns), range(top + 1, terminal.lines)
    right = next((x for x in across if terminal.cell(x, top) in _TOP_RIGHT), None)
    bottom = next((y for y in down if terminal.cell(left, y) in _BOTTOM_LEFT), None)
    if right is None or bottom is None or terminal.cell(right, bottom) not in _BOTTOM_RIGHT:
        return False
    inside = range(top + 1, bottom)
    straight = all(terminal.cell(x, y) in _EDGE for y in inside for x in (left, right))
    return straight and not any(terminal.cell(right - 1, y) in _EDGE for y in inside)  # an edge that slipped
