"""Chat completions in the spellings of their vendors; each body is hand-made and shows one quirk."""

import json
from typing import Any

import pytest

from tests.support.answer import Answer
from tests.support.bodies import answer_to, sse
from workbench.domain.events import Finish
from workbench.providers.quirks import Quirks


def chunk(delta: Any = None, finish: Any = None, **fields: Any) -> str:
    """One frame."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "finish_reason": finish}
    return json.dumps({"id": "c", "model": "m", "choices": [choice], **fields})


def said(*frames: str, quirks: Quirks | None = None) -> Answer:
    """What frames say, ended by `[DONE]`."""
    return answer_to("openai-chat", sse(*frames, "[DONE]"), quirks=quirks)


def tools(*calls: dict[str, Any]) -> str:
    """A frame with tool call fragments."""
    return chunk({"tool_calls": list(calls)})


@pytest.mark.parametrize(
    "delta",
    [
        {"reasoning_content": "think"},
        {"reasoning": "think"},
        {"reasoning_content": None, "reasoning": "think", "content": ""},
        {"reasoning_details": [{"type": "reasoning.text", "text": "think"}]},
        {"reasoning": None, "reasoning_details": [{"type": "reasoning.summary", "summary": "think"}]},
        {"reasoning": "think", "reasoning_content": "think"},
        {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "think"}]}]},
        {"content": [{"type": "thinking", "thinking": "think"}]},
    ],
)
def test_every_spelling_of_reasoning(delta: dict[str, Any]) -> None:
    """Reasoning is reasoning whatever it is called, and said once where it is sent in two spellings."""
    answer = said(chunk(delta), chunk({"content": "answer"}), chunk(finish="stop"))

    assert (answer.reasoning, answer.text) == ("think", "answer")
    assert answer.kinds == ["reasoning", "text"]


def test_inline_think_tags_only_where_the_vendor_uses_them() -> None:
    """P06: `<think>` cut anywhere is reasoning with the vendor's flag, and plain text without it."""
    whole = "\n<think>a < b</think>\n\nThe <think> tag"
    frames = [*(chunk({"content": letter}) for letter in whole), chunk(finish="stop")]

    assert said(*frames).text == whole
    split = said(*frames, quirks=Quirks(think_tags=True))
    assert (split.reasoning, split.text) == ("a < b", "\n\nThe <think> tag")


def test_a_thought_that_is_cut_short_is_kept() -> None:
    """Half a closing tag at the end of the body is part of the thought."""
    answer = answer_to("openai-chat", sse(chunk({"content": "<think>hm </thi"})), quirks=Quirks(think_tags=True))

    assert answer.reasoning == "hm </thi"
    assert answer.error is not None


