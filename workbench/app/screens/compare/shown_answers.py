"""Which answers stand in a pane and where: what a reader who scrolled up means by "this answer"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.domain.conversation import Response


@dataclass
class ShownAnswer:
    """One answer as it stands in a pane."""

    response: Response
    """As it began while it runs, then as it ended."""
    sections: list[int] = field(default_factory=list)
    """Its places in the view: one, and with tools one more for each round."""


def most_in_view(shown: Sequence[ShownAnswer], rows: Mapping[int, int]) -> ShownAnswer:
    """The answer with the most rows on the screen, the newer of two that have as many.

    Args:
        shown: at least one answer, in the order of the pane.
        rows: how many rows of a section are on the screen.
    """
    return max(reversed(shown), key=lambda one: sum(rows.get(section, 0) for section in one.sections))


def place_words(shown: Sequence[ShownAnswer], one: ShownAnswer) -> str:
    """`turn 2`, `turn 2, sample 3`, `turn 2, asked again`: counted as they stand in the pane."""
    turns = list(dict.fromkeys(each.response.turn for each in shown))
    words = f"turn {turns.index(one.response.turn) + 1}"
    if one.response.sample:
        return f"{words}, sample {one.response.sample + 1}"
    return f"{words}, asked again" if one.response.revision else words
