"""Lanes side by side: sending, stopping, retrying, sampling, queues."""

import asyncio

import pytest

from tests.support.wound_clock import now, on_wound_clock
from tests.unit.engine.stage import AttemptEnded, AttemptStarted, KeptRecorder, ResponseEnded, Stage
from workbench.domain.conversation import Lane, TurnRecord
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.usage import Usage
from workbench.engine.events import ResponseQueued, ResponseStarted, TurnStarted
from workbench.engine.options import EngineOptions
from workbench.providers.base import Arrival
from workbench.providers.scripted import Pause, ScriptedProvider, said


def slow(*pieces, **named):
    return said(*(pieces or ("one ", "two ", "three")), first_s=1.0, every_s=1.0, **named)


def prompts(provider):
    return [[(message.role, message.text) for message in request.messages] for request in provider.requests]


@on_wound_clock
async def test_a_failing_lane_leaves_the_others_alone():
    """One lane is refused, one breaks, one stalls, one is unknown: the fifth answers as if it were alone."""
    stage = Stage(
        [ProviderError(ErrorInfo("auth", "no"))],
        [*said("half", finish=None), RuntimeError("bug")],
        [Pause()],
        said("x"),
        slow(),
        options=EngineOptions(retries=0),
    )
    stage.comparison.set_lanes([*stage.lanes[:3], Lane("4", 3, "nobody/m"), stage.lanes[4]])
    responses = await stage.ask()

    assert [response.state for response in responses] == ["failed", "truncated", "failed", "failed", "complete"]
    assert responses[3].error.kind == "config"
    assert responses[4].text == "one two three"
    assert len(stage.told(ResponseEnded)) == 5
    assert not stage.comparison.busy


@on_wound_clock
async def test_every_response_is_recorded_in_order():
    """The session is saved first, then the turn, attempts, text and ends; the title is the prompt's first line."""
    stage = Stage(said("a", "b"))
    (response,) = await stage.ask("\n  sorting   in python\x1b[31m\nplease")
    recorder = stage.recorder

    assert recorder.names == [
        "session_saved",
        "turn_started",
        "attempt_started",
        "delta",
        "delta",
        "attempt_ended",
        "response_ended",
    ]
    title = recorder.calls[0][1][0].title
    assert title.startswith("sorting in python")
    assert "\x1b" not in title
    assert recorder.streamed[response.id, "text"] == response.text == "ab"


@pytest.mark.parametrize("prompt", ["", "  \n\t ", []])
@on_wound_clock
async def test_an_empty_prompt_is_refused(prompt):
    """Nothing is sent for nothing, and nothing is told or recorded of it."""
    stage = Stage(said("x"))
    with pytest.raises(ValueError, match="nothing to send"):
        stage.comparison.send(prompt)

    assert (stage.events, stage.recorder.calls) == ([], [])


@on_wound_clock
async def test_nobody_to_send_to_is_refused():
    """Without an enabled lane there is no turn."""
    stage = Stage(said("x"))
    stage.comparison.set_lanes([])
    with pytest.raises(ValueError, match="no lane"):
        stage.comparison.send("hi")


@on_wound_clock
async def test_stopping_one_lane_keeps_its_text():
    """N14: the stopped lane keeps what came, its stream is closed, the other goes on."""
    stage = Stage(slow(), slow())
    turn = stage.comparison.send("hi")
    await asyncio.sleep(2.5)
    assert stage.comparison.streaming("1")
    assert stage.comparison.stop("1") == 1
    await asyncio.sleep(0.1)
    assert not stage.comparison.streaming("1")
    assert stage.comparison.streaming("2")
    await stage.comparison.wait()
    stopped, other = stage.answers(turn.id)

    assert (stopped.state, stopped.finish_reason, stopped.text) == ("cancelled", "cancelled", "one two ")
    assert stopped.usage.source == "estimated"
    assert stopped.cost_nano is not None
    assert other.state == "complete"
    assert stage.providers[0].hung_up == 1
    assert len(stage.told(AttemptEnded, "1")) == 1


