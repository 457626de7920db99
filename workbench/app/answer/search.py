"""Finding words in what a view shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.app.answer.look import CURRENT, MATCH, Row, Run


@dataclass(frozen=True, slots=True)
class Match:
    """One place."""

    leaf: int
    row: int
    """Within the leaf, where it begins."""
    start: int
    """Within the leaf's text."""
    end: int


def joined(rows: Sequence[Row]) -> str:
    """The text of a leaf, wrapped rows put together again."""
    return "".join(row.text[_lead(row) :] + ("\n" if row.join is None else row.join) for row in rows)


def fold_case(text: str) -> str:
    """Lower case, character for character."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


def find(rows: Sequence[Row], leaf: int, needle: str) -> list[Match]:
    """All places of a folded needle in the rows of a leaf."""
    text = fold_case(joined(rows))
    matches: list[Match] = []
    start = text.find(needle)
    if start < 0:
        return matches
    ends: list[int] = []
    offset = 0
    for row in rows:
        offset += len(row.text) - _lead(row) + (1 if row.join is None else len(row.join))
        ends.append(offset)
    row_number = 0
    while start >= 0:
        while ends[row_number] <= start:
            row_number += 1
        matches.append(Match(leaf, row_number, start, start + len(needle)))
        start = text.find(needle, start + len(needle))
    return matches


def highlighted(rows: Sequence[Row], number: int, matches: Sequence[Match], current: Match | None) -> tuple[Run, ...]:
    """The runs of one row with what was found in it marked."""
    row = rows[number]
    offset = sum(
        len(above.text) - _lead(above) + (1 if above.join is None else len(above.join)) for above in rows[:number]
    )
    lead = _lead(row)
    spans = [
        (match.start - offset + lead, match.end - offset + lead, MATCH | (CURRENT if match == current else 0))
        for match in matches
        if match.end > offset and match.start < offset + len(row.text) - lead
    ]
    return marked(row.runs, [(max(start, lead), end, look) for start, end, look in spans])


def marked(runs: Sequence[Run], spans: Sequence[tuple[int, int, int]]) -> tuple[Run, ...]:
    """Runs with a look added between characters."""
    for start, end, look in spans:
        cut: list[Run] = []
        offset = 0
        for run in runs:
            length = len(run.text)
            low, high = max(start - offset, 0), min(end - offset, length)
            if low < high:
                pieces = (run.text[:low], 0), (run.text[low:high], look), (run.text[high:], 0)
                cut.extend(Run(text, run.look | extra, run.link) for text, extra in pieces if text)
            else:
                cut.append(run)
            offset += length
        runs = cut
    return tuple(runs)


def _lead(row: Row) -> int:
    return sum(len(run.text) for run in row.runs[: row.lead])
