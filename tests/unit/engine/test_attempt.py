"""What one lane makes of every kind of stream."""

import asyncio

import pytest

from tests.support.wound_clock import now, on_wound_clock
from tests.unit.engine.stage import AttemptFailed, FixedPrices, Received, ResponseEnded, RetryScheduled, Stage
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import (
    BlockDelta,
    BlockEnd,
    BlockStart,
    Finish,
    Headers,
    Heartbeat,
    Meta,
    UsageUpdate,
    Warn,
)
from workbench.domain.timing import unpack_deltas
from workbench.domain.usage import Usage
from workbench.engine.options import EngineOptions
from workbench.providers.base import Arrival
from workbench.providers.scripted import Pause, ScriptedProvider, said

HEAD = Arrival(0.0, (Headers(200, "req-9"),))
ONCE = EngineOptions(retries=0)


def error(kind, message="boom", **named):
    return ProviderError(ErrorInfo(kind, message, **named))


@on_wound_clock
async def test_a_whole_answer_is_kept_with_its_numbers():
    """A normal end gives text, reasoning, the provider's counts, the cost and every moment."""
    usage = Usage(100, 20, reasoning_tokens=5)
    script = said("Hel", "lo", reasoning=["hm"], usage=usage, first_s=0.5, every_s=0.25)
    stage = Stage([Arrival(0.1, (Headers(200, "req-9"),), connect_s=0.05), *script[1:]])
    (response,) = await stage.ask()

    assert (response.state, response.text, response.reasoning) == ("complete", "Hello", "hm")
    assert response.usage == usage
    assert response.cost_nano == 100 * 3_000 + 20 * 15_000
    assert not response.cost_estimated
    timing = response.timing
    assert timing.headers_s == pytest.approx(0.1)
    assert timing.connect_s == pytest.approx(0.05)
    assert timing.cold
    assert timing.first_token_s == timing.first_reasoning_s == pytest.approx(0.5)
    assert timing.first_text_s == pytest.approx(0.75)
    assert timing.end_s == pytest.approx(1.25)
    assert list(unpack_deltas(response.deltas)) == [(0.5, 2), (0.75, 3), (1.0, 2)]


@on_wound_clock
async def test_headers_and_role_chunks_are_no_first_token():
    """The first token is the first content: headers, pings, names and empty blocks come before it."""
    stage = Stage(
        [
            HEAD,
            Arrival(1.0, (Meta("m-2026"), Heartbeat())),
            Arrival(2.0, (BlockStart(0, "text"), BlockDelta(0, ""))),
            Arrival(3.0, (BlockDelta(0, "x"),)),
            Arrival(4.0, (Finish("stop", "stop"),)),
        ]
    )
    (response,) = await stage.ask()

    assert response.timing.first_event_s == pytest.approx(1.0)
    assert response.timing.first_token_s == pytest.approx(3.0)
    assert response.model_served == "m-2026"


@on_wound_clock
async def test_text_before_a_cut_survives():
    """N07 N08: a connection that breaks in mid-answer leaves a truncated answer with its text and its reason."""
    stage = Stage([*said("Hello ", "wor", finish=None), error("cut", "connection lost")])
    (response,) = await stage.ask()

    assert (response.state, response.finish_reason) == ("truncated", "incomplete")
    assert response.text == "Hello wor"
    assert response.error.kind == "cut"
    assert [event.phase for event in stage.told(AttemptFailed)] == ["content"]
    assert not stage.told(RetryScheduled)


@on_wound_clock
async def test_a_body_that_just_ends_is_no_success():
    """N09: a stream that ends without its finish marker is truncated, never complete."""
    stage = Stage(said("Hello", finish=None))
    (response,) = await stage.ask()

    assert (response.state, response.finish_reason, response.error.kind) == ("truncated", "incomplete", "cut")


@on_wound_clock
async def test_an_empty_reply_is_empty():
    """H16: a 200 with an empty body is tried again and ends as an empty answer with the reason."""
    stage = Stage([HEAD])
    (response,) = await stage.ask()

    assert response.state == "empty"
    assert "empty reply" in response.error.message
    assert len(stage.providers[0].requests) == 3


