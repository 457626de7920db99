"""Responses streams, each body hand-made to show one thing."""

import json
from typing import Any

import pytest

from tests.support.answer import Answer
from tests.support.bodies import answer_to, sse
from workbench.domain.events import Finish

USAGE = {
    "input_tokens": 8,
    "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 1},
    "output_tokens": 5,
    "output_tokens_details": {"reasoning_tokens": 3},
}


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """One event."""
    return {"type": f"response.{kind}", **fields}


def text(delta: str, item: int = 0, part: int = 0) -> dict[str, Any]:
    """A piece of text."""
    return event("output_text.delta", output_index=item, content_index=part, delta=delta)


def ended(kind: str = "completed", **fields: Any) -> dict[str, Any]:
    """The last event."""
    return event(kind, response={"id": "r", "model": "g-2", "status": kind, "usage": USAGE, **fields})


def said(*events: dict[str, Any], numbered: bool = True) -> Answer:
    """What events say; numbered as a server numbers them."""
    frames = [
        {**one, "sequence_number": one.get("sequence_number", n)} if numbered else one for n, one in enumerate(events)
    ]
    return answer_to("openai-responses", b"".join(sse(json.dumps(frame), event=frame["type"]) for frame in frames))


def test_an_ordinary_answer() -> None:
    """Text, the model as first announced and as it was, usage at the end, the provider's word for the finish."""
    answer = said(event("created", response={"id": "r", "model": "g"}), text("a"), text("b"), ended())

    assert (answer.text, answer.model) == ("ab", "g-2")
    assert answer.finish == Finish("stop", "completed")
    usage = answer.usage
    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens) == (8, 5, 3)
    assert (usage.cached_input_tokens, usage.cache_write_tokens) == (2, 1)


def test_summaries_are_paragraphs() -> None:
    """Parts of reasoning summaries are joined by a blank line, also across items; encrypted content is kept."""
    summary = "reasoning_summary_text.delta"
    item = {"type": "reasoning", "id": "rs", "encrypted_content": "opaque"}
    answer = said(
        event(summary, output_index=0, summary_index=0, delta="one"),
        event(summary, output_index=0, summary_index=0, delta="!"),
        event(summary, output_index=0, summary_index=1, delta="two"),
        event("output_item.done", output_index=0, item=item),
        event(summary, output_index=1, summary_index=0, delta="three"),
        event("output_item.done", output_index=2, item={**item, "id": "silent"}),
        ended(),
    )

    assert answer.reasoning == "one!\n\ntwo\n\nthree"
    assert [data["id"] for data in answer.opaque] == ["rs", "silent"]


def test_raw_reasoning_is_reasoning_once() -> None:
    """Open models send their reasoning as it is; a summary of the same item beside it is left out."""
    answer = said(
        event("reasoning_text.delta", output_index=0, content_index=0, delta="raw "),
        event("reasoning_summary_text.delta", output_index=0, summary_index=0, delta="sum"),
        event("reasoning_text.delta", output_index=0, content_index=0, delta="words"),
        text("x", 1),
        ended(),
    )

    assert (answer.reasoning, answer.text) == ("raw words", "x")


@pytest.mark.parametrize("streamed", [True, False])
def test_function_calls(streamed: bool) -> None:
    """Arguments in deltas, or only in the item when it is done; a call makes the finish `tool_calls`."""
    item = {"type": "function_call", "id": "fc", "call_id": "call", "name": "f", "arguments": ""}
    deltas = [event("function_call_arguments.delta", output_index=0, delta=piece) for piece in ('{"a"', ":1}")]
    answer = said(
        event("output_item.added", output_index=0, item=item),
        *(deltas if streamed else []),
        event("function_call_arguments.done", output_index=0, arguments='{"a":1}'),
        event("output_item.done", output_index=0, item={**item, "arguments": '{"a":1}'}),
        ended(),
    )

    assert answer.tool_calls == [{"id": "call", "name": "f", "arguments": '{"a":1}'}]
    assert answer.finish == Finish("tool_calls", "completed")


def test_parallel_and_custom_calls() -> None:
    """Calls that are open at once keep apart; a custom tool's input is kept as text."""
    call = {"type": "function_call", "call_id": "a", "name": "f"}
    custom = {"type": "custom_tool_call", "call_id": "b", "name": "g"}
    answer = said(
        event("output_item.added", output_index=0, item=call),
        event("output_item.added", output_index=1, item=custom),
        event("custom_tool_call_input.delta", output_index=1, delta="print("),
        event("function_call_arguments.delta", output_index=0, delta="{}"),
        event("custom_tool_call_input.delta", output_index=1, delta=")"),
        event("output_item.done", output_index=1, item={**custom, "input": "print()"}),
        event("output_item.done", output_index=0, item={**call, "arguments": "{}"}),
        ended(),
    )

    assert [(one["id"], one["arguments"]) for one in answer.tool_calls] == [("a", "{}"), ("b", "print()")]


