"""Whatever a provider does: one end, every character once, a valid state."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wound_clock import WoundLoop
from tests.unit.engine.stage import AttemptStarted, Received, ResponseEnded, Stage
from workbench.domain.conversation import ResponseState
from workbench.domain.errors import ERROR_KINDS, ErrorInfo, ProviderError
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
from workbench.providers.scripted import Pause

STATES = set(ResponseState.__args__) - {"streaming", "interrupted"}
counts = st.none() | st.integers(0, 10**9)
blocks = st.integers(0, 4)
events = st.one_of(
    st.builds(Headers, st.just(200), st.none() | st.text(max_size=3)),
    st.builds(Meta, st.none() | st.text(max_size=3)),
    st.builds(BlockStart, blocks, st.sampled_from(["text", "reasoning", "tool", "refusal", "citation", "opaque"])),
    st.builds(BlockDelta, blocks, st.text(max_size=5)),
    st.builds(BlockDelta, blocks, st.text(max_size=5)),
    st.builds(BlockEnd, blocks, st.none() | st.just({"signature": "s"})),
    st.builds(Heartbeat, st.none() | st.just("working")),
    st.builds(UsageUpdate, st.builds(Usage, counts, counts, counts), st.just({})),
    st.builds(Warn, st.just("bad_frame"), st.text(max_size=3)),
)
finishes = st.builds(
    Finish,
    st.sampled_from(
        [
            "stop",
            "length",
            "tool_calls",
            "content_filter",
            "refusal",
            "paused",
            "incomplete",
            "error",
            "cancelled",
            "other",
        ]
    ),
    st.none() | st.just("raw"),
)
arrivals = st.builds(Arrival, st.floats(0, 200), st.lists(events, max_size=4))
failures = st.one_of(
    st.builds(
        ProviderError,
        st.builds(
            ErrorInfo,
            st.sampled_from(ERROR_KINDS),
            st.just("said"),
            st.none() | st.just(500),
            st.none() | st.floats(),
        ),
    ),
    st.just(RuntimeError("bug")),
    st.just(TimeoutError()),
    st.builds(Pause, st.floats(0, 300)),
    st.just(Pause()),
)
steps = st.one_of(arrivals, arrivals, arrivals, failures, finishes.map(lambda finish: Arrival(0.0, (finish,))))


async def play(script, stop_after_s):
    stage = Stage(script, options=EngineOptions(retries=1))
    turn = stage.comparison.send("hi")
    if stop_after_s is not None:
        await asyncio.sleep(stop_after_s)
        stage.comparison.stop()
    await stage.comparison.wait()
    return stage, stage.answers(turn.id)


@settings(max_examples=300, deadline=None)
@given(st.lists(steps, max_size=8), st.none() | st.floats(0, 300))
def test_any_stream_ends_once_with_its_text(script, stop_after_s):
    """N07 N09 N14 S20 P11: exactly one end per attempt and response, all text exactly once, a state of the table."""
    with asyncio.Runner(loop_factory=WoundLoop) as runner:
        stage, (response,) = runner.run(play(script, stop_after_s))

    assert response.state in STATES
    assert response.finish_reason is not None
    assert [event.response.id for event in stage.told(ResponseEnded)] == [response.id]
    assert len(stage.terminal()) == len(stage.told(AttemptStarted)) <= 2
    assert stage.comparison.troubles == {}
    expected = {"text": "", "reasoning": "", "refusal": ""}
    kinds = {}
    for event in stage.told(Received):
        if event.attempt == response.final_attempt:
            for part in event.events:
                if isinstance(part, BlockStart):
                    kinds[part.block] = part.kind
                elif isinstance(part, BlockDelta) and part.text:
                    kind = kinds.setdefault(part.block, "text")
                    if kind in expected:
                        expected[kind] += part.text
    assert (response.text, response.reasoning, response.refusal) == tuple(expected.values())
    for kind, text in expected.items():
        assert stage.recorder.streamed.get((response.id, kind), "") == text
    assert sum(length for _, length in unpack_deltas(response.deltas)) == len(response.text) + len(response.reasoning)
    assert response.state != "failed" or not (response.text or response.reasoning)
    assert stage.recorder.responses[response.id] == response
    moments = response.timing
    assert moments.end_s is None or all(
        value is None or 0 <= value <= moments.end_s + 1e-6
        for value in (moments.headers_s, moments.first_event_s, moments.first_token_s, moments.first_text_s)
    )
