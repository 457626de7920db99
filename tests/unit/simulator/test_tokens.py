import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.simulator.tokens import estimate, pieces


@given(st.text(), st.integers())
def test_pieces_join_to_the_text(text, seed):
    """No character is lost, doubled or changed, whatever the text, and no piece is empty."""
    cut = list(pieces(text, random.Random(seed)))
    assert "".join(cut) == text
    assert all(cut)


def test_the_same_seed_cuts_the_same_way():
    """Equal generators give equal pieces; another may cut long words elsewhere."""
    text = "internationalization of extraordinarily long words " * 5
    assert list(pieces(text, random.Random(1))) == list(pieces(text, random.Random(1)))
    assert list(pieces(text, random.Random(1))) != list(pieces(text, random.Random(2)))


def test_pieces_are_as_long_as_models_write_them():
    """English comes in words of about four characters, CJK in one or two."""
    english = list(pieces("The quick brown fox jumps over the extraordinarily lazy dog.", random.Random(0)))
    assert 3 < sum(map(len, english)) / len(english) < 6
    assert max(map(len, pieces("快速的棕色狐狸跳过了懒狗", random.Random(0)))) <= 2


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("\ud800", 1)])
def test_prompts_are_estimated_by_bytes(text, tokens):
    """A quarter of the bytes, rounded up."""
    assert estimate(text) == tokens
