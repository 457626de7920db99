"""Tables: columns settled by the first rows, so that a row that comes later moves nothing above it."""

from collections.abc import Iterable, Mapping

from workbench.app.answer.cells import width_of, wrap
from workbench.app.answer.inline import parse_inline
from workbench.app.answer.leaves import Leaf, Table
from workbench.app.answer.look import BOLD, MUTED, RULE, Run

NARROWEST_COLUMN = 5
"""Cells; with less for each column the rows are shown one cell a line."""
WIDEST_WORD = 16
"""Cells; a word up to this is kept whole while there is room."""
WIDEST_CELL = 2_000
"""Characters of a cell that are read as Markdown."""

Content = tuple[tuple[Run, ...], str | None, int, int]
"""Runs, what joins them to the next row, the look of the rest of the line, how many runs only decorate."""
_DIVIDER = Run(" │ ", RULE)


def table_rows(leaf: Leaf, width: int, definitions: Mapping[str, str]) -> Iterable[Content]:
    """The rows of one part of a table."""
    table = leaf.table
    if table is None:
        return
    reader = _Reader(table, definitions, leaf.look)
    widths = _widths(table, reader, width)
    if widths is None:
        yield from _stacked(leaf, table, reader, width)
    else:
        if leaf.part == 0:
            yield from _line(table, table.header, widths, reader, BOLD)
            yield (Run("─┼─".join("─" * size for size in widths), RULE),), None, 0, 1
        for cells in leaf.cells:
            yield from _line(table, cells, widths, reader, 0)
    leaf.labels = frozenset(reader.labels)


class _Reader:
    """Parses each cell once."""

    def __init__(self, table: Table, definitions: Mapping[str, str], look: int) -> None:
        self.labels: set[str] = set()
        self._cache = table.cells
        self._definitions = definitions
        self._look = look

    def read(self, cell: str) -> tuple[list[Run], int, int]:
        """The runs of a cell, their width, and that of the longest word."""
        found = self._cache.get(cell)
        if found is None:
            if len(cell) > WIDEST_CELL:
                found = [Run(cell, self._look)], width_of(cell), NARROWEST_COLUMN
            else:
                parsed = parse_inline(cell, self._definitions, self._look)
                text = "".join(run.text for run in parsed.runs)
                found = parsed.runs, width_of(text), max(map(width_of, text.split()), default=1)
                self.labels |= parsed.labels
                if parsed.labels:
                    return found
            self._cache[cell] = found
        return found


def _widths(table: Table, reader: _Reader, width: int) -> list[int] | None:
    """Columns that fit; None when there are too many of them."""
    count = len(table.header)
    rows = [table.header, *table.first_rows]
    if table.sizes is None or table.sizes[0] != len(rows):
        columns = [[reader.read(cells[column]) for cells in rows] for column in range(count)]
        natural = [max(1, *(cell[1] for cell in column)) for column in columns]
        table.sizes = len(rows), natural, [max(1, *(cell[2] for cell in column)) for column in columns]
    _, natural, words = table.sizes
    room = width - len(_DIVIDER.text) * (count - 1)
    if sum(natural) <= room:
        return natural
    if room < NARROWEST_COLUMN * count:
        return None
    least = [min(word, WIDEST_WORD) for word in words]
    if sum(least) > room:
        return _shares(least, room)
    more = _shares([whole - part for whole, part in zip(natural, least, strict=True)], room - sum(least))
    return [part + extra for part, extra in zip(least, more, strict=True)]


def _shares(wanted: list[int], room: int) -> list[int]:
    """The room shared out: who wants little gets it, the others as much as each other."""
    shares = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    for position, column in enumerate(order):
        shares[column] = min(wanted[column], room // (len(order) - position))
        room -= shares[column]
    return shares


def _line(table: Table, cells: list[str], widths: list[int], reader: _Reader, look: int) -> Iterable[Content]:
    columns = [_wrapped(*reader.read(cell)[:2], size) for cell, size in zip(cells, widths, strict=False)]
    height = max(map(len, columns))
    last = len(columns) - 1
    for row in range(height):
        runs: list[Run] = []
        for index, (column, size) in enumerate(zip(columns, widths, strict=False)):
            pieces, used = column[row] if row < len(column) else ([], 0)
            before, after = _padding(table.alignments[index], size - used)
            if before:
                runs.append(Run(" " * before, 0))
            runs.extend(Run(run.text, run.look | look, run.link) for run in pieces)
            if after and index != last:
                runs.append(Run(" " * after, 0))
            if index != last:
                runs.append(_DIVIDER)
        yield tuple(runs), None, 0, 0


def _wrapped(runs: list[Run], natural: int, width: int) -> list[tuple[list[Run], int]]:
    if natural <= width and all("\n" not in run.text for run in runs):
        return [(runs, natural)]
    text = "".join(run.text for run in runs)
    rows: list[tuple[list[Run], int]] = []
    for start, end, _ in wrap(text, width):
        pieces: list[Run] = []
        offset = 0
        for run in runs:
            low, high = max(start - offset, 0), min(end - offset, len(run.text))
            if low < high:
                pieces.append(Run(run.text[low:high], run.look, run.link))
            offset += len(run.text)
        rows.append((pieces, width_of(text[start:end])))
    return rows


def _padding(alignment: str, room: int) -> tuple[int, int]:
    if room <= 0:
        return 0, 0
    if alignment == "right":
        return room, 0
    return (room // 2, room - room // 2) if alignment == "center" else (0, room)


def _stacked(leaf: Leaf, table: Table, reader: _Reader, width: int) -> Iterable[Content]:
    """One cell a line, each after its column's name, for more columns than fit."""
    if leaf.part == 0:
        note = f"{len(table.header)} columns, shown one cell a line"
        yield (Run(note[:width], MUTED),), None, 0, 1
    for cells in leaf.cells:
        for name, cell in zip(table.header, cells, strict=False):
            head, body = reader.read(name)[0], reader.read(cell)[0]
            runs = [Run(run.text, run.look | MUTED, run.link) for run in head]
            runs += [Run(": ", MUTED), *body]
            for pieces, _ in _wrapped(runs, width + 1, width):
                yield tuple(pieces), None, 0, 0
        yield (Run("─" * min(width, 12), RULE),), None, 0, 1
    if not leaf.cells and leaf.part == 0:
        names = [run for name in table.header for run in (*reader.read(name)[0], Run(" ", 0))]
        for pieces, _ in _wrapped(names, width + 1, width):
            yield tuple(pieces), None, 0, 0
