"""Anthropic's Messages streams, each body hand-made to show one thing."""

import json
from typing import Any

import pytest

from tests.support.answer import Answer
from tests.support.bodies import answer_to, sse
from workbench.domain.events import Finish

USAGE = {"input_tokens": 10, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 4, "output_tokens": 1}
START = {"type": "message_start", "message": {"id": "m", "model": "c", "usage": USAGE}}
STOP = {"type": "message_stop"}


def body(*frames: dict[str, Any]) -> bytes:
    """Frames as events with their names."""
    return b"".join(sse(json.dumps(frame), event=frame["type"]) for frame in frames)


def block(index: int, start: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    """A content block with its deltas and its end."""
    return [
        {"type": "content_block_start", "index": index, "content_block": start},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def ending(reason: str, **usage: Any) -> list[dict[str, Any]]:
    """The two frames at the end."""
    return [{"type": "message_delta", "delta": {"stop_reason": reason}, "usage": usage}, STOP]


def text(*pieces: str) -> list[dict[str, Any]]:
    """Text deltas."""
    return [{"type": "text_delta", "text": piece} for piece in pieces]


def said(*frames: dict[str, Any]) -> Answer:
    """What a message says."""
    return answer_to("anthropic-messages", body(START, *frames))


def test_snapshots_of_usage_replace_and_keep() -> None:
    """S21: later counts replace earlier ones, what they leave out stays, and the input includes the cached parts."""
    start = dict(
        START, message={**START["message"], "usage": {**USAGE, "cache_creation": {"ephemeral_1h_input_tokens": 4}}}
    )  # type: ignore[dict-item]
    end = ending("end_turn", output_tokens=50, input_tokens=None, server_tool_use={"web_search_requests": 2})
    answer = answer_to("anthropic-messages", body(start, *block(0, {"type": "text"}, *text("x")), *end))

    usage = answer.usage
    assert (usage.input_tokens, usage.cached_input_tokens, usage.cache_write_tokens) == (17, 3, 4)
    assert (usage.output_tokens, usage.cache_write_1h_tokens) == (50, 4)
    assert usage.server_tools == {"web_search_requests": 2}


def test_thinking_is_kept_with_its_signature() -> None:
    """A thinking block is reasoning, and goes back whole with its signature; redacted thinking goes back unread."""
    thinking = [{"type": "thinking_delta", "thinking": "a"}, {"type": "thinking_delta", "thinking": "b"}]
    answer = said(
        *block(0, {"type": "thinking", "thinking": ""}, *thinking, {"type": "signature_delta", "signature": "s"}),
        *block(1, {"type": "redacted_thinking", "data": "xyz"}),
        *block(2, {"type": "text", "text": ""}, *text("ok")),
        *ending("end_turn"),
    )

    assert answer.reasoning == "ab"
    assert answer.opaque == [
        {"type": "thinking", "thinking": "ab", "signature": "s"},
        {"type": "redacted_thinking", "data": "xyz"},
    ]


@pytest.mark.parametrize(
    ("start", "pieces", "arguments"),
    [
        ({}, ['{"a"', ":1}"], '{"a":1}'),
        ({"input": {}}, [], ""),
        ({"input": {"a": 1}}, [], '{"a":1}'),
        ({"input": {}}, ["", '{"a":'], '{"a":'),
    ],
)
def test_tool_calls(start: dict[str, Any], pieces: list[str], arguments: str) -> None:
    """P07: arguments in pieces, at once, none, or cut: kept as they came."""
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    answer = said(*block(0, {"type": "tool_use", "id": "t", "name": "f", **start}, *deltas), *ending("tool_use"))

    assert answer.tool_calls == [{"id": "t", "name": "f", "arguments": arguments}]
    assert answer.finish == Finish("tool_calls", "tool_use")


def test_server_tools_and_their_results_are_opaque() -> None:
    """Tools that run at the provider are named and kept with what they were asked and found."""
    result = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"url": "https://a"}]}
    cite = {"type": "citations_delta", "citation": {"url": "https://a", "title": "A"}}
    answer = said(
        *block(
            0,
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}},
            {"type": "input_json_delta", "partial_json": '{"query":"x"}'},
        ),
        *block(1, result),
        *block(2, {"type": "mcp_tool_use", "id": "p", "name": "look", "server_name": "z", "input": {}}),
        *block(3, {"type": "text", "text": ""}, *text("found"), cite, cite),
        *ending("end_turn"),
    )

    assert answer.server_tools == ["web_search", "web_search_tool_result", "mcp:look"]
    assert answer.opaque[0]["input"] == {"query": "x"}
    assert answer.opaque[1] == result
    assert answer.citations == ["https://a"]
    assert answer.progress


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("pause_turn", "paused"),
        ("refusal", "refusal"),
        ("brand_new", "other"),
    ],
)
def test_stop_reasons(raw: str, reason: str) -> None:
    """P01, P03, P11, P13: each is mapped and kept, a pause and an unknown one too."""
    answer = said(*block(0, {"type": "text"}, *text("x")), *ending(raw))

    assert answer.finish == Finish(reason, raw)  # type: ignore[arg-type]