@pytest.mark.parametrize("after_s", [0.0, 0.2, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.5])
@on_wound_clock
async def test_a_stop_at_any_moment_ends_once(after_s):
    """N14: before the task ran, before headers, in mid-answer, at its end: always one end, and no stream left open."""
    stage = Stage([Arrival(0.5, ()), *slow()], slow())
    turn = stage.comparison.send("hi")
    if after_s:
        await asyncio.sleep(after_s)
    stage.comparison.stop()
    stage.comparison.stop()
    await stage.comparison.wait()
    responses = stage.answers(turn.id)

    assert {response.state for response in responses} <= {"cancelled", "complete"}
    assert len(stage.told(ResponseEnded)) == 2
    assert len(stage.terminal()) == len(stage.told(AttemptStarted))
    for provider, response in zip(stage.providers, responses, strict=True):
        assert provider.hung_up == (bool(provider.requests) and response.state == "cancelled")


@on_wound_clock
async def test_a_stop_while_waiting_to_retry():
    """A user who stops during a back-off gets a cancelled answer, not the error that was being waited out."""
    stage = Stage([ProviderError(ErrorInfo("rate", "slow", retry_after_s=30.0))])
    turn = stage.comparison.send("hi")
    await asyncio.sleep(5)
    stage.comparison.stop()
    await stage.comparison.wait()
    (response,) = stage.answers(turn.id)

    assert (response.state, response.error) == ("cancelled", None)
    assert now() < 1_010


@on_wound_clock
async def test_a_prompt_for_a_busy_lane_waits():
    """The second prompt is queued, begins when the first answer ended, and sees it in its history."""
    stage = Stage(slow())
    stage.comparison.send("first")
    second = stage.comparison.send("second")
    assert [event.ahead for event in stage.told(ResponseQueued)] == [1]
    assert stage.comparison.queued("1") == 1
    await stage.comparison.wait()
    (response,) = stage.answers(second.id)

    assert response.timing.queued_s == pytest.approx(4.0)
    assert response.timing.first_token_s == pytest.approx(1.0)
    assert prompts(stage.providers[0])[1] == [("user", "first"), ("assistant", "one two three"), ("user", "second")]
    kinds = [type(event).__name__ for event in stage.events if isinstance(event, ResponseStarted | ResponseEnded)]
    assert kinds == ["ResponseStarted", "ResponseEnded"] * 2


@on_wound_clock
async def test_stopping_a_lane_empties_its_queue():
    """Stop means stop: what waits behind the answer is cancelled too, and never asked."""
    stage = Stage(slow())
    for prompt in ("one", "two", "three"):
        stage.comparison.send(prompt)
    await asyncio.sleep(1.5)
    assert stage.comparison.stop("1") == 3
    await stage.comparison.wait()

    assert [event.response.state for event in stage.told(ResponseEnded)] == ["cancelled"] * 3
    assert len(stage.providers[0].requests) == 1


@on_wound_clock
async def test_retry_makes_a_new_revision():
    """The old answer stays; the new one stands beside it in the same turn and lane."""
    stage = Stage(ScriptedProvider(said("bad"), said("good"), clock=now), said("other"))
    first, _ = await stage.ask()
    again = stage.comparison.retry(first.id)
    await stage.comparison.wait()
    old, _, new = stage.answers(first.turn)

    assert (again.id, new.revision, new.text, old.text) == (new.id, 1, "good", "bad")
    assert "response_added" in stage.recorder.names
    assert prompts(stage.providers[0])[1] == [("user", "hi")]
    assert len(stage.providers[1].requests) == 1


