"""Cohere's chat, version 2. Source: streams of the API and its reference (2026-11)."""

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked, positive, required, text_of
from workbench.simulator.reply import Call, Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, event, text_of_kind
from workbench.simulator.wires.openai_chat import read_messages, read_tools

_FINISH = {"length": "MAX_TOKENS", "tool_calls": "TOOL_CALL", "content_filter": "ERROR_TOXIC"}


class Cohere(Wire):
    """`POST /v2/chat`."""

    protocol = "cohere"
    media_type = "text/event-stream"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        thinking = body.get("thinking")
        form = body.get("response_format")
        messages = required(body, "messages", list, "invalid request: messages must be at least 1 token long")
        return Asked(
            model=required(body, "model", str, "invalid request: model is required"),
            messages=read_messages(messages),
            system="\n".join(text_of(m.get("content"))[0] for m in messages if m.get("role") == "system"),
            stream=body.get("stream") is True,
            max_tokens=positive(body.get("max_tokens")),
            seed=body["seed"] if isinstance(body.get("seed"), int) else None,
            tools=read_tools(body.get("tools")),
            tools_off=body.get("tool_choice") == "NONE",
            schema=form.get("json_schema") or form.get("schema") if isinstance(form, dict) else None,
            thinking=isinstance(thinking, dict) and thinking.get("type") == "enabled",
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return CohereFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        content = []
        if reasoning := text_of_kind(pieces, "reasoning"):
            content.append({"type": "thinking", "thinking": reasoning})
        if text := text_of_kind(pieces, "text") + text_of_kind(pieces, "refusal"):
            content.append({"type": "text", "text": text})
        message: dict[str, Any] = {"role": "assistant", "content": content}
        calls = [
            {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
            for call_id, name, arguments in calls_of(pieces)
        ]
        if calls:
            message["tool_calls"] = calls
        whole = {"id": _identity(reply), "finish_reason": _FINISH.get(reply.finish, "COMPLETE"), "message": message}
        return {**whole, "usage": _usage(reply)} if reply.counted else whole

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        return {"id": "7321d3c5-0972-4705-a4d4-3b15cd2df22e", "message": message}


class CohereFrames(Frames):
    """`content-start`, `content-delta`, `content-end`; tool calls likewise."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        self._index = -1
        self._open: tuple[str, Call | None] | None = None

    def begin(self) -> bytes:  # noqa: D102
        message = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []}
        start = {"id": _identity(self.reply), "type": "message-start", "delta": {"message": message}}
        return event("message-start", start)

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        kind = "text" if piece.kind == "refusal" else piece.kind
        opening = b""
        if self._open != (kind, piece.call):
            opening = self._close() + self._start(kind, piece.call)
        if kind == "tool":
            return opening + self._part("tool-call-delta", {"tool_calls": {"function": {"arguments": piece.text}}})
        word = "thinking" if kind == "reasoning" else "text"
        return opening + self._part("content-delta", {"content": {word: piece.text}})

    def end(self) -> bytes:  # noqa: D102
        last: dict[str, Any] = {"finish_reason": _FINISH.get(self.reply.finish, "COMPLETE")}
        if self.reply.counted:
            last["usage"] = _usage(self.reply)
        return self._close() + event("message-end", {"type": "message-end", "delta": last}) + b"data: [DONE]\n\n"

    def error(self) -> bytes:  # noqa: D102
        delta = {"error": "internal server error, please try again", "finish_reason": "ERROR"}
        return event("message-end", {"type": "message-end", "delta": delta})

    def _start(self, kind: str, call: Call | None) -> bytes:
        self._index = call.index if call is not None else self._index + 1
        self._open = (kind, call)
        if call is not None:
            function = {"name": call.name, "arguments": ""}
            start = {"id": call.call_id, "type": "function", "function": function}
            return self._part("tool-call-start", {"tool_calls": start})
        word = "thinking" if kind == "reasoning" else "text"
        return self._part("content-start", {"content": {"type": word, word: ""}})

    def _part(self, kind: str, message: Mapping[str, Any]) -> bytes:
        return event(kind, {"type": kind, "index": self._index, "delta": {"message": message}})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        kind = "tool-call-end" if self._open[0] == "tool" else "content-end"
        self._open = None
        return event(kind, {"type": kind, "index": self._index})


def _usage(reply: Reply) -> dict[str, Any]:
    counts = reply.counts
    tokens = {"input_tokens": counts.input, "output_tokens": counts.output}
    if counts.reasoning:
        tokens["reasoning_tokens"] = counts.reasoning
    billed = {"input_tokens": counts.input, "output_tokens": counts.output}
    return {"billed_units": billed, "tokens": tokens, "cached_tokens": counts.cached}


def _identity(reply: Reply) -> str:
    digits = reply.identity.encode().hex()[:32]
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