def test_tool_calls_in_pieces() -> None:
    """Parallel calls by index, their arguments in pieces of any size, in the order in which they began."""
    answer = said(
        tools({"index": 0, "id": "a", "function": {"name": "one", "arguments": ""}}),
        tools({"index": 1, "id": "b", "function": {"name": "two", "arguments": '{"y"'}}),
        tools({"index": 0, "function": {"arguments": '{"x":1}'}}, {"index": 1, "function": {"arguments": ":2}"}}),
        chunk(finish="stop"),
    )

    assert answer.tool_calls == [
        {"id": "a", "name": "one", "arguments": '{"x":1}'},
        {"id": "b", "name": "two", "arguments": '{"y":2}'},
    ]
    assert answer.finish == Finish("tool_calls", "stop")


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([[{"id": "a", "function": {"name": "f", "arguments": "{}"}}]], [("a", "f", "{}")]),
        ([[{"function": {"name": "f", "arguments": {"x": 1}}}]], [(None, "f", '{"x":1}')]),
        ([[{"index": 0, "id": "a", "function": {"name": "f"}}]], [("a", "f", "")]),
        ([[{"index": 0, "id": "a", "function": {"name": "f", "arguments": None}}]], [("a", "f", "")]),
        (
            [[{"id": "a", "function": {"name": "f", "arguments": "{"}}], [{"function": {"arguments": "}"}}]],
            [("a", "f", "{}")],
        ),
        (
            [[{"function": {"name": "f", "arguments": "{}"}}], [{"function": {"name": "g", "arguments": "{}"}}]],
            [(None, "f", "{}"), (None, "g", "{}")],
        ),
        (
            [
                [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
                [{"index": 0, "id": "b", "function": {"name": "f", "arguments": "{}"}}],
            ],
            [("a", "f", "{}"), ("b", "f", "{}")],
        ),
        (
            [
                [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
                [{"index": 1, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
            ],
            [("a", "f", "{}"), ("a", "f", "{}")],
        ),
        (
            [
                [{"index": 0, "id": "a", "function": {"name": "", "arguments": "{"}}],
                [{"index": 0, "function": {"name": "late", "arguments": "}"}}],
            ],
            [("a", "late", "{}")],
        ),
        (
            [
                [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
                [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}],
            ],
            [("a", "f", "{}{}")],
        ),
        (
            [[{"index": 0, "function": {"name": "f"}}], [{"index": 0, "id": "a", "function": {"arguments": "{}"}}]],
            [("a", "f", "{}")],
        ),
        (
            [
                [{"index": 0, "function": {"name": "f"}}, {"index": 1, "id": "b", "function": {"name": "g"}}],
                [{"index": 0, "function": {"arguments": "{}"}}],
            ],
            [(None, "f", "{}"), ("b", "g", "")],
        ),
        ([[{"index": 0, "function": {"name": "f"}}]], [(None, "f", "")]),
    ],
    ids=[
        "no index",
        "an object, no id",
        "no arguments",
        "null",
        "no index later",
        "no index, no id",
        "all numbered 0",
        "one id",
        "late name",
        "sent again as a whole",
        "late id",
        "in the order in which they began",
        "a name alone",
    ],
)
def test_odd_tool_calls(frames: list[list[dict[str, Any]]], expected: list[tuple[Any, str, str]]) -> None:
    """P07, P10: calls without index, id or arguments, whole or numbered alike, are kept apart and kept raw."""
    answer = said(*(tools(*calls) for calls in frames), chunk(finish="tool_calls"))

    assert [(call["id"], call["name"], call["arguments"]) for call in answer.tool_calls] == expected


def test_a_call_is_sent_again_as_a_whole() -> None:
    """P07: Cerebras ends a call in pieces with the whole of it; only where its row says so is that no more of it."""
    whole = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x": 1}'}}
    frames = [
        tools({"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}),
        *(tools({"index": 0, "function": {"arguments": piece}}) for piece in ('{"x"', ":1}")),
        tools(whole),
        tools({"index": 1, "id": "b", "function": {"name": "f", "arguments": '{"x": 1}'}}),
        chunk(finish="tool_calls"),
    ]
    known = said(*frames, quirks=Quirks(repeats_calls=True))

    assert [call["arguments"] for call in known.tool_calls] == ['{"x":1}', '{"x": 1}']
    assert [call["arguments"] for call in said(*frames).tool_calls] == ['{"x":1}{"x": 1}', '{"x": 1}']


def test_a_call_that_is_no_list_is_a_call() -> None:
    """Text Generation Inference sent its one call as an object where a list belongs."""
    answer = said(
        chunk({"tool_calls": {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}}}),
        chunk({"tool_calls": {"index": 0, "id": "a", "function": {"name": "f", "arguments": "}"}}}, "eos_token"),
    )

    assert answer.tool_calls == [{"id": "a", "name": "f", "arguments": "{}"}]
    assert answer.finish == Finish("tool_calls", "eos_token")


def test_the_old_function_call_is_a_tool_call() -> None:
    """`function_call`, which some servers still send, is a call without an id."""
    answer = said(
        chunk({"function_call": {"name": "f", "arguments": '{"a"'}}),
        chunk({"function_call": {"arguments": ":1}"}}),
        chunk(finish="function_call"),
    )

    assert answer.tool_calls == [{"id": None, "name": "f", "arguments": '{"a":1}'}]
    assert answer.finish == Finish("tool_calls", "function_call")


def test_usage_after_the_finish_reason_comes_before_the_finish() -> None:
    """The finish waits for the usage that comes after its reason, in a frame without choices."""
    answer = said(
        chunk({"content": "x"}),
        chunk(finish="stop"),
        '{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4},'
        '"completion_tokens_details":{"reasoning_tokens":1}}}',
    )

    assert answer.finish == Finish("stop", "stop")
    usage = answer.usage
    assert (usage.input_tokens, usage.output_tokens, usage.cached_input_tokens, usage.reasoning_tokens) == (9, 2, 4, 1)


@pytest.mark.parametrize(
    "frame",
    [
        '{"choices":[{"index":0,"delta":{},"usage":{"prompt_tokens":5}}]}',
        '{"choices":[],"x_groq":{"usage":{"prompt_tokens":5}}}',
        '{"choices":null,"usage":{"prompt_tokens":5}}',
        '{"usage":{"prompt_tokens":5,"completion_tokens":null}}',
    ],
)
def test_usage_in_odd_places(frame: str) -> None:
    """S21: in the choice (Moonshot), under `x_groq`, beside null choices: the counts are found."""
    assert said(chunk({"content": "x"}), frame, chunk(finish="stop")).usage.input_tokens == 5


@pytest.mark.parametrize("value", [-1, 10**30, 1.5, "12", True, None, [], {}])
def test_absurd_counts_are_unknown(value: Any) -> None:
    """S21: a count that is none is unknown, never 0, and the raw object is kept."""
    answer = said(chunk({"content": "x"}), chunk(finish="stop", usage={"prompt_tokens": value}))

    assert answer.usage.input_tokens is None
    assert answer.usage_raw == {"prompt_tokens": value}


def test_growing_usage_replaces() -> None:
    """S21: a snapshot in every frame replaces the one before it."""
    frames = [chunk({"content": "x"}, usage={"completion_tokens": n}) for n in range(5)]

    assert said(*frames, chunk(finish="stop")).usage.output_tokens == 4


def test_reasoning_that_is_counted_apart_is_added() -> None:
    """Where the vendor's own total shows that reasoning stands beside the output (xAI), output includes it here."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 115}
    usage["completion_tokens_details"] = {"reasoning_tokens": 100}  # type: ignore[assignment]
    answer = said(chunk({"content": "x"}), chunk(finish="stop", usage=usage))

    assert (answer.usage.output_tokens, answer.usage.reasoning_tokens) == (105, 100)


@pytest.mark.parametrize("name", ["cache_write_tokens", "cache_creation_tokens", "cache_creation_input_tokens"])
def test_what_went_into_a_cache_has_several_names(name: str) -> None:
    """OpenAI, LiteLLM and Qwen each have their own word for the tokens that were written to a cache."""
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 2, name: 4}}
    counted = said(chunk({"content": "x"}), chunk(finish="stop", usage=usage)).usage

    assert (counted.input_tokens, counted.cached_input_tokens, counted.cache_write_tokens) == (10, 2, 4)


@pytest.mark.parametrize(
    "frame",
    [
        "null",
        "[]",
        '"text"',
        "7",
        '{"choices":[]}',
        '{"choices":null}',
        '{"choices":[null]}',
        "{}",
        '{"choices":[{"delta":null}]}',
        '{"choices":[{"delta":{"content":null}}]}',
        '{"choices":[{"index":0}]}',
        '{"choices":[{"delta":{"tool_calls":null}}]}',
        '{"choices":[{"delta":{"tool_calls":[null]}}]}',
        '{"choices":{"0":{}}}',
        '{"choices":[{"delta":{"content":[null,7,"x"]}}]}',
        '{"choices":[{"delta":[]}]}',
    ],
)
def test_empty_shapes_say_nothing(frame: str) -> None:
    """S07: null, empty and odd shapes are passed over, and the text around them is whole."""
    answer = said(chunk({"content": "a"}), frame, chunk({"content": "b"}), chunk(finish="stop"))

    assert answer.text in ("ab", "axb")
    assert answer.finish is not None


@pytest.mark.parametrize(
    ("frame", "event", "kind", "words"),
    [
        ('{"error":{"message":"boom","type":"server_error"}}', "", "server", "boom"),
        ('{"error":"boom"}', "", "server", "boom"),
        ('{"message":"boom"}', "error", "server", "boom"),
        ('{"object":"error","message":"boom","code":40303}', "", "server", "boom"),
        ('{"error":{"message":"slow","code":429}}', "", "rate", "slow"),
        ('{"error":{"message":"bad","type":"invalid_request_error"}}', "", "bad_request", "bad"),
        ('{"error":{"message":"busy","code":"overloaded"}}', "error", "overloaded", "busy"),
        ('{"x_groq":{"error":"boom"},"choices":[]}', "", "server", "boom"),
        ('{"choices":[{"index":0,"delta":{},"error":{"message":"boom","code":502}}]}', "", "server", "boom"),
        (
            '{"choices":[{"index":0,"delta":{},"finish_reason":"insufficient_system_resource"}]}',
            "",
            "overloaded",
            "capac",
        ),
    ],
)
def test_errors_inside_the_stream(frame: str, event: str, kind: str, words: str) -> None:
    """S08, S09: an error in any of its places ends the answer with its words; the text before it stays."""
    answer = answer_to("openai-chat", sse(chunk({"content": "half"})), sse(frame, event=event), sse("[DONE]"))

    assert answer.text == "half"
    assert answer.error is not None
    assert answer.error.kind == kind
    assert words in answer.error.message


def test_an_error_in_a_field_of_its_own() -> None:
    """S08: older llama.cpp servers sent `error: {...}`, which the rules of event streams would have passed over."""
    field = b'error: {"code":500,"message":"boom","type":"server_error"}\n\n'
    answer = answer_to("openai-chat", sse(chunk({"content": "half"})) + field)

    assert answer.text == "half"
    assert answer.error is not None
    assert (answer.error.kind, answer.error.message) == ("server", "boom")


def test_the_text_beside_an_error_stays() -> None:
    """A last frame may hold both the rest of the text and the error that ended it."""
    frame = chunk({"content": " more"}, "error", error={"code": 502, "message": "upstream"})
    answer = said(chunk({"content": "some"}), frame)

    assert answer.text == "some more"
    assert answer.error is not None
    assert "upstream" in answer.error.message


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("model_length", "length"),
        ("MAX_TOKENS", "length"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("unheard_of", "other"),
    ],
)
def test_finish_reasons(raw: str, reason: str) -> None:
    """P02, P03, P11: the reason is mapped, the provider's own word kept, an unknown one is `other`."""
    assert said(chunk({"content": "x"}), chunk(finish=raw)).finish == Finish(reason, raw)  # type: ignore[arg-type]


def test_a_cut_call_is_no_whole_one() -> None:
    """P07: an answer that ran out of tokens in the middle of a call stays cut short."""
    answer = said(tools({"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"x'}}), chunk(finish="length"))

    assert answer.finish == Finish("length", "length")


def test_done_without_a_reason_is_incomplete() -> None:
    """N09, P14: without a finish reason the answer is cut, unless the vendor's row waives it."""
    frames = (chunk({"content": "all of it"}),)

    assert said(*frames).error is not None
    waived = said(*frames, quirks=Quirks(finish_optional=True))
    assert waived.finish == Finish("stop", None)


def test_a_refusal_is_told() -> None:
    """P01: refusal deltas are their own block, and an ordinary stop after them is a refusal."""
    answer = said(chunk({"refusal": "I can"}), chunk({"refusal": "not"}), chunk(finish="stop"))

    assert answer.refusal == "I cannot"
    assert answer.finish == Finish("refusal", "stop")


def test_sources_are_named_once() -> None:
    """Citations beside the choices and annotations in the delta: each address once, with its title."""
    cited = {"citations": ["https://a", "https://b"], "search_results": [{"url": "https://b", "title": "B"}]}
    note = {"annotations": [{"type": "url_citation", "url_citation": {"url": "https://c", "title": "C"}}]}
    answer = said(chunk({"content": "x"}, **cited), chunk(note, **cited), chunk(finish="stop", **cited))

    assert answer.citations == ["https://a", "https://b", "https://c"]


def test_only_the_first_choice_is_read() -> None:
    """S19: other choices are left out and told of."""
    other = '{"choices":[{"index":1,"delta":{"content":"B"}},{"index":0,"delta":{"content":"C"}}]}'
    answer = said(chunk({"content": "A"}), other, chunk(finish="stop"))

    assert answer.text == "AC"
    assert [warning.code for warning in answer.warnings] == ["extra_choice"]


def test_what_follows_done_is_ignored() -> None:
    """S10: nothing after `[DONE]` counts."""
    body = sse(chunk({"content": "A"}), chunk(finish="stop"), "[DONE]", chunk({"content": "B"}), "[DONE]")

    assert answer_to("openai-chat", body).text == "A"


def test_pairs_are_joined_and_halves_marked() -> None:
    """S16, S17, S18: a pair split over deltas is one character, a lone half U+FFFD, controls stay as received."""
    answer = said(
        chunk({"content": "a\ud83d"}),
        chunk({"content": "\ude00b\ude00c"}),
        chunk({"content": "\x1b[2J\x00\ud83d"}),
        chunk(finish="stop"),
    )

    assert answer.text == "a\U0001f600b\ufffdc\x1b[2J\x00\ufffd"


def test_azure_names_the_filter() -> None:
    """P02: which of Azure's filters struck is told."""
    frame = json.loads(chunk(finish="content_filter"))
    frame["choices"][0]["content_filter_results"] = {"hate": {"filtered": True}, "violence": {"filtered": False}}
    answer = said(chunk({"content": "x"}), json.dumps(frame))

    assert answer.finish == Finish("content_filter", "content_filter", "hate")


def test_reasoning_details_are_kept_for_their_vendor() -> None:
    """Signed reasoning is joined and kept whole for the vendor that wants it back, and for no other."""
    parts = [{"type": "reasoning.text", "text": "a", "index": 0}, {"type": "reasoning.text", "text": "b", "index": 0}]
    parts += [{"type": "reasoning.text", "signature": "sig", "index": 0}]
    frames = [*(chunk({"reasoning_details": [part]}) for part in parts), chunk({"content": "x"}), chunk(finish="stop")]

    kept = said(*frames, quirks=Quirks(replay="reasoning_details"))
    assert kept.opaque == [
        {"reasoning_details": [{"type": "reasoning.text", "text": "ab", "index": 0, "signature": "sig"}]}
    ]
    assert said(*frames).opaque == []


def test_reasoning_goes_back_with_tool_calls() -> None:
    """Vendors that want their reasoning back within a tool loop get the very words, in their own field."""
    frames = [
        chunk({"reasoning_content": "th"}),
        chunk({"reasoning_content": "ink"}),
        tools({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
        chunk(finish="tool_calls"),
    ]

    assert said(*frames).opaque == [{"reasoning_content": "think"}]
    assert said(*frames, quirks=Quirks(replay="none")).opaque == []


def test_tools_that_ran_at_the_provider() -> None:
    """Groq's executed tools are announced once and kept with their output."""
    tool = {"index": 0, "type": "search", "arguments": "{}"}
    answer = said(
        chunk({"executed_tools": [tool]}),
        chunk({"executed_tools": [{**tool, "output": "found"}]}),
        chunk({"content": "x"}),
        chunk(finish="stop"),
    )

    assert answer.server_tools == ["search"]
    assert answer.opaque == [{**tool, "output": "found"}]
