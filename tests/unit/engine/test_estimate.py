"""What a prompt will weigh and cost."""

import pytest

from tests.unit.engine.stage import FixedPrices
from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Lane, Parameters, Response, TextPart, Turn, TurnRecord
from workbench.engine.estimate import preview, request_tokens, total_cost

CONFIGS = {"p": ProviderConfig("p", "openai-chat", "http://p.invalid")}


LANE = Lane("a", 0, "p/m")


def one(lane=LANE, prompt="x" * 400, history=(), **named):
    (found,) = preview([lane], history, prompt, CONFIGS, named.pop("prices", FixedPrices()), **named)
    return found


def test_a_prompt_is_weighed_and_priced():
    """Without history with the model the answer is reckoned at 100 to 1,000 tokens."""
    found = one()

    assert found.input_tokens == 104
    assert (found.output_low, found.output_high, found.output_known) == (100, 1_000, False)
    assert (found.cost_low_nano, found.cost_high_nano) == (104 * 3_000 + 100 * 15_000, 104 * 3_000 + 1_000 * 15_000)
    assert found.fits is None


def test_history_and_system_prompt_count():
    """What the lane will really send is weighed: system prompt, earlier prompts and answers."""
    record = TurnRecord(
        Turn("t", "s", 1, (TextPart("y" * 40),), ""),
        (Response("r", "t", "a", "p/m", state="complete", text="z" * 80),),
    )
    found = one(Lane("a", 0, "p/m", system="s" * 20), history=[record])

    assert found.input_tokens == (5 + 4) + (10 + 4) + (20 + 4) + (100 + 4)


def test_the_users_own_lengths_win():
    """With history the range is that of the user's own answers from this model."""
    found = one(lengths=lambda target: (200, 300, 900))

    assert (found.output_low, found.output_high, found.output_known) == (200, 900, True)


def test_the_maximum_output_bounds_the_range():
    """An answer can't be longer than the maximum that is asked for."""
    found = one(Lane("a", 0, "p/m", parameters=Parameters(max_output_tokens=60)))

    assert (found.output_low, found.output_high) == (60, 60)


@pytest.mark.parametrize(("window", "fits"), [(150, False), (204, True), (None, None)])
def test_a_window_that_is_too_small_shows(window, fits):
    """Whether the input fits the model's window, with room for the shortest likely answer."""
    assert one(windows=lambda config, model: window).fits is fits


@pytest.mark.parametrize("target", ["nobody/m", "nonsense", "route:code"])
def test_an_unknown_target_has_no_price(target):
    """What can't be priced says None; tokens are weighed all the same."""
    found = one(Lane("a", 0, target))

    assert (found.cost_low_nano, found.input_tokens) == (None, 104)


def test_lanes_that_are_off_are_left_out():
    """Only enabled lanes are asked, so only they are shown; the sum says whether it is all of it."""
    lanes = [Lane("a", 0, "p/m"), Lane("b", 1, "p/m", enabled=False), Lane("c", 2, "nobody/m")]
    found = preview(lanes, (), "hi", CONFIGS, FixedPrices())

    assert [one.lane for one in found] == ["a", "c"]
    assert total_cost(found) == (found[0].cost_low_nano, found[0].cost_high_nano, False)


def test_files_weigh_something():
    """An image is reckoned as a thousand tokens, a text file by its bytes."""
    image = FilePart("a.png", "image/png", "", 50_000)
    text = FilePart("a.txt", "text/plain", "", 4_000)
    (found,) = preview([Lane("a", 0, "p/m")], (), [TextPart("hi"), image, text], CONFIGS)

    assert found.input_tokens == 4 + 1 + 1_000 + 1_000
    assert request_tokens(()) == 0
