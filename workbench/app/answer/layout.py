"""Leaves to rows of a given width. A pure function of the leaf, so that it may run for whatever is visible first."""

from collections.abc import Iterable, Mapping

from workbench.app.answer.cells import fold, width_of, wrap
from workbench.app.answer.highlight import colour
from workbench.app.answer.inline import parse_inline
from workbench.app.answer.leaves import Bar, Frame, Kind, Leaf
from workbench.app.answer.look import BOLD, GROUND, HEADING, ITALIC, MUTED, RULE, TOKEN_SHIFT, Row, Run
from workbench.app.answer.table import Content, table_rows
from workbench.app.formatting import first_fitting

NARROWEST = 8
"""Cells that text keeps, however deeply it is nested."""
BAR = "▎ "
_GOES_ON = Run("↪", GROUND | MUTED)
"""Before a row that goes on with the line of code above it."""
LONG_LINE_NOTE = "a very long line, shown as plain text"


def lay_out(leaf: Leaf, width: int, definitions: Mapping[str, str]) -> list[Row]:
    """The leaf's rows, kept on it until it changes or the width does."""
    if leaf.rows is not None and leaf.width == width:
        return leaf.rows
    frames = _fitting(leaf.frames, width)
    first, later = _leads(frames)
    inner = max(width - sum(map(_frame_width, frames)), 1)
    rows: list[Row] = []
    if leaf.gap:
        rows.extend([_gap_row(leaf)] * leaf.gap)
    start = len(rows)
    for runs, join, fill, extra in _contents(leaf, inner, definitions):
        lead = later if len(rows) > start else first
        rows.append(Row((*lead, *runs), join, len(lead) + extra, fill))
    leaf.rows, leaf.width, leaf.height = rows, width, len(rows)
    return rows


