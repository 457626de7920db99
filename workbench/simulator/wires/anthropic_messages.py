"""Anthropic's Messages. Input tokens exclude the cached ones; `message_delta` counts are cumulative.

Source: streams of the API and its streaming reference (2026-11).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked, BadRequest, Said, positive, required, text_of
from workbench.simulator.reply import Call, Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, event, text_of_kind
from workbench.simulator.wires.openai_chat import read_tools

_FINISH = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
_ERROR_TYPES = {400: "invalid_request_error", 401: "authentication_error", 402: "billing_error",
                403: "permission_error", 404: "not_found_error", 413: "request_too_large", 429: "rate_limit_error",
                504: "timeout_error", 529: "overloaded_error"}  # fmt: skip


class AnthropicMessages(Wire):
    """`POST /v1/messages`."""

    protocol = "anthropic-messages"
    id_header = "request-id"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        model = required(body, "model", str, "model: Field required")
        messages = required(body, "messages", list, "messages: Field required")
        limit = positive(body.get("max_tokens"))
        if limit is None:
            raise BadRequest("max_tokens: Field required", "max_tokens")
        thinking = body.get("thinking")
        choice = body.get("tool_choice")
        output = body.get("output_config")
        form = output.get("format") if isinstance(output, dict) else None
        return Asked(
            model=model,
            messages=tuple(_said(index, message) for index, message in enumerate(messages)),
            system=text_of(body.get("system"))[0],
            stream=body.get("stream") is True,
            max_tokens=limit,
            tools=read_tools(body.get("tools")),
            tools_off=isinstance(choice, dict) and choice.get("type") == "none",
            schema=form.get("schema") if isinstance(form, dict) else None,
            thinking=isinstance(thinking, dict) and thinking.get("type") in ("enabled", "adaptive"),
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return MessagesFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        content: list[dict[str, Any]] = []
        if reasoning := text_of_kind(pieces, "reasoning"):
            content.append({"type": "thinking", "thinking": reasoning, "signature": signature(reply)})
        if text := text_of_kind(pieces, "text") + text_of_kind(pieces, "refusal"):
            content.append({"type": "text", "text": text})
        content += [
            {"type": "tool_use", "id": call_id, "name": name, "input": _object(arguments)}
            for call_id, name, arguments in calls_of(pieces)
        ]
        whole = {**_message(reply), "content": content, **stop_of(reply)}
        return {**whole, "usage": {**_first_usage(reply), **_last_usage(reply)}} if reply.counted else whole

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        kind = _ERROR_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        error = {"type": kind, "message": message, "details": None}
        return {"type": "error", "error": error, "request_id": "req_011Sim"}

    def limits(self) -> dict[str, str]:  # noqa: D102
        limits = {}
        for what, limit in (("requests", 4000), ("input-tokens", 2_000_000), ("output-tokens", 400_000)):
            limits[f"anthropic-ratelimit-{what}-limit"] = str(limit)
            limits[f"anthropic-ratelimit-{what}-remaining"] = str(limit - 1)
        return limits


class MessagesFrames(Frames):
    """Content blocks one after another: thinking, text, tool use."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        self._index = -1
        self._open: tuple[str, Call | None] | None = None
        self._pinged = False

    def begin(self) -> bytes:  # noqa: D102
        message = {**_message(self.reply), "content": [], "stop_reason": None, "stop_sequence": None}
        if self.reply.counted:
            message["usage"] = _first_usage(self.reply)
        return event("message_start", {"type": "message_start", "message": message})

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        kind = "text" if piece.kind == "refusal" else piece.kind
        opening = b""
        if self._open != (kind, piece.call):
            opening = self._close() + self._start(kind, piece.call)
        return opening + self._delta(_DELTAS[kind][0], {_DELTAS[kind][1]: piece.text})

    def end(self) -> bytes:  # noqa: D102
        last: dict[str, Any] = {"type": "message_delta", "delta": stop_of(self.reply)}
        if self.reply.counted:
            last["usage"] = _last_usage(self.reply)
        return self._close() + event("message_delta", last) + event("message_stop", {"type": "message_stop"})

    def error(self) -> bytes:  # noqa: D102
        error = {"details": None, "type": "overloaded_error", "message": "Overloaded"}
        return event("error", {"type": "error", "error": error, "request_id": f"req_{self.reply.identity}"})

    def _start(self, kind: str, call: Call | None) -> bytes:
        self._index += 1
        self._open = (kind, call)
        block: dict[str, Any]
        match kind:
            case "reasoning":
                block = {"type": "thinking", "thinking": "", "signature": ""}
            case "tool" if call is not None:
                block = {"type": "tool_use", "id": call.call_id, "name": call.name, "input": {}}
            case _:
                block = {"type": "text", "text": ""}
        start = event(
            "content_block_start", {"type": "content_block_start", "index": self._index, "content_block": block}
        )
        if kind == "tool":
            start += self._delta("input_json_delta", {"partial_json": ""})
        if not self._pinged:
            self._pinged = True
            start += event("ping", {"type": "ping"})
        return start

    def _delta(self, kind: str, fields: Mapping[str, str]) -> bytes:
        delta = {"type": kind, **fields}
        return event("content_block_delta", {"type": "content_block_delta", "index": self._index, "delta": delta})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        signed = b""
        if self._open[0] == "reasoning":
            signed = self._delta("signature_delta", {"signature": signature(self.reply)})
        self._open = None
        return signed + event("content_block_stop", {"type": "content_block_stop", "index": self._index})


_DELTAS = {
    "reasoning": ("thinking_delta", "thinking"),
    "text": ("text_delta", "text"),
    "tool": ("input_json_delta", "partial_json"),
}


def signature(reply: Reply) -> str:
    """The opaque proof that closes a thinking block."""
    return f"EqQB{reply.identity}AkgBEAEYAg=="


def stop_of(reply: Reply) -> dict[str, Any]:
    """The end of a message in Anthropic's words."""
    stop: dict[str, Any] = {"stop_reason": _FINISH.get(reply.finish, reply.finish), "stop_sequence": None}
    if stop["stop_reason"] == "refusal":
        explanation = "This request was declined by the simulated safety system."
        stop["stop_details"] = {"type": "refusal", "category": "general_harms", "explanation": explanation}
    return stop


def _message(reply: Reply) -> dict[str, Any]:
    return {"model": reply.model, "id": f"msg_01{reply.identity}", "type": "message", "role": "assistant"}


def _first_usage(reply: Reply) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.cached_tokens,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 1,
        "service_tier": "standard",
        "inference_geo": "not_available",
    }


def _last_usage(reply: Reply) -> dict[str, Any]:
    return {
        "input_tokens": reply.input_tokens - reply.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": reply.cached_tokens,
        "output_tokens": reply.output_tokens,
        "output_tokens_details": {"thinking_tokens": reply.reasoning_tokens},
    }


def _said(index: int, message: object) -> Said:
    if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
        raise BadRequest(f"messages.{index}.role: Input should be 'user' or 'assistant'", f"messages.{index}")
    content = message.get("content")
    role = message["role"]
    if isinstance(content, list) and any(isinstance(x, dict) and x.get("type") == "tool_result" for x in content):
        role = "tool"
    if isinstance(content, list):
        content = [x for x in content if not (isinstance(x, dict) and "thinking" in str(x.get("type")))]
    return Said(role, *text_of(content))


def _object(arguments: str) -> Any:
    return json.loads(arguments or "{}")
