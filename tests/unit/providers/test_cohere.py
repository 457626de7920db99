"""Cohere's v2 events, hand-made: one quirk each."""

from typing import Any

import pytest

from tests.support.answer import Answer
from tests.support.bodies import answer_in


def content(**fields: str) -> dict[str, Any]:
    return {"type": "content-delta", "index": 0, "delta": {"message": {"content": fields}}}


def call(kind: str, index: int, **fields: Any) -> dict[str, Any]:
    return {"type": f"tool-call-{kind}", "index": index, "delta": {"message": {"tool_calls": fields}}}


def end(reason: str = "COMPLETE", **fields: Any) -> dict[str, Any]:
    return {"type": "message-end", "delta": {"finish_reason": reason, **fields}}


def play(*frames: Any, done: bool = False) -> Answer:
    return answer_in("cohere", *frames, done=done)


def test_thinking_is_reasoning():
    """Content comes as thinking or text; both are kept exactly."""
    answer = play(
        content(thinking="hm"), {"type": "content-end"}, content(text="Hi"), content(text=" you"), end(), done=True
    )

    assert (answer.reasoning, answer.text) == ("hm", "Hi you")
    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw) == ("stop", "COMPLETE")


def test_calls_are_joined_by_index_and_the_plan_goes_back():
    """P10: interleaved calls are told apart by index, even with one id; the plan is kept for Cohere alone."""
    plan = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will look"}}}
    answer = play(
        plan,
        call("start", 0, id="x", function={"name": "f", "arguments": ""}),
        call("start", 1, id="x", function={"name": "g", "arguments": ""}),
        call("delta", 0, function={"arguments": '{"a":'}),
        call("delta", 1, function={"arguments": "{}"}),
        call("delta", 0, function={"arguments": "1}"}),
        call("end", 0),
        call("end", 1),
        end("TOOL_CALL"),
    )

    assert [(one["name"], one["arguments"]) for one in answer.tool_calls] == [("f", '{"a":1}'), ("g", "{}")]
    assert answer.opaque == [{"tool_plan": "I will look"}]
    assert (answer.text, answer.reasoning) == ("", "")
    assert answer.finish is not None
    assert answer.finish.reason == "tool_calls"


def test_tokens_are_counted_as_used():
    """The counts are those of `tokens`, not the billed ones; what came from a cache is part of the input."""
    usage = {"billed_units": {"input_tokens": 1}, "tokens": {"input_tokens": 9, "output_tokens": 4}, "cached_tokens": 8}
    answer = play(content(text="x"), end(usage=usage))

    assert (answer.usage.input_tokens, answer.usage.output_tokens, answer.usage.cached_input_tokens) == (9, 4, 8)
    assert answer.usage_raw == usage


@pytest.mark.parametrize(
    ("raw", "reason"), [("MAX_TOKENS", "length"), ("STOP_SEQUENCE", "stop"), ("ERROR_TOXIC", "content_filter")]
)
def test_finish_reasons(raw, reason):
    """Every reason has one of our words, and its own is kept."""
    finish = play(content(text="x"), end(raw)).finish

    assert finish is not None
    assert (finish.reason, finish.raw) == (reason, raw)


def test_a_failed_end_is_an_error():
    """S08: an answer that ends with ERROR is the provider's error; its text stands."""
    answer = play(content(text="Hi"), end("ERROR", error="the model crashed"))

    assert answer.text == "Hi"
    assert answer.error is not None
    assert (answer.error.kind, answer.error.message) == ("server", "the model crashed")


def test_a_body_without_end_is_cut_and_keeps_the_plan():
    """N09: without message-end the answer is cut; a plan that was being told is kept."""
    answer = play({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I"}}})

    assert answer.opaque == [{"tool_plan": "I"}]
    assert answer.error is not None
    assert answer.error.kind == "cut"


def test_unknown_events_are_told_once():
    """P11: an unknown event is no accident; it is named."""
    answer = play({"type": "brand-new"}, {"type": "brand-new"}, {"type": "citation-end"}, content(text="x"), end())

    assert [warning.text for warning in answer.warnings] == ["sent an unknown event: brand-new", "2 times in all"]
    assert answer.text == "x"


def test_repeated_and_orphaned_pieces_do_no_harm():
    """S20: a call that is opened twice stays one call, arguments without a call are left out."""
    start = call("start", 0, id="x", function={"name": "f"})
    answer = play(
        start,
        start,
        call("delta", 5, function={"arguments": "?"}),
        call("delta", 0, function={"arguments": "{}"}),
        end(),
    )

    assert [one["arguments"] for one in answer.tool_calls] == ["{}"]