@on_wound_clock
async def test_retry_of_a_streaming_answer_stops_it():
    """Retrying what still streams ends it as stopped and asks again."""
    stage = Stage(slow())
    turn = stage.comparison.send("hi")
    await asyncio.sleep(1.5)
    stage.comparison.retry(stage.answers(turn.id)[0].id)
    await stage.comparison.wait()
    old, new = stage.answers(turn.id)

    assert (old.state, old.text, new.state, new.text) == ("cancelled", "one ", "complete", "one two three")


@on_wound_clock
async def test_an_older_turn_is_retried_with_its_own_history():
    """A retry of the first turn doesn't see the second."""
    stage = Stage(said("x"))
    (first,) = await stage.ask("first")
    await stage.ask("second")
    stage.comparison.retry(first.id)
    await stage.comparison.wait()

    assert prompts(stage.providers[0])[2] == [("user", "first")]


@on_wound_clock
async def test_samples_run_side_by_side():
    """K more answers to one prompt, numbered on, in the time of one."""
    stage = Stage(slow())
    (first,) = await stage.ask()
    start = now()
    more = stage.comparison.sample(first.id, 3)
    await stage.comparison.wait()

    assert [response.sample for response in more] == [1, 2, 3]
    assert now() - start == pytest.approx(4.0)
    assert [response.state for response in stage.answers(first.turn)] == ["complete"] * 4


@on_wound_clock
async def test_samples_can_be_asked_for_at_once():
    """A prompt sent with three samples makes three responses per lane."""
    stage = Stage(said("x"), said("y"))
    responses = await stage.ask(samples=3)

    assert [(response.lane, response.sample) for response in responses] == [
        ("1", 0), ("1", 1), ("1", 2), ("2", 0), ("2", 1), ("2", 2),
    ]  # fmt: skip


@on_wound_clock
async def test_a_truncated_answer_goes_on():
    """P03: the continuation begins with what was there, and asks the model to go on from it."""
    stage = Stage(ScriptedProvider(said("Once upon", finish="length"), said(" a time."), clock=now))
    (cut,) = await stage.ask("tell")
    begun = stage.comparison.continue_truncated(cut.id)
    await stage.comparison.wait()
    whole = stage.answers(cut.turn)[-1]

    assert begun.text == "Once upon"
    assert (whole.state, whole.text, whole.revision) == ("complete", "Once upon a time.", 1)
    assert stage.recorder.streamed[whole.id, "text"] == whole.text
    assert [role for role, _ in prompts(stage.providers[0])[1]] == ["user", "assistant", "user"]
    assert prompts(stage.providers[0])[1][1] == ("assistant", "Once upon")
    assert stage.told(AttemptStarted)[-1].attempt.reason == "resume"


@on_wound_clock
async def test_nothing_to_continue_is_refused():
    """An answer without text can't be continued."""
    stage = Stage(said(finish="stop"))
    (empty,) = await stage.ask()
    with pytest.raises(ValueError, match="no text"):
        stage.comparison.continue_truncated(empty.id)


@on_wound_clock
async def test_an_edited_prompt_takes_the_old_ones_place():
    """The new turn's history ends before the old turn; later prompts follow the new one."""
    stage = Stage(said("x"))
    await stage.ask("first")
    (second,) = await stage.ask("secnod")
    turn = stage.comparison.edit_and_resend(second.turn, "second")
    await stage.comparison.wait()
    await stage.ask("third")
    asked = prompts(stage.providers[0])

    assert turn.parent_turn == second.turn
    assert [text for _, text in asked[2]] == ["first", "x", "second"]
    assert [text for _, text in asked[3]] == ["first", "x", "second", "x", "third"]


@on_wound_clock
async def test_one_lane_may_be_edited_alone():
    """An edit in one lane leaves the histories of the others as they were."""
    stage = Stage(said("x"), said("y"))
    first, _ = await stage.ask("first")
    stage.comparison.edit_and_resend(first.turn, "other", lane="1")
    await stage.comparison.wait()
    await stage.ask("next")

    assert [text for _, text in prompts(stage.providers[0])[-1]] == ["other", "x", "next"]
    assert [text for _, text in prompts(stage.providers[1])[-1]] == ["first", "y", "next"]


