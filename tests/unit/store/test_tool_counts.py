"""Valid and invalid calls of tools are counted per target from what is kept."""

from pathlib import Path

from tests.unit.store import builders as make
from workbench.domain.conversation import OpaquePart, ToolCall
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.store.database import open_store
from workbench.store.tool_counts import ToolCounts, read_tool_counts


def test_calls_are_counted_per_target(path: Path):
    """P07, P08: broken and unknown calls count as invalid, denied and failed ones as valid, unrun ones not at all."""
    store = open_store(path)
    (first, second) = make.begin(store, targets=("a/x", "b/y"))
    for response, outcomes in ((first, ["done", "denied", "failed", "invalid", "unrun"]), (second, ["unknown"])):
        for outcome in outcomes:
            store.recorder.event(response.id, "tool_call", {"target": response.target, "outcome": outcome})
    store.recorder.event(first.id, "other", {"target": "a/x", "outcome": "invalid"})
    store.close()

    assert read_tool_counts(path) == {"a/x": ToolCounts(3, 1), "b/y": ToolCounts(0, 1)}
    assert ToolCounts(3, 1).words == "3 of 4"


def test_without_a_history_there_is_nothing_to_count(path: Path):
    """No file, or one that is no history, is no error."""
    assert read_tool_counts(path) == {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"no database")
    assert read_tool_counts(path) == {}


def test_an_answer_with_rounds_is_kept_whole(path: Path):
    """Rounds, results, places and what only the provider can read come back as they were; so does the pause."""
    store = open_store(path)
    (response, *_) = make.begin(store, targets=("a/x",))
    ended = make.ended(
        response,
        "One. Two.",
        tool_calls=(
            ToolCall("c1", "clock", "{}", 1, 5, "done", "noon"),
            ToolCall(None, "shell", "{", 1, 5, "unknown", "Error: \ud800"),
        ),
        opaque=(OpaquePart("a", "gemini", {"call": 0}, 1), OpaquePart("a", "gemini", {"x": 1})),
        usage=Usage(10, 20),
        timing=Timing(first_token_s=0.5, end_s=9.0, paused_s=7.25),
    )
    attempt = make.attempt(response)
    store.recorder.attempt_ended(attempt)
    store.recorder.response_ended(ended)
    store.flush()
    session = store.sessions.list(1)[0].id
    (record,) = store.sessions.turns(session)
    kept = record.responses[0]
    store.close()

    assert kept.tool_calls[0] == ended.tool_calls[0]
    assert (kept.tool_calls[1].round, kept.tool_calls[1].result) == (1, "Error: \ufffd")
    assert kept.opaque == ended.opaque
    assert (kept.timing.paused_s, kept.timing.end_s) == (7.25, 9.0)
