"""Ollama's own chat: one JSON object a line. Source: its API documentation and streams (2026-11)."""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from workbench.simulator.asked import Asked, positive, required
from workbench.simulator.reply import Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, dumps, encoded, text_of_kind
from workbench.simulator.wires.openai_chat import read_messages, read_tools

_FINISH = {"length": "length"}


class Ollama(Wire):
    """`POST /api/chat`; streams unless told not to."""

    protocol = "ollama"
    media_type = "application/x-ndjson"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        options = body.get("options")
        options = options if isinstance(options, dict) else {}
        messages = body.get("messages")
        messages = messages if isinstance(messages, list) else []
        schema = body.get("format")
        return Asked(
            model=required(body, "model", str, "model is required").removesuffix(":latest"),
            messages=read_messages(messages),
            system="\n".join(str(m.get("content", "")) for m in messages if m.get("role") == "system"),
            stream=body.get("stream") is not False,
            max_tokens=positive(options.get("num_predict")),
            seed=options["seed"] if isinstance(options.get("seed"), int) else None,
            tools=read_tools(body.get("tools")),
            schema=schema if isinstance(schema, dict) else None,
            thinking=body.get("think") not in (None, False),
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return OllamaFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        message = {"role": "assistant", "content": text_of_kind(pieces, "text") + text_of_kind(pieces, "refusal")}
        if reasoning := text_of_kind(pieces, "reasoning"):
            message["thinking"] = reasoning
        last = _last(reply, time.monotonic())
        last["message"] = {**message, **_calls(pieces)}
        return last

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        return {"error": message}


class OllamaFrames(Frames):
    """Lines of `message` with a bit of content each; tool calls come whole."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        self._started = time.monotonic()
        self._tools: list[Piece] = []

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        if piece.kind == "tool":
            self._tools.append(piece)
            return b""
        message = {"role": "assistant", "content": piece.text}
        if piece.kind == "reasoning":
            message = {"role": "assistant", "content": "", "thinking": piece.text}
        return self._line(message)

    def end(self) -> bytes:  # noqa: D102
        calls = b""
        if self._tools:
            calls = self._line({"role": "assistant", "content": "", **_calls(self._tools)})
        return calls + encoded(dumps(_last(self.reply, self._started)) + "\n")

    def error(self) -> bytes:  # noqa: D102
        return b'{"error":"an error was encountered while running the model: unexpected EOF"}\n'

    def comment(self) -> bytes:  # noqa: D102
        return b"\n"

    def garbage(self) -> bytes:  # noqa: D102
        return b'{"oops": tru\n'

    def _line(self, message: Mapping[str, Any]) -> bytes:
        line = {"model": self.reply.model, "created_at": _now(), "message": message, "done": False}
        return encoded(dumps(line) + "\n")


def _calls(pieces: Sequence[Piece]) -> dict[str, Any]:
    calls = [
        {"id": call_id, "function": {"index": index, "name": name, "arguments": json.loads(arguments or "{}")}}
        for index, (call_id, name, arguments) in enumerate(calls_of(pieces))
    ]
    return {"tool_calls": calls} if calls else {}


def _last(reply: Reply, started: float) -> dict[str, Any]:
    spent_ns = int((time.monotonic() - started) * 1e9)
    last: dict[str, Any] = {
        "model": reply.model,
        "created_at": _now(),
        "message": {"role": "assistant", "content": ""},
        "done": True,
        "done_reason": _FINISH.get(reply.finish, "stop"),
        "total_duration": spent_ns,
        "load_duration": 1_008_500,
    }
    if reply.counted:
        last |= {
            "prompt_eval_count": reply.input_tokens,
            "prompt_eval_duration": 33_781_000,
            "eval_count": reply.output_tokens,
            "eval_duration": spent_ns,
        }
    return last


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