def estimate(leaf: Leaf, width: int) -> int:
    """Rows that the leaf will about have; exact where it is laid out."""
    if leaf.width == width:
        return leaf.height
    inner = max(width - sum(map(_frame_width, leaf.frames)), NARROWEST)
    match leaf.kind:
        case Kind.CODE:
            return leaf.gap + (leaf.part == 0) + max(len(leaf.lines), leaf.size // inner)
        case Kind.TABLE:
            return leaf.gap + len(leaf.cells) + (2 if leaf.part == 0 else 0)
        case Kind.LINE:
            return leaf.gap + 1
        case Kind.RAW | Kind.PROMPT:
            return leaf.gap + max(len(leaf.lines), leaf.size // inner)
        case _:
            return leaf.gap + leaf.size // inner + 1


def _contents(leaf: Leaf, width: int, definitions: Mapping[str, str]) -> Iterable[Content]:
    match leaf.kind:
        case Kind.PARAGRAPH | Kind.HEADING:
            look = leaf.look | (BOLD | HEADING if leaf.kind is Kind.HEADING else 0)
            parsed = parse_inline("\n".join(leaf.lines), definitions, look)
            leaf.labels = parsed.labels
            return [(runs, join, 0, 0) for runs, join in wrap_runs(parsed.runs, width)]
        case Kind.CODE:
            return _code(leaf, width)
        case Kind.TABLE:
            return table_rows(leaf, width, definitions)
        case Kind.RULE:
            return [((Run("─" * width, RULE),), None, 0, 0)]
        case Kind.LINE:
            return [((Run(first_fitting(leaf.lines, width), leaf.look),), None, 0, 0)]
        case Kind.PLAIN:
            return _plain(leaf, width)
        case Kind.PROMPT:
            return _prompt(leaf, width)
        case _:
            lines = [Run("\n".join(leaf.lines), leaf.look | (MUTED if leaf.kind is Kind.RAW and _is_link(leaf) else 0))]
            return [(runs, join, 0, 0) for runs, join in wrap_runs(lines, width)]


def wrap_runs(runs: list[Run], width: int) -> list[tuple[tuple[Run, ...], str | None]]:
    """Runs cut into rows; their line ends are kept."""
    text = "".join(run.text for run in runs)
    rows: list[tuple[tuple[Run, ...], str | None]] = []
    index, offset = 0, 0
    for start, end, join in wrap(text, width):
        row: list[Run] = []
        while index < len(runs) and offset < end:
            run = runs[index]
            run_end = offset + len(run.text)
            low, high = max(start - offset, 0), min(end - offset, len(run.text))
            if low < high:
                row.append(run if low == 0 and high == len(run.text) else Run(run.text[low:high], run.look, run.link))
            if run_end > end:
                break
            index, offset = index + 1, run_end
        rows.append((tuple(row), join))
    return rows


def _code(leaf: Leaf, width: int) -> Iterable[Content]:
    code = leaf.code
    inner = max(width - 2, 1)
    colour(leaf)
    if leaf.part == 0 and code is not None and code.number:
        label = f"{code.info} · {code.number}" if code.info else str(code.number)
        label = label if width_of(label) <= inner else str(code.number)
        yield (Run(" " * (width - width_of(label) - 1), GROUND), Run(label, GROUND | MUTED)), "", GROUND, 2
    for index, line in enumerate(leaf.lines):
        tokens = leaf.tokens[index] if leaf.tokens is not None and index < len(leaf.tokens) else None
        pieces = fold(line, inner)
        last = len(pieces) - 1
        for number, (start, end) in enumerate(pieces):
            runs = _coloured(line, start, end, tokens) if tokens else [Run(line[start:end], GROUND)]
            yield (_GOES_ON if number else Run(" ", GROUND), *runs), None if number == last else "", GROUND, 1


def _coloured(line: str, start: int, end: int, tokens: list[tuple[int, int]]) -> list[Run]:
    runs: list[Run] = []
    offset = 0
    for length, token in tokens:
        low, high = max(offset, start), min(offset + length, end)
        if low < high:
            runs.append(Run(line[low:high], GROUND | token << TOKEN_SHIFT))
        offset += length
        if offset >= end:
            break
    if offset < end:
        runs.append(Run(line[max(offset, start) : end], GROUND))
    return runs


def _plain(leaf: Leaf, width: int) -> Iterable[Content]:
    ground = GROUND if leaf.code is not None else 0
    if leaf.part == 0:
        yield (Run(LONG_LINE_NOTE[:width], MUTED | ITALIC | ground),), "", ground, 1
    for runs, join in wrap_runs([Run(leaf.lines[0], leaf.look | ground)], width):
        yield runs, "" if join is None else join, ground, 0


def _prompt(leaf: Leaf, width: int) -> Iterable[Content]:
    inner = max(width - 2, 1)
    mark = "> "
    for runs, join in wrap_runs([Run("\n".join(leaf.lines), leaf.look)], inner):
        yield (Run(mark, leaf.look), *runs), join, 0, 1
        mark = "  "


def _is_link(leaf: Leaf) -> bool:
    return leaf.lines[0].startswith("[")


def _frame_width(frame: Frame) -> int:
    return len(BAR) if isinstance(frame, Bar) else frame.width


def _fitting(frames: tuple[Frame, ...], width: int) -> tuple[Frame, ...]:
    """The inner frames that leave the text room."""
    while frames and sum(map(_frame_width, frames)) > max(width - NARROWEST, 0):
        frames = frames[1:]
    return frames


def _leads(frames: tuple[Frame, ...]) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """What stands before the first row, and before all others."""
    first: list[Run] = []
    later: list[Run] = []
    for frame in frames:
        if isinstance(frame, Bar):
            first.append(Run(BAR, RULE))
            later.append(Run(BAR, RULE))
        else:
            space = Run(" " * frame.width, 0)
            first.append(Run(frame.marker.ljust(frame.width), RULE) if frame.marker else space)
            later.append(space)
    return tuple(first), tuple(later)


def _gap_row(leaf: Leaf) -> Row:
    """An empty row that carries the bars of what goes on through it."""
    _, later = _leads(leaf.frames[: leaf.shared])
    while later and later[-1].look == 0:
        later = later[:-1]
    return Row(later, None, len(later))