@on_wound_clock
async def test_a_shared_history_needs_a_chosen_answer():
    """Shared context is refused until an answer is chosen; then every lane goes on from that one."""
    stage = Stage(said("from one"), said("from two"))
    _, second = await stage.ask("first")
    with pytest.raises(ValueError, match="choose an answer"):
        stage.comparison.send("next", context="shared")
    stage.comparison.choose(second.turn, second.id)
    await stage.ask("next", context="shared")

    for provider in stage.providers:
        assert [text for _, text in prompts(provider)[-1]] == ["first", "from two", "next"]


@on_wound_clock
async def test_a_reopened_session_goes_on():
    """History given at the start is what the next prompt sees."""
    before = Stage(said("x"))
    await before.ask("first")
    after = Stage(said("y"), history=before.comparison.turns)
    turn = after.comparison.send("second")
    await after.comparison.wait()

    assert turn.seq == 2
    assert prompts(after.providers[0])[0] == [("user", "first"), ("assistant", "x"), ("user", "second")]


@on_wound_clock
async def test_lanes_start_in_shuffled_order():
    """No lane is always first; the listed order is kept in the turn."""
    stage = Stage(*[said("x")] * 6)
    orders = []
    for _ in range(3):
        await stage.ask()
        orders.append([event.response.lane for event in stage.told(ResponseStarted)[-6:]])
        assert [response.lane for response in stage.told(TurnStarted)[-1].responses] == list("123456")

    assert orders[0] != orders[1] or orders[1] != orders[2]


@on_wound_clock
async def test_one_host_may_be_asked_one_at_a_time():
    """Lanes on a host with room for one run one after the other; the wait is told apart from the first token."""
    stage = Stage(slow(), options=EngineOptions(host_concurrency=1))
    stage.comparison.set_lanes([Lane("a", 0, "p1/m"), Lane("b", 1, "p1/m")])
    responses = await stage.ask()

    assert sorted(response.timing.queued_s for response in responses) == pytest.approx([0.0, 4.0])
    assert [response.timing.first_token_s for response in responses] == pytest.approx([1.0, 1.0])


@on_wound_clock
async def test_a_listener_that_raises_harms_nobody():
    """An exception in the listener is counted and the answer arrives all the same."""

    def broken(event):
        raise KeyError("screen")

    stage = Stage(said("x"), listener=broken)
    (response,) = await stage.ask()

    assert response.state == "complete"
    assert stage.comparison.troubles["listener: KeyError"] > 3


@on_wound_clock
async def test_a_recorder_that_raises_harms_nobody():
    """A full disk is the recorder's to tell; the answer arrives."""

    class Full(KeptRecorder):
        def delta(self, *arguments):
            raise OSError("disk full")

    stage = Stage(said("x"), recorder=Full())
    (response,) = await stage.ask()

    assert response.text == "x"
    assert stage.comparison.troubles == {"recorder: OSError": 1}


@on_wound_clock
async def test_closing_stops_and_records_everything():
    """Close: streaming and queued responses end as cancelled with their text, and no stream stays open."""
    stage = Stage(slow(), [Pause()])
    stage.comparison.send("one")
    stage.comparison.send("two")
    await asyncio.sleep(1.5)
    await stage.comparison.close()

    assert [response.state for response in stage.recorder.responses.values()] == ["cancelled"] * 4
    assert [provider.hung_up for provider in stage.providers] == [1, 1]
    with pytest.raises(RuntimeError, match="closed"):
        stage.comparison.send("three")


