"""Rows of a table as they are written: where the cells end, and how columns are aligned."""

import re

_CELL_MARK = re.compile(r"\\.|`+|\|")


def split_cells(line: str) -> list[str]:
    """The cells of a table's row; a bar in code or behind a backslash divides nothing."""
    line = line.strip().removeprefix("|")
    cells: list[str] = []
    start = 0
    ticks = 0
    for mark in _CELL_MARK.finditer(line):
        found = mark.group()
        if found[0] == "`":
            ticks = 0 if ticks == len(found) else ticks or (len(found) if found in line[mark.end() :] else 0)
        elif found == "|" and not ticks:
            cells.append(line[start : mark.start()].strip().replace("\\|", "|"))
            start = mark.end()
    if last := line[start:].strip():
        cells.append(last.replace("\\|", "|"))
    return cells


def alignment_of(cell: str) -> str:
    """What a cell of the delimiter row says about its column."""
    if cell.endswith(":"):
        return "center" if cell.startswith(":") else "right"
    return "left"
