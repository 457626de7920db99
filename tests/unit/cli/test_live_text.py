"""Text that is cleaned while it comes is the text cleaned as a whole."""

import pytest

from workbench.cli.live_text import LiveText
from workbench.domain.clean import clean

TEXTS = [
    "plain words\n",
    "family 👨‍👩‍👧 and flag 🏴󠁧󠁢󠁥󠁮󠁧󠁿 and thumb 👍🏽 end",
    "a\x1b[31mred\x1b[0m\r\nline\rover\x00",
    "hidden\u200bword and \u202ereversed",
    "न्‍य 你好 é̂",
    "key 1️⃣ two\ufe0f",
    "pair \ud83d\ude00 lone \ud83d end",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("step", [1, 2, 3, 7])
def test_pieces_are_cleaned_like_the_whole(text: str, step: int) -> None:
    """C05: wherever a stream is cut, what is printed is what the cleaner makes of the whole."""
    live = LiveText()
    printed = "".join(live.feed(text[at : at + step]) for at in range(0, len(text), step)) + live.close()
    assert printed == clean(text)


def test_ordinary_text_is_not_held_back() -> None:
    """A pause of the provider hides no letter."""
    live = LiveText()
    assert live.feed("Hello, wörld") == "Hello, wörld"
    assert live.feed("你") == "你"


def test_it_knows_whether_a_line_is_open() -> None:
    """The last line's end is added only where it lacks."""
    live = LiveText()
    assert (live.empty, live.ends_line) == (True, True)
    live.feed("a\n")
    assert (live.empty, live.ends_line) == (False, True)
    live.feed("b")
    assert not live.ends_line