@on_wound_clock
async def test_silence_before_the_first_content_ends():
    """N04: headers and pings for ever are no answer."""
    pings = [Arrival(float(second), (Heartbeat(),)) for second in range(1, 400, 10)]
    stage = Stage([HEAD, *pings, Pause()], options=ONCE)
    start = now()
    (response,) = await stage.ask()

    assert (response.state, response.error.kind) == ("failed", "first_token_timeout")
    assert now() - start == pytest.approx(120.0)
    assert stage.providers[0].hung_up == 1


@on_wound_clock
async def test_silence_in_the_middle_is_a_stall():
    """N05 N06: after a minute of nothing but keep-alives the answer is truncated; its text stays."""
    pings = [Arrival(1.0 + second, (Heartbeat(),)) for second in range(1, 300, 5)]
    stage = Stage([*said("one ", "two", finish=None, every_s=1.0), *pings, Pause()])
    start = now()
    (response,) = await stage.ask()

    assert (response.state, response.text, response.error.kind) == ("truncated", "one two", "stall")
    assert now() - start == pytest.approx(61.0)
    assert stage.providers[0].hung_up == 1


@on_wound_clock
async def test_progress_events_are_life():
    """A web search that reports its progress for five minutes does not stall."""
    working = [Arrival(1.0 + second, (Heartbeat("searching"),)) for second in range(1, 300, 30)]
    stage = Stage(
        [
            HEAD,
            Arrival(1.0, (BlockStart(0, "text"), BlockDelta(0, "a"))),
            *working,
            Arrival(301.0, (BlockDelta(0, "b"), Finish("stop", "stop"))),
        ]
    )
    (response,) = await stage.ask()

    assert (response.state, response.text) == ("complete", "ab")


@on_wound_clock
async def test_a_slow_stream_is_no_stall():
    """N10: one character now and then is an answer, however long it takes."""
    stage = Stage(said(*"slowly but surely", every_s=59.0))
    (response,) = await stage.ask()

    assert (response.state, response.text) == ("complete", "slowly but surely")


@on_wound_clock
async def test_refusals_and_calls_are_kept():
    """P01 P07 P10: refusal text, raw arguments and calls with the same id come through untouched."""
    stage = Stage(
        [
            HEAD,
            Arrival(0.0, (BlockStart(0, "tool", "find", "c1"), BlockDelta(0, '{"q":'), BlockDelta(0, "oops"))),
            Arrival(0.0, (BlockStart(1, "tool", "find", "c1"), BlockDelta(1, '""'), Finish("tool_calls", "tool_use"))),
        ],
        [HEAD, Arrival(0.0, (BlockStart(0, "refusal"), BlockDelta(0, "I can't."), Finish("stop", "stop")))],
    )
    called, refused = await stage.ask()

    assert called.state == "complete"
    assert [(call.call_id, call.arguments) for call in called.tool_calls] == [("c1", '{"q":oops'), ("c1", '""')]
    assert (refused.state, refused.refusal) == ("refused", "I can't.")


@on_wound_clock
async def test_odd_streams_lose_nothing():
    """S20: text for a block that was never opened is shown as text, with one warning."""
    stage = Stage(
        [
            HEAD,
            Arrival(0.0, (BlockDelta(7, "lost"), BlockDelta(7, " and found"), BlockEnd(3), Warn("bad_frame", "x"))),
            Arrival(
                0.0, (BlockStart(8, "citation", data={"url": "https://a.example"}), BlockStart(9, "opaque", data=1))
            ),
            Arrival(0.0, (Finish("stop", "stop"), UsageUpdate(Usage(3, 4), {"raw": 1}))),
        ]
    )
    (response,) = await stage.ask()

    assert response.text == "lost and found"
    assert [line.partition(":")[0] for line in response.warnings] == ["unopened_block", "bad_frame"]
    assert response.citations == ("https://a.example",)
    assert response.opaque[0].data == 1
    assert response.usage == Usage(3, 4)
    assert response.usage_raw == {"raw": 1}