@on_wound_clock
async def test_closing_does_not_wait_for_ever():
    """A connection that can't be hung up holds nobody: after five seconds its response is recorded anyway."""

    class Deaf(ScriptedProvider):
        async def stream(self, request):
            yield said("so far")[0]
            while True:
                try:
                    await asyncio.sleep(3)
                except asyncio.CancelledError:
                    await asyncio.sleep(1_000)
                    raise

    stage = Stage(Deaf([], clock=now))
    stage.comparison.send("hi")
    await asyncio.sleep(1)
    start = now()
    await stage.comparison.close()

    assert now() - start == pytest.approx(5.0)
    assert [response.state for response in stage.recorder.responses.values()] == ["cancelled"]
    assert len(stage.terminal()) == len(stage.told(ResponseEnded)) == 1


@on_wound_clock
async def test_a_stop_does_not_wait_for_the_network():
    """N14: a stream that doesn't hang up within a second ends without it, and what it says later is dropped."""

    class Late(ScriptedProvider):
        async def stream(self, request):
            try:
                yield Arrival(now(), said("so far")[1].events)
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                await asyncio.sleep(3)
                yield Arrival(now(), said(" and more")[1].events)

    stage = Stage(Late([], clock=now))
    turn = stage.comparison.send("hi")
    await asyncio.sleep(1)
    stage.comparison.stop("1")
    await asyncio.sleep(1.5)
    assert not stage.comparison.busy
    await stage.comparison.wait()

    assert [(response.state, response.text) for response in stage.answers(turn.id)] == [("cancelled", "so far")]
    assert len(stage.terminal()) == len(stage.told(ResponseEnded)) == 1


@on_wound_clock
async def test_a_lane_that_is_removed_is_stopped():
    """Taking a lane away ends what it was doing; the others go on."""
    stage = Stage(slow(), slow())
    turn = stage.comparison.send("hi")
    await asyncio.sleep(1.5)
    stage.comparison.set_lanes(stage.lanes[1:])
    await stage.comparison.wait()

    assert [response.state for response in stage.answers(turn.id)] == ["cancelled", "complete"]
    assert stage.recorder.names.count("session_saved") == 2


@on_wound_clock
async def test_a_cancelled_task_still_ends_its_response():
    """When the loop shuts down, its tasks are cancelled from outside: each response ends as cancelled."""
    stage = Stage(slow())
    stage.comparison.send("hi")
    await asyncio.sleep(1.5)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0.1)

    assert [response.text for response in stage.recorder.responses.values()] == ["one "]


@on_wound_clock
async def test_a_hundred_streams_starve_nobody():
    """N15: a hundred lanes at once all get their first token when it comes."""
    stage = Stage(*[slow()] * 100)
    responses = await stage.ask()

    assert {response.state for response in responses} == {"complete"}
    assert {round(response.timing.first_token_s, 6) for response in responses} == {1.0}


@on_wound_clock
async def test_another_model_answers_the_retry_of_a_changed_lane():
    """A lane whose model was changed retries with the new one."""
    stage = Stage(said("old"), said("new"))
    (first,) = await stage.ask(lanes={"1"})
    stage.comparison.set_lanes([Lane("1", 0, "p2/m")])
    stage.comparison.retry(first.id)
    await stage.comparison.wait()

    assert stage.answers(first.turn)[-1].text == "new"
    assert stage.answers(first.turn)[-1].target == "p2/m"


@on_wound_clock
async def test_unknown_responses_are_refused():
    """Asking about a response that is not there raises, instead of doing nothing."""
    stage = Stage(said("x"))
    for action in (stage.comparison.retry, stage.comparison.continue_truncated):
        with pytest.raises(KeyError):
            action("nothing")
    with pytest.raises(ValueError, match="at least one"):
        stage.comparison.sample("nothing", 0)


@on_wound_clock
async def test_costs_of_all_lanes_are_their_own():
    """Each lane's tokens and cost are its own provider's."""
    stage = Stage(said("x", usage=Usage(10, 1)), said("y", usage=Usage(20, 2)))
    responses = await stage.ask()

    assert [response.cost_nano for response in responses] == [45_000, 90_000]
    assert isinstance(stage.comparison.turns[0], TurnRecord)
