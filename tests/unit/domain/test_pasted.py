"""What a paste means, and how its hidden characters are shown while it is edited."""

import re
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from workbench.domain.clean import for_clipboard, pasted
from workbench.domain.hidden import with_marks, without_marks

NASTY = st.text(st.sampled_from("\u202e\u2066\u200b\u200d\ufeff\u2028\ufdd0\U000e0041‹U+20E 2›1hidn chartes\n👨"))


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("\x1b[1;31mred\x1b[0m and \x1b[?25lplain", "red and plain"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ here", "link here"),
        ("before \x1b]52;c;aGk=", "before "),
        ("before \x1b]0;title\nnext line", "before \nnext line"),
        ("\x1b]0;a\x1b]0;b\x07c", "c"),
        ("\x1bP1$r0m\x1b\\x\x1b(By\x1b=\x1b7z", "xyz"),
        ("cut \x1b[3", "cut "),
        ("\x9b31mred\x9b0m\x85next line", "red\nnext line"),
        ("\x93quoted\x94 \x8bin the wrong\x9b \x9dcode\x90 page", "quoted in the wrong code page"),
        ("a\x1b", "a"),
        ("a\x1bqb", "aqb"),
        ("no sequence: ]0;title [0m", "no sequence: ]0;title [0m"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_control_sequences_go_whole(sent, meant):
    """A sequence leaves nothing behind, finished or not; an unfinished one ends with its line."""
    assert pasted(sent) == meant


@given(st.text(st.sampled_from("\x1b[]0;1mP\\\x07\x9c\x9b\x85\n aé\u202e")))
def test_nothing_but_text_is_left(text):
    """No control is left, and text that introduces no sequence is only rid of controls."""
    assert pasted(text) == for_clipboard(pasted(text))
    if not {"\x1b", "\x9b", "\x85"} & set(text):
        assert pasted(text) == for_clipboard(text)


@example("\u202e", "‹U+202E›", "\u202e")
@example("‹U+202E›\u202e", "", "\u202e")
@example("\u200b", "", "\u200b\u2066")
@given(NASTY, NASTY, NASTY)
def test_what_was_marked_is_sent_as_it_was(first, between, second):
    """No direction mark is left to act; put back, the text is what was pasted, but for a mark that is pasted itself."""
    shown, marks = with_marks(first, between)
    assume(not any(mark in second for mark in marks))
    beside = shown + between
    again, more = with_marks(second, beside, marks)
    assert without_marks(beside + again, {**marks, **more}) == first + between + second
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", again)


def test_many_hidden_characters_are_marked_in_linear_time():
    """Different runs of hidden characters, each with a mark of its own, take no more than their length."""
    runs = [
        "".join("\u202e\u2066\u200b\u2060"[int(digit)] for digit in f"{number:07o}" if digit < "4") + "x" * 2
        for number in range(4_000)
    ]
    started = time.perf_counter()
    with_marks("".join(runs))
    assert time.perf_counter() - started < 2