@on_wound_clock
async def test_snapshots_of_usage_replace_each_other():
    """S21: counts are cumulative; the last one counts, none is added."""
    stage = Stage(
        [
            HEAD,
            Arrival(0.0, (UsageUpdate(Usage(10, 1), {}), BlockStart(0, "text"), BlockDelta(0, "x"))),
            Arrival(0.0, (UsageUpdate(Usage(10, 7), {}), Finish("stop", "stop"))),
        ]
    )
    (response,) = await stage.ask()

    assert response.usage == Usage(10, 7)


@on_wound_clock
async def test_a_fault_of_ours_keeps_the_text():
    """An exception that no adapter should raise ends the answer as internal; what came before it stands."""
    stage = Stage([*said("so far", finish=None), ZeroDivisionError("oops")])
    (response,) = await stage.ask()

    assert (response.state, response.text, response.error.kind) == ("truncated", "so far", "internal")
    assert "oops" not in response.error.message


@on_wound_clock
async def test_usage_of_an_interrupted_stream_is_estimated():
    """B07: a cut before the last usage leaves an estimate, flagged, of at least what was received."""
    stage = Stage(
        [
            HEAD,
            Arrival(0.0, (UsageUpdate(Usage(50, 1), {}), BlockStart(0, "text"), BlockDelta(0, "x" * 400))),
            error("cut"),
        ]
    )
    (response,) = await stage.ask()

    assert (response.usage.input_tokens, response.usage.output_tokens) == (50, 100)
    assert response.usage.source == "estimated"
    assert response.cost_estimated
    assert response.cost_nano == 50 * 3_000 + 100 * 15_000


@on_wound_clock
async def test_a_silent_provider_is_estimated():
    """B07: without any counts tokens are estimated from prompt and answer, and the cost says so."""
    stage = Stage(said("x" * 40))
    (response,) = await stage.ask("y" * 400)

    assert (response.usage.input_tokens, response.usage.output_tokens) == (104, 10)
    assert response.cost_estimated


@on_wound_clock
async def test_an_unknown_price_is_unknown():
    """B07: without rates the cost is None, not 0."""
    stage = Stage(said("x", usage=Usage(1, 1)), prices=FixedPrices(None))
    (response,) = await stage.ask()

    assert response.cost_nano is None


@on_wound_clock
async def test_rate_limits_are_waited_for():
    """H06: 429 twice, then an answer: three attempts, the waits told, nothing doubled."""
    limited = [error("rate", "slow down", status=429, retry_after_s=2.0)]
    stage = Stage(ScriptedProvider(limited, limited, said("fine"), clock=now))
    start = now()
    (response,) = await stage.ask()

    assert (response.state, response.text) == ("complete", "fine")
    assert [(event.retry, event.of, event.wait_s) for event in stage.told(RetryScheduled)] == [(1, 2, 2.0), (2, 2, 2.0)]
    assert now() - start == pytest.approx(4.0)
    attempts = list(stage.recorder.attempts.values())
    assert [(attempt.n, attempt.reason, attempt.won) for attempt in attempts] == [
        (1, "first", False),
        (2, "retry", False),
        (3, "retry", True),
    ]
    assert [attempt.http_status for attempt in attempts] == [429, 429, 200]
    assert response.timing.first_token_s == pytest.approx(4.0)
    assert attempts[-1].timing.first_token_s == pytest.approx(0.0)


@on_wound_clock
async def test_an_error_before_the_first_token_is_retried_once_nothing_came():
    """H17: headers and then an error event: the retry's answer stands alone."""
    stage = Stage(ScriptedProvider([HEAD, error("server")], said("ok"), clock=now))
    (response,) = await stage.ask()

    assert response.text == "ok"
    assert len(stage.recorder.attempts) == 2


@on_wound_clock
async def test_money_of_failed_attempts_is_kept():
    """B07: an attempt that broke before its first word has read the prompt, which is counted."""
    stage = Stage(ScriptedProvider([HEAD, error("server")], said("ok", usage=Usage(5, 1)), clock=now))
    (response,) = await stage.ask("y" * 400)
    first, second = stage.recorder.attempts.values()

    assert first.cost_nano == 104 * 3_000
    assert response.cost_nano == first.cost_nano + second.cost_nano
    assert response.cost_estimated