def test_server_tools_are_told_and_counted() -> None:
    """Items that ran at the provider are opaque, their progress counts as life, their number is usage."""
    item = {"type": "web_search_call", "id": "ws", "status": "in_progress"}
    answer = said(
        event("output_item.added", output_index=0, item=item),
        event("web_search_call.in_progress", output_index=0),
        event("web_search_call.searching", output_index=0),
        event("web_search_call.completed", output_index=0),
        event("output_item.done", output_index=0, item={**item, "status": "completed"}),
        event("mcp_list_tools.in_progress"),
        event("code_interpreter_call_code.delta", delta="x"),
        event("image_generation_call.partial_image"),
        event("output_text.annotation.added", annotation={"type": "url_citation", "url": "https://a", "title": "A"}),
        text("x", 1),
        ended(),
    )

    assert answer.server_tools == ["web_search_call"]
    assert answer.opaque == [{**item, "status": "completed"}]
    assert answer.usage.server_tools == {"web_search_call": 1}
    assert "web_search searching" in answer.progress
    assert len(answer.progress) == 6
    assert answer.citations == ["https://a"]
    assert not answer.warnings


def test_one_sequence_number_counts_once() -> None:
    """S20: an event that came twice under its number is dropped and told of; equal deltas with own numbers are not."""
    twice = {**text("ha"), "sequence_number": 4}
    answer = said(text("a"), twice, twice, {**text("ha"), "sequence_number": 5}, {**ended(), "sequence_number": 6})

    assert answer.text == "ahaha"
    assert [warning.code for warning in answer.warnings] == ["duplicate_event"]


@pytest.mark.parametrize("number", [0, None, "x"])
def test_servers_that_do_not_number(number: Any) -> None:
    """Where all events have one number, or none, nothing is dropped."""
    answer = said(*({**one, "sequence_number": number} for one in (text("a"), text("b"), text("c"), ended())))

    assert answer.text == "abc"


@pytest.mark.parametrize(
    ("kind", "details", "finish"),
    [
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, Finish("length", "max_output_tokens")),
        (
            "incomplete",
            {"incomplete_details": {"reason": "content_filter"}},
            Finish("content_filter", "content_filter"),
        ),
        ("incomplete", {"incomplete_details": {"reason": "steered"}}, Finish("incomplete", "steered")),
        ("cancelled", {}, Finish("incomplete", "cancelled")),
    ],
)
def test_incomplete_answers(kind: str, details: dict[str, Any], finish: Finish) -> None:
    """P02, P03: why an answer is incomplete is mapped, the provider's word kept."""
    assert said(text("x"), ended(kind, **details)).finish == finish


def test_a_refusal() -> None:
    """P01: refusal deltas are their own block and make the finish a refusal."""
    answer = said(event("refusal.delta", output_index=0, content_index=0, delta="No."), ended())

    assert answer.refusal == "No."
    assert answer.finish == Finish("refusal", "completed")


@pytest.mark.parametrize(
    "failure",
    [
        {"type": "error", "code": "rate_limit_exceeded", "message": "too fast", "param": None},
        {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "too fast"}},
        ended("failed", error={"code": "rate_limit_exceeded", "message": "too fast"}),
    ],
)
def test_failures(failure: dict[str, Any]) -> None:
    """S08: an error event in either shape and a failed response are errors; the text before stays."""
    answer = said(text("half"), failure)

    assert answer.text == "half"
    assert answer.error is not None
    assert (answer.error.kind, answer.error.message) == ("rate", "too fast")


def test_an_end_without_its_event_is_a_cut() -> None:
    """N09: a body that ends before `response.completed` is incomplete, `[DONE]` or not."""
    assert said(text("x")).error is not None
    assert answer_to("openai-responses", sse(json.dumps(text("x")), "[DONE]")).error is not None


def test_unknown_events_are_told() -> None:
    """P11, S06: an event of an unknown type is named and passed over."""
    answer = said(event("brand_new.thing"), text("x"), event("content_part.done"), ended())

    assert [warning.text for warning in answer.warnings] == ["'response.brand_new.thing'"]
