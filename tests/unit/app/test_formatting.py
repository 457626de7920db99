"""Figures as people read them."""

from datetime import UTC, datetime

import pytest

from workbench.app import formatting


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "?"),
        (0.0, "0.00 s"),
        (0.61, "0.61 s"),
        (9.994, "9.99 s"),
        (12.34, "12.3 s"),
        (125.0, "2:05 min"),
        (-1, "0.00 s"),
    ],
)
def test_seconds_have_fixed_decimals_and_a_unit(value, shown):
    """Durations stay short at every size, and a clock that jumped back shows no negative one (T19)."""
    assert formatting.seconds(value) == shown


@pytest.mark.parametrize(
    ("nano", "shown"),
    [
        (None, "$?"),
        (0, "$0"),
        (500, "<$0.000001"),
        (41_000, "$0.000041"),
        (4_100_000, "$0.0041"),
        (12_300_000, "$0.0123"),
        (12_304_000_000, "$12.30"),
    ],
)
def test_money_tells_small_prices_apart(nano, shown):
    """An unknown price is a question mark and never zero."""
    assert formatting.money(nano) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "?"), (310, "310"), (1_234, "1.2k"), (13_400, "13k"), (1_250_000, "1.2M")]
)
def test_counts_are_short(value, shown):
    """Token counts keep two or three digits."""
    assert formatting.count(value) == shown


def test_estimates_are_marked():
    """What is estimated begins with a tilde."""
    assert formatting.count(310, estimated=True) == "~310"
    assert formatting.speed(84.2, estimated=True) == "~84/s"
    assert formatting.money(4_100_000, estimated=True) == "~$0.0041"


def test_a_range_with_equal_ends_is_one_figure():
    """A range is said once where both ends look alike."""
    assert formatting.money_range(10_000_000, 30_000_000) == "about $0.0100–0.0300"
    assert formatting.money_range(0, 0) == "about $0"
    assert formatting.money_range(None, 5) == "$?"


def test_names_lose_their_middle_and_sentences_their_end():
    """The ends of a model's name tell it apart, wide letters counted as two columns."""
    assert formatting.fit("anthropic/claude-sonnet-5-5", 15) == "anthrop…net-5-5"
    assert formatting.fit("日本語モデル", 7) == "日…ル"
    assert formatting.fit_end("How do I sort words", 10) == "How do I…"
    assert formatting.fit("x", 0) == ""


def test_moments_are_on_the_local_clock():
    """A moment that can't be read is unknown, not an error."""
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert formatting.day_and_time("2026-11-21T11:59:00+00:00", now.astimezone()).startswith("today")
    assert formatting.day_and_time("2024-01-05T11:59:00+00:00", now).endswith("2024")
    assert formatting.day_and_time("nonsense") == "?"


def test_a_sparkline_has_its_width():
    """Bars are scaled to their own highest and right-aligned."""
    assert formatting.sparkline([0.0, 1.0, 2.0], 5) == "  ▁▅█"
    assert formatting.sparkline([], 4) == "    "
