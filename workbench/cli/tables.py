"""Prints aligned columns and JSON to standard output."""

import shutil
import sys
from collections.abc import Sequence
from typing import Any

from workbench.cli.json_form import dump
from workbench.domain.clean import clean_line


def emit(text: str) -> None:
    """A line of our own words."""
    print(text)


def emit_json(value: Any) -> None:
    """A JSON document."""
    print(dump(value, indent=2))


def emit_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Rows under headings, or without any when all are empty; the last column is cut at the terminal's edge.

    Args:
        headings: one per column.
        rows: texts, cleaned here.
        right: the columns of figures.
    """
    cells = [[clean_line(cell) for cell in row] for row in rows]
    widths = [max([len(heading), *(len(row[at]) for row in cells)]) for at, heading in enumerate(headings)]
    edge = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for row in ([*headings], *cells) if any(headings) else cells:
        placed = [cell.rjust(widths[at]) if at in right else cell.ljust(widths[at]) for at, cell in enumerate(row)]
        line = "  ".join(placed).rstrip()
        print(line[: edge - 1] + "…" if edge and len(line) > edge else line)