@on_wound_clock
async def test_a_refused_attempt_cost_nothing():
    """A 401 has used nothing: 0 where the price is known."""
    stage = Stage([error("auth", "key rejected", status=401)])
    (response,) = await stage.ask()

    assert (response.state, response.cost_nano, response.error.message) == ("failed", 0, "key rejected")
    assert len(stage.providers[0].requests) == 1


@on_wound_clock
async def test_retries_give_up():
    """H10: after two retries the last error stands, and every attempt is recorded."""
    stage = Stage([error("overloaded", status=529)])
    (response,) = await stage.ask()

    assert (response.state, response.error.kind) == ("failed", "overloaded")
    assert len(stage.recorder.attempts) == 3
    assert len(stage.terminal()) == 3
    assert len(stage.told(ResponseEnded)) == 1


@on_wound_clock
async def test_an_hour_is_not_waited_for():
    """H07: a Retry-After of an hour fails at once and says why."""
    stage = Stage([error("rate", "slow down", retry_after_s=3600.0)])
    start = now()
    (response,) = await stage.ask()

    assert response.state == "failed"
    assert "3,600 s" in response.error.message
    assert now() == start


@on_wound_clock
async def test_a_refused_parameter_is_corrected():
    """A request that the adapter knows how to repair is sent again, changed, without counting as a retry."""
    provider = ScriptedProvider([error("bad_request", "no temperature")], said("ok"), clock=now)
    from dataclasses import replace

    provider.repair = lambda request, info: replace(request, system="repaired")
    stage = Stage(provider, options=ONCE)
    (response,) = await stage.ask()

    assert response.text == "ok"
    assert [attempt.reason for attempt in stage.recorder.attempts.values()] == ["first", "corrective"]
    assert provider.requests[1].system == "repaired"
    assert any("corrected" in line for line in response.warnings)


@on_wound_clock
async def test_a_repair_that_never_helps_ends():
    """Corrections are bounded, so that a provider and its adapter can't talk for ever."""
    provider = ScriptedProvider([error("bad_request")], clock=now)
    from dataclasses import replace

    provider.repair = lambda request, info: replace(request, system=(request.system or "") + "x")
    stage = Stage(provider)
    (response,) = await stage.ask()

    assert response.state == "failed"
    assert len(provider.requests) == 4


@on_wound_clock
async def test_sequence_numbers_count_events():
    """Every read names the number of its first event, without gaps."""
    stage = Stage(said("a", "b", "c"))
    await stage.ask()
    expected = 0
    for event in stage.told(Received):
        assert event.seq == expected
        expected += len(event.events)


@on_wound_clock
async def test_a_finished_stream_is_let_to_its_end():
    """What follows the finish is read and dropped, so that the connection can be used again."""
    stage = Stage([*said("x"), Arrival(0.0, (BlockDelta(0, "late"),))])
    (response,) = await stage.ask()

    assert response.text == "x"
    assert stage.providers[0].hung_up == 0


@on_wound_clock
async def test_a_stream_that_never_ends_after_its_finish_is_hung_up_on():
    """The answer is complete at once; a body that stays open is closed a second later."""
    stage = Stage([*said("x"), Pause()])
    ended_at = []
    stage.comparison._means.listener = lambda event: (
        ended_at.append(now()) if isinstance(event, ResponseEnded) else None
    )
    start = now()
    await stage.ask()

    assert ended_at == [start]
    assert now() - start == pytest.approx(1.0)
    assert stage.providers[0].hung_up == 1


@on_wound_clock
async def test_a_provider_that_will_not_stop_is_still_recorded():
    """A stream that swallows its cancellation doesn't hide the user's stop."""

    class Stubborn(ScriptedProvider):
        async def stream(self, request):
            yield HEAD
            yield Arrival(now(), (BlockStart(0, "text"), BlockDelta(0, "so")))
            try:
                await asyncio.sleep(1000)
            except asyncio.CancelledError:
                raise error("cut") from None

    stage = Stage(Stubborn([], clock=now))
    turn = stage.comparison.send("hi")
    await asyncio.sleep(1)
    stage.comparison.stop()
    await stage.comparison.wait()
    (response,) = stage.answers(turn.id)

    assert (response.state, response.text) == ("cancelled", "so")
