"""Gemini's frames, hand-made: one quirk each."""

import json
from typing import Any

import pytest

from tests.support.answer import Answer
from tests.support.bodies import answer_in


def frame(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **candidate}]}


def play(*frames: Any) -> Answer:
    return answer_in("gemini", *frames)


def test_text_and_thoughts_are_kept_apart():
    """A part with `thought` is reasoning, any other text is the answer."""
    answer = play(frame({"text": "hm", "thought": True}), frame({"text": "Yes"}, finishReason="STOP"))

    assert (answer.reasoning, answer.text) == ("hm", "Yes")
    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw) == ("stop", "STOP")


def test_signatures_are_opaque_and_know_their_part():
    """A signature is kept for the same provider, with the number of the call that it came with."""
    call = {"functionCall": {"name": "f", "args": {"a": 1}}, "thoughtSignature": "S1"}
    answer = play(frame({"text": "t", "thoughtSignature": "S0"}), frame(call, finishReason="STOP"))

    assert answer.opaque == [{"thoughtSignature": "S0"}, {"thoughtSignature": "S1", "call": 0}]
    assert answer.tool_calls[0]["name"] == "f"
    assert answer.finish is not None
    assert answer.finish.reason == "tool_calls"


def test_a_call_that_comes_by_paths_is_one_call():
    """Pieces of arguments are put together by path; an empty call ends them."""
    answer = play(
        frame({"functionCall": {"name": "f", "willContinue": True}}),
        frame(
            {
                "functionCall": {
                    "partialArgs": [{"jsonPath": "$.city", "stringValue": "Bos", "willContinue": True}],
                    "willContinue": True,
                }
            }
        ),
        frame({"functionCall": {"partialArgs": [{"jsonPath": "$.city", "stringValue": "ton"}], "willContinue": True}}),
        frame(
            {"functionCall": {"partialArgs": [{"jsonPath": "$.days[1].n", "numberValue": 2.0}], "willContinue": True}}
        ),
        frame({"functionCall": {}}),
        frame({"functionCall": {"name": "g"}}, finishReason="STOP"),
    )

    assert [call["name"] for call in answer.tool_calls] == ["f", "g"]
    assert json.loads(answer.tool_calls[0]["arguments"]) == {"city": "Boston", "days": [None, {"n": 2}]}
    assert json.loads(answer.tool_calls[1]["arguments"]) == {}


def test_server_side_code_is_opaque():
    """Code that ran at the provider is named and goes back as it came."""
    part = {"executableCode": {"language": "PYTHON", "code": "1+1"}}
    answer = play(
        frame(part, {"codeExecutionResult": {"outcome": "OUTCOME_OK"}}), frame({"text": "2"}, finishReason="STOP")
    )

    assert answer.server_tools[0] == "code_execution"
    assert answer.text == "2"


def test_tools_that_ran_at_the_provider_go_back_as_they_came():
    """A search that Google ran is named by its tool; call and result are kept with their signatures, in order."""
    search = {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s"}, "thoughtSignature": "S"}
    found = {"toolResponse": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s", "response": {}}}
    answer = play(frame(search), frame(found), frame({"text": "ok"}, finishReason="STOP"))

    assert answer.server_tools == ["google_search_web", "tool_response"]
    assert answer.opaque == [{"part": search}, {"part": found}]
    assert answer.tool_calls == []
    assert answer.warnings == []


def test_sources_are_cited_once():
    """Grounding chunks become citations, each address once."""
    chunks = {"groundingChunks": [{"web": {"uri": "https://a", "title": "A"}}, {"web": {"uri": "https://a"}}]}
    answer = play(frame({"text": "x"}, groundingMetadata=chunks, finishReason="STOP"))

    assert answer.citations == ["https://a"]


@pytest.mark.parametrize("name", ["citationSources", "citations"])
def test_recited_sources_are_cited(name):
    """The sources of recited text are citations, as the Gemini API names them and as Vertex does."""
    cited = {name: [{"uri": "https://a", "title": "A"}, {"startIndex": 3}]}
    answer = play(frame({"text": "x"}, citationMetadata=cited, finishReason="STOP"))

    assert answer.citations == ["https://a"]


def test_thoughts_count_as_output():
    """Output is what the candidates and the thoughts took together; snapshots replace each other."""
    first = frame({"text": "a"}) | {"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 1}}
    last = frame({"text": "b"}, finishReason="STOP") | {
        "usageMetadata": {
            "promptTokenCount": 5,
            "candidatesTokenCount": 2,
            "thoughtsTokenCount": 7,
            "cachedContentTokenCount": 4,
        }
    }
    usage = play(first, last).usage

    assert (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cached_input_tokens) == (5, 9, 7, 4)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("MODEL_ARMOR", "content_filter"),
        ("MALFORMED_FUNCTION_CALL", "error"),
        ("MISSING_THOUGHT_SIGNATURE", "error"),
        ("SOMETHING_NEW", "other"),
    ],
)
def test_finish_reasons(raw, reason):
    """P02, P03, P11: every reason has one of our words, and its own is kept."""
    answer = play(frame({"text": "x"}, finishReason=raw, finishMessage="why"))

    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw, answer.finish.detail) == (reason, raw, "why")
    assert answer.text == "x"


def test_a_blocked_prompt_is_filtered():
    """A prompt that the safety system blocked has no candidate and ends as filtered."""
    answer = play({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}})

    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw) == ("content_filter", "blocked:SAFETY")


def test_an_error_in_the_stream_keeps_the_text():
    """S08: an error object inside a 200 is the provider's error; the text before it stands."""
    answer = play(frame({"text": "Hi"}), {"error": {"code": 503, "status": "UNAVAILABLE", "message": "overloaded"}})

    assert answer.text == "Hi"
    assert answer.error is not None
    assert answer.error.kind == "overloaded"


def test_a_body_without_finish_reason_is_cut():
    """N09: an orderly end without a finish reason is a cut; the text stands."""
    answer = play(frame({"text": "Hi"}))

    assert answer.text == "Hi"
    assert answer.error is not None
    assert answer.error.kind == "cut"


def test_odd_shapes_are_no_accident():
    """S07: null, lists and wrong types where objects belong say nothing."""
    odd = [None, [], "x", {"candidates": None}, {"candidates": [None]}, {"candidates": [{"content": None}]}]
    answer = play(
        *odd,
        frame(),
        {"candidates": [{"content": {"parts": [None, {"newPart": 1}]}}]},
        frame({"text": "ok"}, finishReason="STOP"),
    )

    assert answer.text == "ok"
    assert {warning.code for warning in answer.warnings} >= {"bad_frame", "unknown_event"}
