"""A vendor that refuses whatever it does not document: unknown fields, wrong spellings, the wrong key header."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "canary-key-0123456789"

_CHUNK = 'data: {"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"ok"},"finish_reason":"stop"}]}\n\n'
_ANTHROPIC = (
    {"type": "message_start", "message": {"id": "1", "model": "m", "usage": {"input_tokens": 1, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": "ok"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
)
_RESPONSES = (
    {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": "ok"},
    {"type": "response.completed", "response": {"id": "1", "model": "m", "status": "completed"}},
)
_COHERE = (
    {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "ok"}}}},
    {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}},
)
_GEMINI = {"candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}]}
_OLLAMA = {"model": "m", "message": {"content": "ok"}, "done": True, "done_reason": "stop"}


def _events(frames: tuple[dict[str, Any], ...]) -> str:
    return "".join(f"event: {frame['type']}\ndata: {json.dumps(frame)}\n\n" for frame in frames)


ANSWERS: Mapping[str, tuple[str, str]] = {
    "openai-chat": ("text/event-stream", _CHUNK + "data: [DONE]\n\n"),
    "openai-responses": ("text/event-stream", _events(_RESPONSES)),
    "anthropic-messages": ("text/event-stream", _events(_ANTHROPIC)),
    "gemini": ("text/event-stream", f"data: {json.dumps(_GEMINI)}\n\n"),
    "cohere": ("text/event-stream", _events(_COHERE) + "data: [DONE]\n\n"),
    "ollama": ("application/x-ndjson", json.dumps(_OLLAMA) + "\n"),
}
"""The shortest whole answer of each protocol: its label and its body."""

KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


@dataclass(frozen=True)
class Rules:
    """What a vendor documents."""

    path: str
    fields: frozenset[str]
    """Every field that a body may hold, nested ones as `outer.inner`."""
    required: frozenset[str] = frozenset()
    key_header: str | None = "authorization"
    """None: no key is expected."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Fields that must have one value."""


class StrictVendor:
    """Answers a request that keeps the rules, and says 400 or 401 to any other."""

    def __init__(self, protocol: str, rules: Rules) -> None:
        self._protocol = protocol
        self._rules = rules
        self._server: asyncio.Server | None = None
        self.refusals: list[str] = []
        self.bodies: list[dict[str, Any]] = []

    async def __aenter__(self) -> "StrictVendor":
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def origin(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:]) if name
            }
            content = await reader.readexactly(int(headers.get("content-length", "0")))
            body = json.loads(content) if content else {}
            self.bodies.append(body)
            status, problem = self._problem(method, target, headers, body)
            if problem:
                self.refusals.append(problem)
            kind, text = (
                ("application/json", json.dumps({"error": {"message": problem}}))
                if problem
                else ANSWERS[self._protocol]
            )
            data = text.encode()
            writer.write(
                f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n".encode()
                + b"connection: close\r\n\r\n"
                + data
            )
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _problem(
        self, method: str, target: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> tuple[int, str]:
        rules = self._rules
        if (method, target) != ("POST", rules.path):
            return 404, f"no such endpoint: {method} {target}"
        keys = {name: headers[name] for name in KEY_HEADERS if name in headers}
        wanted = (
            {}
            if rules.key_header is None
            else {rules.key_header: f"Bearer {KEY}" if rules.key_header == "authorization" else KEY}
        )
        if keys != wanted:
            return 401, f"the key came as {sorted(keys)}"
        sent = set(flat(body))
        if unknown := sent - rules.fields:
            return 400, f"unsupported parameters: {sorted(unknown)}"
        if missing := rules.required - sent:
            return 400, f"missing parameters: {sorted(missing)}"
        for name, value in rules.values.items():
            if flat(body).get(name) != value:
                return 400, f"{name} must be {value}"
        return 200, ""


def flat(body: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A body's fields with the nested ones as `outer.inner`; what is in lists is left alone."""
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            found.update(flat(value, f"{prefix}{name}."))
        else:
            found[prefix + name] = value
    return found
