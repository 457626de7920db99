"""Servers that are asked for a stream and send the whole answer as one JSON object."""

import json
from typing import Any

import pytest

from tests.support.asking import ask, failure_of, provider_at
from tests.support.rude_server import Request, Wire, rude_server
from workbench.providers.clients import Clients

CALL = {"id": "c1", "type": "function", "function": {"name": "clock", "arguments": '{"zone": "UTC"}'}}
WHOLE: dict[str, Any] = {
    "openai-chat": {
        "id": "1",
        "object": "chat.completion",
        "model": "m-1",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "grüße", "reasoning_content": "hm", "tool_calls": [CALL]},
                "finish_reason": "tool_calls",
            }
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 5},
    },
    "openai-responses": {
        "object": "response",
        "model": "m-1",
        "status": "completed",
        "error": None,
        "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "grüße", "annotations": []}]},
            {"type": "function_call", "call_id": "c1", "name": "clock", "arguments": '{"zone": "UTC"}'},
        ],
        "usage": {"input_tokens": 3, "output_tokens": 5},
    },
    "anthropic-messages": {
        "type": "message",
        "model": "m-1",
        "stop_reason": "tool_use",
        "content": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": "grüße"},
            {"type": "tool_use", "id": "c1", "name": "clock", "input": {"zone": "UTC"}},
        ],
        "usage": {"input_tokens": 3, "output_tokens": 5},
    },
    "gemini": [
        {
            "modelVersion": "m-1",
            "candidates": [{"content": {"parts": [{"text": "hm", "thought": True}, {"text": "grü"}]}}],
        },
        {
            "candidates": [
                {
                    "content": {
                        "parts": [
                            {"text": "ße"},
                            {"functionCall": {"id": "c1", "name": "clock", "args": {"zone": "UTC"}}},
                        ]
                    },
                    "finishReason": "STOP",
                }
            ],
            "usageMetadata": {"promptTokenCount": 3, "candidatesTokenCount": 5},
        },
    ],
    "cohere": {
        "id": "1",
        "finish_reason": "TOOL_CALL",
        "message": {
            "role": "assistant",
            "tool_plan": "look at the clock",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "grüße"}],
            "tool_calls": [CALL],
        },
        "usage": {"tokens": {"input_tokens": 3, "output_tokens": 5}},
    },
    "ollama": {
        "model": "m-1",
        "message": {
            "role": "assistant",
            "content": "grüße",
            "thinking": "hm",
            "tool_calls": [{"id": "c1", "function": {"name": "clock", "arguments": {"zone": "UTC"}}}],
        },
        "done": True,
        "done_reason": "stop",
        "prompt_eval_count": 3,
        "eval_count": 5,
    },
}

SSE = [protocol for protocol in WHOLE if protocol != "ollama"]


@pytest.mark.parametrize("label", ["application/json", "text/event-stream", "application/x-ndjson"])
@pytest.mark.parametrize("protocol", WHOLE)
async def test_a_whole_answer_is_taken_and_told(protocol: str, label: str, clients: Clients) -> None:
    """What came in one piece says the same as a stream of it would, with a warning that it was none."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("200 OK", json.dumps(WHOLE[protocol], indent=2).encode(), content_type=label)

    async with rude_server(answer) as server:
        said = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert (said.reasoning, said.text) == ("hm", "grüße")
    assert [(call["id"], call["name"], json.loads(call["arguments"])) for call in said.tool_calls] == [
        ("c1", "clock", {"zone": "UTC"})
    ]
    assert (said.usage.input_tokens, said.usage.output_tokens) == (3, 5)
    assert said.finish is not None
    assert said.finish.reason == "tool_calls"
    assert "not_streamed" in [warning.code for warning in said.warnings]
    assert said.model == (None if protocol == "cohere" else "m-1")


@pytest.mark.parametrize("protocol", SSE)
@pytest.mark.parametrize("body", ['{"ok": true}', "[]", '{"choices": []}', '{"message": "', '{"output": 1}'])
async def test_other_json_is_no_answer(protocol: str, body: str, clients: Clients) -> None:
    """H15: JSON that is neither an answer of the protocol nor an error is named as what it is."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("200 OK", body.encode(), content_type="application/json")

    async with rude_server(answer) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "not_a_stream"


@pytest.mark.parametrize("protocol", SSE)
async def test_an_answer_of_another_protocol_is_no_answer(protocol: str, clients: Clients) -> None:
    """A base URL that points at another protocol's endpoint never ends in an empty answer."""
    other = "gemini" if protocol == "openai-chat" else "openai-chat"

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("200 OK", json.dumps(WHOLE[other]).encode(), content_type="application/json")

    async with rude_server(answer) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "not_a_stream"
