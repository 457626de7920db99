"""What the engine reports is what a reopened session shows."""

from dataclasses import replace

from tests.unit.store import builders as make
from workbench.domain.conversation import (
    FilePart,
    Lane,
    OpaquePart,
    Parameters,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
)
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.engine.ports import Recorder
from workbench.store.database import Store


def whole(response, attempt):
    """A response with every field set."""
    return replace(
        response,
        state="truncated",
        text="words ",
        reasoning="thoughts",
        refusal="no",
        tool_calls=(ToolCall("c1", "search", '{"q": 1'), ToolCall(None, "noop", "")),
        citations=("https://a.example/1",),
        opaque=(OpaquePart("anthropic", "anthropic-messages", {"signature": "xyz"}),),
        finish_reason="length",
        finish_raw="max_tokens",
        error=ErrorInfo("cut", "the connection was cut", 200, 1.5, "req-1", "overloaded_error", True),
        warnings=("one", "two"),
        final_attempt=attempt,
        model_served="fast-2026",
        usage=Usage(10, 20, 1, 2, 1, 5, {"web_search_requests": 2}, "estimated"),
        usage_raw={"input": 10, "details": {"cached": [1, 2]}},
        cost_nano=12345,
        cost_estimated=True,
        timing=Timing(0.5, 0.1, 0.2, 0.3, 0.4, 0.6, 0.4, 2.5, True),
        deltas=b"\x01\x02",
    )


def test_the_recorder_is_what_the_engine_asks_for(store: Store):
    """The store's recorder satisfies the engine's port."""
    recorder: Recorder = store.recorder
    assert recorder is store.recorder


def test_a_session_comes_back_as_it_was_recorded(store: Store):
    """Session, lanes, turn, responses and attempts are equal after a round trip, whatever fields they use."""
    asked = make.session("title", project="p", environment="dev", tags=("a", "b c"), pinned=True, origin="ask")
    settings = Parameters(100, 0.5, 0.9, 40, 7, ("END",), "high", {"k": [1]})
    to = [Lane("x", 1, "sim/fast", "label", "Be brief.", settings), Lane("y", 2, "sim/fast", enabled=False)]
    parts = [
        TextPart("look "),
        FilePart("a.png", "image/png", "aGVsbG8=", 5),
        FilePart("odd", "text/plain", "not base64!", 3),
        TextPart("here"),
        OpaquePart("gemini", "gemini", [1, {"a": None}]),
        ToolCallPart("c", "t", "{"),
        ToolResultPart("c", "t", "result", True),
    ]
    first = make.turn(asked, parts, context_mode="none", parent_turn="before", parent_response="that")
    begun = make.responses(first, to)
    attempt = make.attempt(begun[0])
    done = whole(begun[0], attempt.id)
    made = replace(
        attempt,
        model_served=done.model_served,
        parameters=settings,
        timing=done.timing,
        usage=done.usage,
        usage_raw=done.usage_raw,
        cost_nano=12345,
        rates={"input": 1000, "output": 2000},
        price_version="configuration",
        http_status=200,
        error=replace(done.error, request_id="req-1"),
        request_id="req-1",
        finish_reason="length",
        finish_raw="max_tokens",
        won=True,
    )
    recorder = store.recorder
    recorder.session_saved(asked, to)
    recorder.turn_started(first, begun)
    recorder.attempt_started(attempt)
    recorder.attempt_ended(made)
    recorder.response_ended(done)
    recorder.event(asked.id, "warning", {"what": "odd"})
    assert store.flush()

    assert store.sessions.session(asked.id) == asked
    assert store.sessions.lanes(asked.id) == to
    (record,) = store.sessions.turns(asked.id)
    assert record.turn == first
    assert record.responses == (done, begun[1])
    assert store.sessions.attempts(begun[0].id) == [made]
    assert store.lost == ()


def test_figures_that_differ_from_the_attempt_are_kept(store: Store):
    """A response whose timing covers a retry comes back with its own timing, and one without an attempt with all."""
    begun = make.begin(store)
    attempt = make.attempt(begun[0], timing=Timing(end_s=1.0), usage=Usage(1, 2))
    store.recorder.attempt_ended(attempt)
    first = make.ended(begun[0], final_attempt=attempt.id, timing=Timing(end_s=9.0), usage=Usage(1, 2))
    second = make.ended(begun[1], model_served="m", usage=Usage(3, 4), usage_raw={"n": 1}, timing=Timing(end_s=2.0))
    store.recorder.response_ended(first)
    store.recorder.response_ended(second)
    assert store.flush()

    (record,) = store.sessions.turns(store.sessions.list(1)[0].id)
    assert record.responses == (first, second)


