"""Which answer a reader means, and how it is called."""

from workbench.app.screens.compare.shown_answers import ShownAnswer, most_in_view, place_words
from workbench.domain.conversation import Response


def _shown(number: int, *sections: int, turn: str = "", sample: int = 0, revision: int = 0) -> ShownAnswer:
    response = Response(f"r{number}", turn or f"t{number}", "lane", "fake/a", sample=sample, revision=revision)
    return ShownAnswer(response, list(sections))


def test_the_answer_with_most_rows_is_meant():
    """Rows of all its rounds count together, and of two with as many the newer one is meant."""
    first, second = _shown(1, 0, 1), _shown(2, 2)

    assert most_in_view([first, second], {0: 3, 1: 3, 2: 5}) is first
    assert most_in_view([first, second], {1: 3, 2: 5}) is second
    assert most_in_view([first, second], {1: 5, 2: 5}) is second


def test_turns_are_counted_as_they_stand_in_the_pane():
    """A second answer to the same prompt doesn't count as a turn; it is told apart in words."""
    shown = [
        _shown(1, 0),
        _shown(2, 1, turn="t1", revision=1),
        _shown(3, 2, turn="t2"),
        _shown(4, 3, turn="t2", sample=2),
    ]

    assert [place_words(shown, one) for one in shown] == [
        "turn 1",
        "turn 1, asked again",
        "turn 2",
        "turn 2, sample 3",
    ]
