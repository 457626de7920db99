"""Figures while an answer comes."""

import asyncio

import pytest

from tests.support.wound_clock import now, on_wound_clock
from tests.unit.engine.stage import FixedPrices, Stage
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import BlockDelta, BlockStart, Finish, Headers, UsageUpdate
from workbench.domain.usage import Usage
from workbench.engine.live import SAMPLES, LaneMeter
from workbench.providers.base import Arrival
from workbench.providers.scripted import ScriptedProvider, said


def metered(*scripts, **named):
    meters = [LaneMeter(str(n), clock=now) for n in range(1, len(scripts) + 1)]
    stage = Stage(*scripts, **named)

    def listener(event):
        stage.events.append(event)
        for meter in meters:
            meter.heard(event)

    stage.comparison._means.listener = listener
    return stage, meters


@on_wound_clock
async def test_figures_grow_with_the_answer():
    """Tokens, speed and cost are estimates while the answer comes; the first token is when it arrived."""
    stage, (meter,) = metered(said(*["x" * 40] * 10, first_s=1.0, every_s=0.5, usage=Usage(7, 111)))
    stage.comparison.send("y" * 400)
    await asyncio.sleep(0.5)
    early = meter.figures()
    assert (early.state, early.activity, early.first_token_s) == ("streaming", "waiting", None)
    assert early.elapsed_s == pytest.approx(0.5)
    assert (early.input_tokens, early.input_estimated) == (104, True)
    await asyncio.sleep(2.6)
    middle = meter.figures()
    assert middle.first_token_s == pytest.approx(1.0)
    assert (middle.activity, middle.output_tokens, middle.output_estimated) == ("writing", 50, True)
    assert middle.speed == pytest.approx(50 / 2.1)
    assert middle.cost_nano == 104 * 3_000 + 50 * 15_000
    assert middle.characters == 200
    assert middle.silent_s == pytest.approx(0.1)
    await stage.comparison.wait()
    last = meter.figures()

    assert (last.state, last.activity, last.running) == ("complete", "ended", False)
    assert (last.input_tokens, last.output_tokens, last.output_estimated) == (7, 111, False)
    assert last.cost_nano == 7 * 3_000 + 111 * 15_000
    assert last.speed == pytest.approx(111 / 5.0)
    assert not last.speed_estimated


@on_wound_clock
async def test_the_sparkline_is_tokens_a_second():
    """Four samples a second, in tokens a second, silence included, at most eight seconds of them."""
    stage, (meter,) = metered(said("x" * 40, "x" * 80, *["x" * 4] * 100, every_s=0.5))
    stage.comparison.send("hi")
    await asyncio.sleep(1.1)
    assert meter.figures().speeds == (40.0, 0.0, 80.0, 0.0)
    assert meter.figures().speeds == meter.figures().speeds
    await asyncio.sleep(30)

    assert len(meter.figures().speeds) == SAMPLES
    assert set(meter.figures().speeds) == {4.0, 0.0}


@on_wound_clock
async def test_a_small_early_count_is_not_believed():
    """A provider's first count of output lags behind; what arrived is more."""
    stage, (meter,) = metered(
        [
            Arrival(0.0, (Headers(200), UsageUpdate(Usage(10, 1), {}), BlockStart(0, "reasoning"))),
            Arrival(1.0, (BlockDelta(0, "x" * 400),)),
            Arrival(9.0, (Finish("stop", "stop"),)),
        ]
    )
    stage.comparison.send("hi")
    await asyncio.sleep(2)
    figures = meter.figures()

    assert (figures.input_tokens, figures.input_estimated, figures.output_tokens) == (10, False, 100)
    assert (figures.activity, figures.first_text_s) == ("thinking", None)


@on_wound_clock
async def test_a_retry_is_shown_with_its_wait():
    """While a retry is waited for, the figures count down; afterwards the new attempt's count."""
    refused = [ProviderError(ErrorInfo("rate", "slow", retry_after_s=5.0))]
    stage, (meter,) = metered(ScriptedProvider(refused, said("ok", first_s=1.0), clock=now))
    stage.comparison.send("hi")
    await asyncio.sleep(2)
    waiting = meter.figures()
    assert (waiting.activity, waiting.retry, waiting.retries) == ("retrying", 1, 2)
    assert waiting.retry_in_s == pytest.approx(3.0)
    assert waiting.error.kind == "rate"
    await stage.comparison.wait()

    assert meter.figures().first_token_s == pytest.approx(6.0)
    assert meter.figures().attempt == 2


@on_wound_clock
async def test_lanes_do_not_mix():
    """A meter hears the whole story and keeps to its own response."""
    stage, (one, two) = metered(said("x" * 40, every_s=1.0), said("y" * 80, every_s=1.0), prices=FixedPrices(None))
    await stage.ask()

    assert (one.figures().characters, two.figures().characters) == (40, 80)
    assert one.figures().cost_nano is None


@on_wound_clock
async def test_a_queued_answer_says_so():
    """A response that waits in its lane is queued, with the time it waited."""
    stage = Stage(said("x", first_s=3.0))
    stage.comparison.send("one")
    turn = stage.comparison.send("two")
    meter = LaneMeter("1", stage.answers(turn.id)[0].id, clock=now)
    for event in stage.events:
        meter.heard(event)
    await asyncio.sleep(2)
    assert (meter.figures().state, meter.figures().queued_s) == ("queued", pytest.approx(2.0))
    await stage.comparison.wait()
    for event in stage.events:
        meter.heard(event)

    assert meter.figures().queued_s == pytest.approx(3.0)
