"""DESIGN 2's table of ends, row by row."""

import pytest

from workbench.domain.errors import EMPTY_REPLY, ErrorInfo
from workbench.domain.events import Finish
from workbench.engine.end_state import Received, end_of

TEXT = Received(text=True)
THOUGHT = Received(reasoning=True)
CALL = Received(tool_call=True)
NOTHING = Received()
CUT = ErrorInfo("cut", "connection lost")
STALL = ErrorInfo("stall", "fell silent")
SERVER = ErrorInfo("server", "boom")

TABLE = [
    ("normal end", TEXT, Finish("stop", "end_turn"), None, "complete", "stop"),
    ("tool calls", CALL, Finish("tool_calls", "tool_use"), None, "complete", "tool_calls"),
    ("unknown word after text", TEXT, Finish("other", "whatever"), None, "complete", "other"),
    ("output limit", TEXT, Finish("length", "max_tokens"), None, "truncated", "length"),
    ("paused turn", TEXT, Finish("paused", "pause_turn"), None, "truncated", "paused"),
    ("paused before text", NOTHING, Finish("paused", "pause_turn"), None, "truncated", "paused"),
    ("cut after text", TEXT, None, CUT, "truncated", "incomplete"),
    ("stall after text", TEXT, None, STALL, "truncated", "incomplete"),
    ("error frame after text", TEXT, None, SERVER, "truncated", "incomplete"),
    ("cut after reasoning", THOUGHT, None, CUT, "truncated", "incomplete"),
    ("cut in a tool call", CALL, None, CUT, "truncated", "incomplete"),
    ("cut before content", NOTHING, None, CUT, "failed", "error"),
    ("refused by the server", NOTHING, None, ErrorInfo("auth", "no"), "failed", "error"),
    ("nobody knows why", NOTHING, None, None, "failed", "error"),
    ("refusal", TEXT, Finish("refusal", "refusal"), None, "refused", "refusal"),
    ("refusal in words", Received(refusal=True), Finish("stop", "stop"), None, "refused", "stop"),
    ("content filter after text", TEXT, Finish("content_filter", "content_filter"), None, "filtered", "content_filter"),
    ("blocked request", NOTHING, None, ErrorInfo("filtered", "blocked"), "filtered", "content_filter"),
    ("no text", NOTHING, Finish("stop", "stop"), None, "empty", "stop"),
    ("reasoning only", THOUGHT, Finish("stop", "stop"), None, "empty", "stop"),
    ("limit reached while reasoning", THOUGHT, Finish("length", "length"), None, "empty", "length"),
    (
        "empty body",
        NOTHING,
        None,
        ErrorInfo("cut", "empty reply", provider_code=EMPTY_REPLY),
        "empty",
        "incomplete",
    ),
    ("finished with an error", TEXT, Finish("error", "error"), None, "truncated", "incomplete"),
    ("finished with an error at once", NOTHING, Finish("error", "error"), None, "failed", "error"),
]


@pytest.mark.parametrize(
    ("received", "finish", "error", "state", "reason"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_every_end_has_its_state(received, finish, error, state, reason):
    """P01 P02 P03 P04 P05 P11 P13 H16: the state and the finish reason follow from what came and how it ended."""
    end = end_of(received, finish, error)

    assert (end.state, end.finish_reason) == (state, reason)
    assert (end.error is not None) == (state == "failed" or finish is None or finish.reason == "error")


def test_the_users_stop_wins():
    """An answer that its user stopped is cancelled, whatever else happened, and its error is nobody's business."""
    end = end_of(TEXT, Finish("stop", "stop"), CUT, cancelled=True)

    assert (end.state, end.finish_reason, end.error) == ("cancelled", "cancelled", None)


def test_the_providers_own_word_is_kept():
    """P11: what the provider said stands beside our word for it."""
    assert end_of(TEXT, Finish("other", "moon_phase"), None).finish_raw == "moon_phase"
