"""Estimates of token counts."""

import pytest

from workbench.domain.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("a", 1), ("abcdefgh", 2), ("äöüß", 2), ("日本語の文章", 4), ("🙂", 1), ("\ud800", 1)]
)
def test_tokens_are_a_quarter_of_the_bytes(text, tokens):
    """Bytes by four, at least one for anything at all; a lone surrogate is counted, not refused."""
    assert estimate_tokens(text) == tokens
