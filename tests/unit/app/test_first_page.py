"""The plain rows of what a pane showed last."""

import pytest
from textual.style import Style

from workbench.app.first_page import first_page

MUTED = Style(dim=True)


def rows(prompt: str, text: str, *, from_end: bool = True, earlier: bool = False, width: int = 12, height: int = 6):
    page = first_page(prompt, text, MUTED, width=width, height=height, from_end=from_end, earlier=earlier)
    return page.plain.split("\n")


def test_all_that_fits_stands_at_the_top():
    """The prompt with its sign, an empty row, the answer, with air at the left."""
    assert rows("how?", "so it is done\n") == [" > how?", " ", " so it is", " done"]


def test_the_end_of_a_long_answer_is_shown():
    """What does not fit is cut at the top, or at the bottom where answers are read from the top."""
    text = "\n".join("abcdefghi")
    assert rows("how?", text) == [" d", " e", " f", " g", " h", " i"]
    assert rows("how?", text, from_end=False) == [" > how?", " ", " a", " b", " c", " d"]


def test_earlier_turns_will_stand_above():
    """A short answer below others stands at the bottom, where it will be when the others are read."""
    assert rows("how?", "so", earlier=True) == [" ", " ", " ", " > how?", " ", " so"]
    assert rows("how?", "so", earlier=True, from_end=False) == [" > how?", " ", " so"]


@pytest.mark.parametrize("width", [1, 2, 3])
def test_it_is_cleaned_and_fits_the_narrowest_pane(width: int):
    """No control character, nothing of unsteady width; any size will do."""
    page = rows("\x1b[2J", "\t\x07a\u200d👩🏽‍💻", width=width, height=3)
    assert len(page) <= 3
    assert not {"\x1b", "\x07", "\t", "\u200d"} & set("".join(page))