def test_a_refusal_says_why() -> None:
    """P01: the category and explanation of a refusal are its detail."""
    delta = {"stop_reason": "refusal", "stop_details": {"category": "cyber", "explanation": "no exploits"}}
    answer = said({"type": "message_delta", "delta": delta, "usage": {}}, STOP)

    assert answer.finish == Finish("refusal", "refusal", "cyber: no exploits")


def test_the_body_may_end_after_the_stop_reason() -> None:
    """N09: `message_stop` may be missing, the stop reason may not."""
    frames = block(0, {"type": "text"}, *text("x"))

    assert said(*frames, ending("end_turn")[0]).finish is not None
    assert said(*frames, STOP).error is not None
    assert said(*frames).error is not None


def test_an_error_event_has_its_kind() -> None:
    """S08: `overloaded_error` inside a 200 is overload, whatever the status said."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    answer = said(*block(0, {"type": "text"}, *text("half")), error)

    assert answer.text == "half"
    assert answer.error is not None
    assert (answer.error.kind, answer.error.provider_code) == ("overloaded", "overloaded_error")
    assert answer.error.message == "Overloaded"


def test_deltas_outside_of_blocks_are_kept() -> None:
    """S20: deltas before a start or after an end are kept and told of; an end without a start says nothing."""
    answer = said(
        {"type": "content_block_delta", "index": 0, "delta": text("a")[0]},
        {"type": "content_block_stop", "index": 7},
        *block(1, {"type": "text", "text": "b"}, *text("c")),
        {"type": "content_block_delta", "index": 1, "delta": text("d")[0]},
        {"type": "content_block_start", "index": 2},
        {"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": "e"}},
        *ending("end_turn"),
    )

    assert answer.text == "abcde"
    assert {"unexpected_event", "duplicate_event"} <= {warning.code for warning in answer.warnings}


def test_blocks_may_be_interleaved() -> None:
    """S19: deltas of two open blocks go to their own."""
    one, two = text("one"), text("two")
    answer = said(
        {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 1, "delta": one[0]},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "index": 1, "delta": two[0]},
        *ending("end_turn"),
    )

    assert (answer.text, answer.reasoning, answer.kinds) == ("onetwo", "hm", ["reasoning", "text"])


def test_another_model_may_go_on() -> None:
    """P12: where the model that was asked declined and another one went on, that one served the answer."""
    hop = {"type": "fallback", "from": {"model": "c"}, "to": {"model": "d"}, "trigger": {"type": "refusal"}}
    words = [block(n, {"type": "text"}, *text(letter)) for n, letter in ((0, "a"), (2, "b"))]
    answer = said(*words[0], *block(1, hop), *words[1], *ending("end_turn"))

    assert (answer.text, answer.model) == ("ab", "d")
    assert answer.opaque == [hop]


def test_a_compaction_goes_back_whole() -> None:
    """What the provider made of a long conversation is kept with its encrypted form, and is not part of the answer."""
    piece = {"type": "compaction_delta", "content": "so far", "encrypted_content": "E"}
    answer = said(*block(0, {"type": "compaction", "content": None}, piece), *ending("compaction"))

    assert answer.opaque == [{"type": "compaction", "content": "so far", "encrypted_content": "E"}]
    assert answer.text == ""
    assert answer.finish == Finish("paused", "compaction")


def test_unknown_events_are_told_once() -> None:
    """P11, S06: unknown events, deltas and blocks are named and passed over."""
    answer = said(
        {"type": "brand_new"},
        {"type": "brand_new"},
        *block(0, {"type": "hologram", "data": 1}),
        *block(1, {"type": "text"}, {"type": "sparkle_delta"}, *text("x")),
        *ending("end_turn"),
    )

    assert answer.text == "x"
    assert answer.server_tools == ["hologram"]
    unknown = [warning.text for warning in answer.warnings if warning.code == "unknown_event"]
    assert unknown[:2] == ["'brand_new'", "'sparkle_delta'"]
    assert len(unknown) == 3  # and how many there were


def test_a_message_may_begin_with_content() -> None:
    """What the first event holds already, blocks and stop reason, counts like what is streamed."""
    call = {"type": "tool_use", "id": "t", "name": "look", "input": {"id": 7}}
    begun = {**START["message"], "content": [{"type": "text", "text": "so "}, call], "stop_reason": "tool_use"}  # type: ignore[dict-item]
    answer = answer_to("anthropic-messages", body({"type": "message_start", "message": begun}, STOP))
    assert answer.text == "so "
    assert answer.tool_calls == [{"id": "t", "name": "look", "arguments": '{"id":7}'}]
    assert answer.finish == Finish("tool_calls", "tool_use")


def test_another_block_at_an_open_index_is_another_block() -> None:
    """S20: a call that begins where one of another id is still open, or where a text is, loses nothing."""

    def opened(content: dict[str, Any]) -> dict[str, Any]:
        return {"type": "content_block_start", "index": 0, "content_block": content}

    def arguments(piece: str) -> dict[str, Any]:
        delta = {"type": "input_json_delta", "partial_json": piece}
        return {"type": "content_block_delta", "index": 0, "delta": delta}

    answer = said(
        *block(0, {"type": "text", "text": "a"})[:1],
        opened({"type": "tool_use", "id": "t1", "name": "one", "input": {}}),
        arguments('{"a":'),
        opened({"type": "tool_use", "id": "t2", "name": "two", "input": {}}),
        arguments('{"b":1}'),
        *ending("tool_use"),
    )
    assert answer.text == "a"
    assert [(call["name"], call["arguments"]) for call in answer.tool_calls] == [("one", '{"a":'), ("two", '{"b":1}')]
    assert "duplicate_event" in [warning.code for warning in answer.warnings]


def test_late_deltas_keep_what_they_say_and_no_more() -> None:
    """S20: after the end of a block an empty delta opens none, and a citation still counts."""
    cited = {"type": "citations_delta", "citation": {"url": "https://a.example", "title": "A"}}
    empty = {"type": "input_json_delta", "partial_json": ""}
    answer = said(
        *block(0, {"type": "text", "text": ""}, *text("a")),
        {"type": "content_block_delta", "index": 0, "delta": cited},
        *block(1, {"type": "tool_use", "id": "t", "name": "look", "input": {}}),
        {"type": "content_block_delta", "index": 1, "delta": empty},
        *ending("tool_use"),
    )

    assert answer.text == "a"
    assert answer.citations == ["https://a.example"]
    assert [call["name"] for call in answer.tool_calls] == ["look"]


def test_an_error_event_of_an_imitator() -> None:
    """S08: llama.cpp names the event, and gives the error's type where the event's belongs."""
    frame = sse('{"code":500,"message":"boom","type":"server_error"}', event="error")
    answer = answer_to("anthropic-messages", body(START, *block(0, {"type": "text"}, *text("half"))) + frame)

    assert answer.text == "half"
    assert answer.error is not None
    assert (answer.error.kind, answer.error.message) == ("server", "boom")
