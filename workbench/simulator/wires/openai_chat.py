"""OpenAI's Chat Completions, with `reasoning_content` as the vendors that show reasoning send it.

Source: streams of the API and of DeepSeek's, and the API reference (2026-11).
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked, BadRequest, Said, Tool, positive, required, text_of
from workbench.simulator.reply import Call, Counts, Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, data, dumps, encoded, text_of_kind

_FINISH = {"refusal": "stop"}
_ERROR_TYPES = {401: ("invalid_request_error", "invalid_api_key"), 404: ("invalid_request_error", "model_not_found"),
                429: ("requests", "rate_limit_exceeded")}  # fmt: skip


class OpenAIChat(Wire):
    """`POST /v1/chat/completions`."""

    protocol = "openai-chat"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        options = body.get("stream_options")
        response_format = body.get("response_format")
        schema = response_format.get("json_schema") if isinstance(response_format, dict) else None
        return Asked(
            model=required(body, "model", str, "you must provide a model parameter"),
            messages=read_messages(required(body, "messages", list)),
            system="\n".join(
                text_of(message.get("content"))[0]
                for message in body["messages"]
                if isinstance(message, dict) and message.get("role") in ("system", "developer")
            ),
            stream=body.get("stream") is True,
            max_tokens=positive(body.get("max_completion_tokens")) or positive(body.get("max_tokens")),
            seed=body["seed"] if isinstance(body.get("seed"), int) else None,
            tools=read_tools(body.get("tools")),
            tools_off=body.get("tool_choice") == "none",
            schema=schema.get("schema") if isinstance(schema, dict) else None,
            thinking=isinstance(body.get("reasoning_effort"), str),
            usage_chunk=isinstance(options, dict) and options.get("include_usage") is True,
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return ChatFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        calls = calls_of(pieces)
        message: dict[str, Any] = {
            "role": "assistant",
            "content": text_of_kind(pieces, "text") or (None if calls else ""),
            "refusal": text_of_kind(pieces, "refusal") or None,
            "annotations": [],
        }
        if reasoning := text_of_kind(pieces, "reasoning"):
            message["reasoning_content"] = reasoning
        if calls:
            message["tool_calls"] = [
                {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
                for call_id, name, arguments in calls
            ]
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": _FINISH.get(reply.finish, reply.finish),
        }
        whole = {**_head(reply), "object": "chat.completion", "choices": [choice]}
        return {**whole, "usage": usage_of(reply.counts)} if reply.counted else whole

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        kind, usual = _ERROR_TYPES.get(status, ("server_error" if status >= 500 else "invalid_request_error", None))
        return {"error": {"message": message, "type": kind, "param": param, "code": code or usual}}

    def limits(self) -> dict[str, str]:  # noqa: D102
        return {
            "x-ratelimit-limit-requests": "10000",
            "x-ratelimit-remaining-requests": "9999",
            "x-ratelimit-reset-requests": "6ms",
            "x-ratelimit-limit-tokens": "2000000",
            "x-ratelimit-remaining-tokens": "1999000",
            "x-ratelimit-reset-tokens": "30ms",
        }


class ChatFrames(Frames):
    """`chat.completion.chunk`s; everything around the delta is spelled once, as a stream may hold 100,000 of them."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        head = dumps({**_head(reply), "object": "chat.completion.chunk"})[:-1]
        self._usage = ',"usage":null' if asked.usage_chunk and reply.counted else ""
        self._before = f'data: {head},"choices":[{{"index":0,"delta":'
        self._after = f',"logprobs":null,"finish_reason":null}}]{self._usage}}}\n\n'
        self._calls: set[Call] = set()

    def begin(self) -> bytes:  # noqa: D102
        return self._delta({"role": "assistant", "content": "", "refusal": None})

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        match piece.kind:
            case "text":
                return encoded(f'{self._before}{{"content":{dumps(piece.text)}}}{self._after}')
            case "reasoning":
                return self._delta({"content": None, "reasoning_content": piece.text})
            case "refusal":
                return self._delta({"refusal": piece.text})
            case "tool":
                return self._tool(piece)

    def end(self) -> bytes:  # noqa: D102
        finish = _FINISH.get(self.reply.finish, self.reply.finish)
        last = self._delta({}).replace(b'"finish_reason":null', f'"finish_reason":"{finish}"'.encode())
        if self._usage:
            chunk = {**_head(self.reply), "object": "chat.completion.chunk", "choices": []}
            last += data({**chunk, "usage": usage_of(self.reply.counts)})
        return last + b"data: [DONE]\n\n"

    def error(self) -> bytes:  # noqa: D102
        message = "The server had an error while processing your request. Sorry about that!"
        return data({"error": {"message": message, "type": "server_error", "param": None, "code": None}})

    def _delta(self, delta: Mapping[str, Any]) -> bytes:
        return encoded(f"{self._before}{dumps(delta)}{self._after}")

    def _tool(self, piece: Piece) -> bytes:
        call = piece.call
        assert call is not None  # noqa: S101
        opening = b""
        if call not in self._calls:
            self._calls.add(call)
            function = {"name": call.name, "arguments": ""}
            start = {"index": call.index, "id": call.call_id, "type": "function", "function": function}
            opening = self._delta({"tool_calls": [start]})
        return opening + self._delta({"tool_calls": [{"index": call.index, "function": {"arguments": piece.text}}]})


def read_messages(messages: list[Any]) -> tuple[Said, ...]:
    """The conversation without its system messages.

    Raises:
        BadRequest: a message is no object with a role.
    """
    said = []
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise BadRequest(f"Invalid value for 'messages[{index}]'.", f"messages[{index}].role")
        if message["role"] not in ("system", "developer"):
            said.append(Said(message["role"], *text_of(message.get("content"))))
    return tuple(said)


def read_tools(tools: object) -> tuple[Tool, ...]:
    """Function tools, nested (`function`) or flat."""
    found = []
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function", tool) if isinstance(tool, dict) else {}
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            schema = function.get("parameters") or function.get("input_schema") or {}
            found.append(Tool(function["name"], schema if isinstance(schema, dict) else {}))
    return tuple(found)


def usage_of(counts: Counts) -> dict[str, Any]:
    """Token counts in OpenAI's spelling: the parts are included in the sums."""
    return {
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.input + counts.output,
        "prompt_tokens_details": {"cached_tokens": counts.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": counts.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _head(reply: Reply) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{reply.identity}",
        "object": "",
        "created": int(time.time()),
        "model": reply.model,
        "service_tier": "default",
        "system_fingerprint": None,
    }
