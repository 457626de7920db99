"""Costs worked out by hand: the table is the specification."""

import pytest

from workbench.domain.prices import Rates, Tier, cost_nano, rates_as_mapping, rates_from_mapping, usd
from workbench.domain.usage import Usage

SONNET = Rates(
    input=usd(3), output=usd(15), cached_input=usd("0.30"), cache_write=usd("3.75"), cache_write_1h=usd(6),
    per_server_tool={"web_search_requests": usd("0.01"), "web_fetch_requests": 0},
)  # fmt: skip
GEMINI = Rates(
    input=usd("1.25"), output=usd(10), cached_input=usd("0.125"),
    tiers=(Tier(200_000, input=usd("2.50"), output=usd(15), cached_input=usd("0.25")),),
)  # fmt: skip
TINY = Rates(input=usd("0.0375"), output=usd("0.15"))
PLAIN = Rates(input=usd(2), output=usd(8))

TABLE = [
    # 1,000 x $3 + 500 x $15, per million: $0.003 + $0.0075
    ("plain", Usage(1_000, 500), SONNET, 10_500_000),
    # 200 x 3 + 800 x 0.30 + 100 x 15 = 600 + 240 + 1,500 millionths
    ("cached input", Usage(1_000, 100, cached_input_tokens=800), SONNET, 2_340_000),
    # no rate of its own for cached tokens: 1,000 x 2 + 100 x 8
    ("cached input at no special rate", Usage(1_000, 100, cached_input_tokens=800), PLAIN, 2_800_000),
    # 1,000 x 3 + 9,000 x 3.75 + 10 x 15 = 3,000 + 33,750 + 150
    ("5-minute cache write", Usage(10_000, 10, cache_write_tokens=9_000), SONNET, 36_900_000),
    # 1,000 x 3 + 9,000 x 6 + 10 x 15 = 3,000 + 54,000 + 150
    (
        "1-hour cache write",
        Usage(10_000, 10, cache_write_tokens=9_000, cache_write_1h_tokens=9_000),
        SONNET,
        57_150_000,
    ),
    # 1,000 x 3 + 2,000 x 0.30 + 3,000 x 3.75 + 4,000 x 6 + 50 x 15 = 3,000 + 600 + 11,250 + 24,000 + 750
    (
        "read and both writes",
        Usage(10_000, 50, cached_input_tokens=2_000, cache_write_tokens=7_000, cache_write_1h_tokens=4_000),
        SONNET,
        39_600_000,
    ),
    # reasoning is part of the 500 and not charged twice: 100 x 3 + 500 x 15
    ("reasoning within output", Usage(100, 500, reasoning_tokens=450), SONNET, 7_800_000),
    # 100 x 2 + 50 x 8 + 450 x 3
    (
        "reasoning at its own rate",
        Usage(100, 500, reasoning_tokens=450),
        Rates(input=usd(2), output=usd(8), reasoning=usd(3)),
        1_950_000,
    ),
    # exactly at the threshold the base rates hold: 200,000 x 1.25 + 1,000 x 10
    ("at the tier's threshold", Usage(200_000, 1_000), GEMINI, 260_000_000),
    # one above it *all* tokens are dearer: 200,001 x 2.50 + 1,000 x 15 = 500,002.5 + 15,000
    ("long context", Usage(200_001, 1_000), GEMINI, 515_002_500),
    # 150,001 x 2.50 + 50,000 x 0.25 + 1,000 x 15 = 375,002.5 + 12,500 + 15,000
    ("long context, partly cached", Usage(200_001, 1_000, cached_input_tokens=50_000), GEMINI, 402_502_500),
    # 1,000 x 3 + 100 x 15 = 4,500 millionths, and 3 searches of a cent
    ("server tool", Usage(1_000, 100, server_tools={"web_search_requests": 3}), SONNET, 34_500_000),
    ("free server tool", Usage(1_000, 100, server_tools={"web_fetch_requests": 3}), SONNET, 4_500_000),
    ("server tool without a price", Usage(1_000, 100, server_tools={"code_execution": 1}), SONNET, None),
    ("server tool that was not called", Usage(1_000, 100, server_tools={"code_execution": 0}), SONNET, 4_500_000),
    ("unknown model", Usage(1_000, 500), None, None),
    ("nothing used", Usage(0, 0), SONNET, 0),
    ("unknown output", Usage(1_000, None), SONNET, None),
    ("unknown input", Usage(None, 500), SONNET, None),
    # 1 x 37.5 nano-dollars rounds up once, at the end
    ("a fraction of a nano-dollar", Usage(1, 0), TINY, 38),
    # 3 x 37.5 + 1 x 150 = 262.5: rounding each part would give 264
    ("fractions are rounded once", Usage(3, 1), TINY, 263),
    # more cached than read is a provider's mistake: no negative remainder; 900 x 0.30 + 0 x 15
    ("impossible parts", Usage(800, 0, cached_input_tokens=900), SONNET, 270_000),
    # $5 per thousand requests and 10 x 2 + 10 x 8
    (
        "a price per request",
        Usage(10, 10),
        Rates(input=usd(2), output=usd(8), per_request=usd("0.005")),
        5_100_000,
    ),
]


@pytest.mark.parametrize(("usage", "rates", "expected"), [case[1:] for case in TABLE], ids=[case[0] for case in TABLE])
def test_costs_are_those_worked_out_by_hand(usage, rates, expected):
    """B07: an attempt costs what its provider charges for it; what holds something unknown costs None, never 0."""
    assert cost_nano(usage, rates) == expected


def test_a_cache_write_without_a_rate_costs_as_input():
    """A model that has no price for writing to the cache charges written tokens as input."""
    assert cost_nano(Usage(1_000, 0, cache_write_tokens=900, cache_write_1h_tokens=900), PLAIN) == 2_000_000


def test_rates_survive_as_plain_data():
    """The rates kept with an attempt are the rates that were used, tiers included."""
    for rates in (SONNET, GEMINI, TINY, Rates(0, 0, version="configuration")):
        assert rates_from_mapping(rates_as_mapping(rates)) == rates


@pytest.mark.parametrize(
    ("dollars", "nano"),
    [("0.0375", 37_500_000), (3, 3_000_000_000), (0.1, 100_000_000), ("0.08333333333333", 83_333_333)],
)
def test_dollars_become_nano_dollars(dollars, nano):
    """A published price is an integer of nano-dollars, whether it was written as text or as a float."""
    assert usd(dollars) == nano
