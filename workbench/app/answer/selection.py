"""Selected text as it was written: without bars and indentation, soft wraps undone."""

from collections.abc import Sequence

from workbench.app.answer.look import RULE, Row


def selected_text(rows: Sequence[Row], start: int, end: int | None) -> str:
    """The text of some rows.

    Args:
        rows: All rows that the selection touches.
        start: Characters of the first row, its air not counted, that are not selected.
        end: Characters of the last row that are; None for all.
    """
    parts: list[str] = []
    last = len(rows) - 1
    for number, row in enumerate(rows):
        low = start if number == 0 else 0
        high = end if number == last and end is not None else None
        parts.append(_words(row, low, high))
        if number != last:
            parts.append("\n" if row.join is None else row.join)
    return "".join(parts)


def _words(row: Row, low: int, high: int | None) -> str:
    """The part of a row between two characters, without what only decorates it."""
    words: list[str] = []
    offset = 0
    for number, run in enumerate(row.runs):
        length = len(run.text)
        if number >= row.lead or _is_marker(run.text, run.look):
            words.append(run.text[max(low - offset, 0) : length if high is None else max(high - offset, 0)])
        offset += length
    return "".join(words)


def _is_marker(text: str, look: int) -> bool:
    """A bullet or number, which belongs to the text."""
    return bool(look & RULE) and text[:1] not in "▎─" and bool(text.strip())
