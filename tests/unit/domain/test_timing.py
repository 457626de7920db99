"""Speeds and packed timings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.domain.timing import Timing, pack_deltas, tokens_per_second, unpack_deltas


def test_speed_counts_from_the_first_token():
    """Speed is output tokens over the time between first token and end, however long the first one took."""
    assert tokens_per_second(100, Timing(first_token_s=3.0, end_s=5.0)) == 50


@pytest.mark.parametrize(
    ("tokens", "timing"),
    [(None, Timing(first_token_s=1.0, end_s=2.0)), (5, Timing(end_s=2.0)), (5, Timing(first_token_s=2.0, end_s=2.0))],
)
def test_unknown_speed_is_none(tokens, timing):
    """Without a count, a first token or a span there is no speed."""
    assert tokens_per_second(tokens, timing) is None


def test_deltas_within_the_resolution_are_joined():
    """Pieces that came within 50 ms become one, at the time of the first."""
    assert list(unpack_deltas(pack_deltas([(0.1, 3), (0.12, 4), (0.2, 5)]))) == [(0.1, 7), (0.2, 5)]


@given(st.lists(st.tuples(st.floats(0, 3600), st.integers(1, 10_000))))
def test_no_character_is_lost_in_packing(deltas):
    """Packing keeps the sum of the lengths and never goes back in time, whatever order the clock gave."""
    unpacked = list(unpack_deltas(pack_deltas(deltas)))

    assert sum(length for _, length in unpacked) == sum(length for _, length in deltas)
    assert unpacked == sorted(unpacked, key=lambda pair: pair[0])


@pytest.mark.parametrize("damaged", [b"\x80", b"\x01", b"\x01\x02\x03"])
def test_damaged_timings_are_refused(damaged):
    """A torn value raises instead of playing nonsense."""
    with pytest.raises(ValueError, match="packed timing"):
        list(unpack_deltas(damaged))
