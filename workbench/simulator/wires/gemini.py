"""Gemini's generateContent. Several tokens share a frame; every frame has the usage so far.

Source: streams of the API and its reference (2026-11). Output tokens exclude thoughts here.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.simulator.asked import Asked, BadRequest, Said, positive, required, text_of
from workbench.simulator.reply import Piece, Reply
from workbench.simulator.wires.base import Frames, Wire, calls_of, data, text_of_kind
from workbench.simulator.wires.openai_chat import read_tools

_FINISH = {"length": "MAX_TOKENS", "refusal": "SAFETY", "content_filter": "SAFETY"}
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
           429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}  # fmt: skip
_TOKENS_A_FRAME = 6


class Gemini(Wire):
    """`POST /v1beta/models/M:streamGenerateContent?alt=sse` and `:generateContent`."""

    protocol = "gemini"
    media_type = "text/event-stream"

    def read(self, body: Mapping[str, Any], path: str) -> Asked:  # noqa: D102
        named = re.search(r"/models/(.+):(stream)?[gG]enerateContent$", path)
        if named is None:
            raise BadRequest("no model in the path")
        config = body.get("generationConfig")
        config = config if isinstance(config, dict) else {}
        thinking = config.get("thinkingConfig")
        contents = required(body, "contents", list, "* GenerateContentRequest.contents: contents is not specified")
        schema = config.get("responseJsonSchema") or config.get("responseSchema")
        system = body.get("systemInstruction") or body.get("system_instruction")
        return Asked(
            model=named[1],
            messages=tuple(_said(content) for content in contents),
            system=text_of(system.get("parts"))[0] if isinstance(system, dict) else "",
            stream=named[2] is not None,
            max_tokens=positive(config.get("maxOutputTokens")),
            seed=config["seed"] if isinstance(config.get("seed"), int) else None,
            tools=tuple(
                found
                for tool in body.get("tools") or ()
                if isinstance(tool, dict)
                for found in read_tools(tool.get("functionDeclarations"))
            ),
            schema=schema if isinstance(schema, dict) else None,
            thinking=isinstance(thinking, dict) and thinking.get("includeThoughts") is True,
        )

    def frames(self, asked: Asked, reply: Reply) -> Frames:  # noqa: D102
        return GeminiFrames(asked, reply)

    def whole(self, reply: Reply, pieces: Sequence[Piece]) -> dict[str, Any]:  # noqa: D102
        parts: list[dict[str, Any]] = []
        if reasoning := text_of_kind(pieces, "reasoning"):
            parts.append({"text": reasoning, "thought": True})
        if text := text_of_kind(pieces, "text") + text_of_kind(pieces, "refusal"):
            parts.append({"text": text})
        return _chunk(reply, parts + _call_parts(pieces), ended=True)

    def refusal(self, status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:  # noqa: D102
        usual = "INTERNAL" if status >= 500 else "INVALID_ARGUMENT"
        return {"error": {"code": status, "message": message, "status": _STATUS.get(status, usual)}}


class GeminiFrames(Frames):
    """Chunks with one part each; function calls come whole, in the last one."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        super().__init__(asked, reply)
        self._held: list[Piece] = []
        self._tools: list[Piece] = []

    def piece(self, piece: Piece) -> bytes:  # noqa: D102
        if piece.kind == "tool":
            self._tools.append(piece)
            return b""
        flushed = b""
        if self._held and ((self._held[0].kind == "reasoning") != (piece.kind == "reasoning")):
            flushed = self._flush()
        self._held.append(piece)
        return flushed + (self._flush() if len(self._held) >= _TOKENS_A_FRAME else b"")

    def end(self) -> bytes:  # noqa: D102
        parts = self._parts() + _call_parts(self._tools)
        return data(_chunk(self.reply, parts or [{"text": ""}], ended=True))

    def error(self) -> bytes:  # noqa: D102
        error = {"code": 503, "message": "The model is overloaded. Please try again later.", "status": "UNAVAILABLE"}
        return data({"error": error})

    def _flush(self) -> bytes:
        return data(_chunk(self.reply, self._parts(), ended=False))

    def _parts(self) -> list[dict[str, Any]]:
        held, self._held = self._held, []
        if not held:
            return []
        part: dict[str, Any] = {"text": "".join(piece.text for piece in held)}
        return [{**part, "thought": True} if held[0].kind == "reasoning" else part]


def _chunk(reply: Reply, parts: list[dict[str, Any]], *, ended: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}}
    if ended:
        candidate["finishReason"] = _FINISH.get(reply.finish, "STOP")
    chunk: dict[str, Any] = {"candidates": [{**candidate, "index": 0}]}
    if reply.counted:
        chunk["usageMetadata"] = _usage(reply)
    return {**chunk, "modelVersion": reply.model, "responseId": reply.identity}


def _usage(reply: Reply) -> dict[str, Any]:
    counts = reply.counts
    usage: dict[str, Any] = {"promptTokenCount": counts.input}
    if answered := counts.output - counts.reasoning:
        usage["candidatesTokenCount"] = answered
    usage["totalTokenCount"] = counts.input + counts.output
    if counts.cached:
        usage["cachedContentTokenCount"] = counts.cached
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": counts.input}]
    if counts.reasoning:
        usage["thoughtsTokenCount"] = counts.reasoning
    return usage


def _call_parts(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    return [
        {"functionCall": {"id": call_id, "name": name, "args": json.loads(arguments or "{}")}}
        for call_id, name, arguments in calls_of(pieces)
    ]


def _said(content: object) -> Said:
    if not isinstance(content, dict):
        raise BadRequest("Invalid value at 'contents'", "contents")
    parts = content.get("parts")
    if isinstance(parts, list) and any(isinstance(part, dict) and "functionResponse" in part for part in parts):
        return Said("tool", json.dumps([part["functionResponse"] for part in parts if "functionResponse" in part]))
    kept = [p for p in parts if isinstance(p, dict) and not p.get("thought")] if isinstance(parts, list) else []
    return Said("assistant" if content.get("role") == "model" else "user", *text_of(kept))