def test_text_is_in_the_file_while_it_streams(store: Store):
    """Delta rows hold what has arrived, joined within a quarter of a second, split by kind, and go at the end."""
    (response, _) = make.begin(store)
    for n in range(10):
        store.recorder.delta(response.id, n * 0.1, "reasoning" if n < 5 else "text", f"{n} ")
    assert store.flush()
    reader = store.sessions._readers.connection()
    rows = [tuple(row) for row in reader.execute("SELECT at_s, kind, text FROM delta ORDER BY n")]
    assert rows == [
        (0.0, "reasoning", "0 1 2 "),
        (0.3, "reasoning", "3 4 "),
        (0.5, "text", "5 6 7 "),
        (0.8, "text", "8 9 "),
    ]

    store.recorder.delta(response.id, 1.1, "text", "late")
    store.recorder.response_ended(make.ended(response, "5 6 7 8 9 late"))
    assert store.flush()
    assert reader.execute("SELECT count(*) FROM delta").fetchone()[0] == 0


def test_revisions_stand_behind_each_other(store: Store):
    """A retry is a new row; responses come by lane, sample and revision."""
    begun = make.begin(store)
    store.recorder.response_ended(make.ended(begun[0], "first try", state="failed"))
    again = replace(begun[0], id=make.new("response"), revision=1)
    sample = replace(begun[0], id=make.new("response"), sample=1)
    store.recorder.response_added(sample)
    store.recorder.response_added(again)
    store.recorder.response_ended(make.ended(again, "second try"))
    assert store.flush()

    row = store.sessions.list(1)[0]
    (record,) = store.sessions.turns(row.id)
    assert [response.id for response in record.responses] == [begun[0].id, again.id, sample.id, begun[1].id]
    assert row.states == {"failed": 1, "complete": 1, "streaming": 2}
    assert (row.turns, row.responses) == (1, 4)


def test_an_end_that_comes_twice_replaces_the_first(store: Store):
    """The last end of a response counts, in the text, the search and the sums."""
    (response, _) = make.begin(store)
    store.recorder.response_ended(make.ended(response, "zebra", cost_nano=5))
    store.recorder.response_ended(make.ended(response, "giraffe", cost_nano=7))
    assert store.flush()
    assert [row.cost_nano for row in store.sessions.list(5, query="giraffe")] == [7]
    assert store.sessions.list(5, query="zebra") == []
    assert store.totals().cost_nano == 7


def test_what_cannot_be_saved_takes_nothing_with_it(store: Store):
    """A record of an unknown turn is dropped and told; everything around it is saved."""
    (response, other) = make.begin(store)
    stray = make.turn(make.session())
    store.recorder.turn_started(stray, [])
    store.recorder.delta(response.id, 0.0, "text", "kept")
    store.recorder.response_ended(make.ended(other))
    assert store.flush()
    (row,) = store.sessions.list(5)
    assert row.states == {"streaming": 1, "complete": 1}
    assert len(store.lost) == 1
    assert "FOREIGN KEY" in store.lost[0]
    assert store.problem is None


def test_lanes_follow_the_session(store: Store):
    """A lane that was removed is not listed any more, and one that changed is listed as it is now."""
    asked = make.session()
    store.recorder.session_saved(asked, make.lanes("sim/a", "sim/b"))
    store.recorder.session_saved(asked, [Lane("lane-2", 1, "sim/c", system="new")])
    assert store.flush()
    assert store.sessions.lanes(asked.id) == [Lane("lane-2", 1, "sim/c", system="new")]


def test_a_rename_survives_the_engine(store: Store):
    """A title given in the list is not undone when the engine saves the session again with other lanes."""
    asked = make.session("first words")
    store.recorder.session_saved(asked, make.lanes())
    store.flush()
    store.sessions.rename(asked.id, "a better title")
    store.recorder.session_saved(asked, make.lanes("sim/other"))
    store.flush()
    assert store.sessions.session(asked.id).title == "a better title"
    store.recorder.session_saved(replace(asked, title="the engine's own"), make.lanes())
    store.flush()
    assert store.sessions.session(asked.id).title == "the engine's own"
