"""A second, plain reading of streamed bodies, to hold the translators against: whole bytes in, what they say out.

It shares no code with the adapters and takes no care for speed, order of events or half a frame. Its rules are those of
the protocols: what comes after the end marker is ignored, a frame that is no JSON is skipped, an error ends the answer.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass
class Said:
    """What a body says."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    end: Literal["finish", "error", "cut"] = "cut"
    raw: str | None = None
    seen: set[int] = field(default_factory=set)


class _Over(Exception):
    """Nothing that follows counts."""


class _Failed(Exception):
    """The provider reported an error."""


def read_body(protocol: str, body: bytes) -> Said:
    """What `body` says in `protocol`."""
    said = Said()
    reader = _READERS[protocol]
    finish: list[str] = []
    try:
        for name, data in _lines(body) if protocol == "ollama" else events_in(body):
            if data.strip() == "[DONE]":
                if finish and protocol not in ("anthropic-messages", "openai-responses"):
                    break
                continue
            try:
                frame = json.loads(data)
            except (ValueError, RecursionError):
                continue
            if protocol == "gemini" and isinstance(frame, list) and len(frame) == 1:
                frame = frame[0]
            if isinstance(frame, dict):
                reader(said, name, frame, finish)
    except _Over:
        pass
    except _Failed:
        said.end = "error"
        return said
    if finish:
        said.end, said.raw = "finish", finish[-1]
    return said


def events_in(body: bytes) -> list[tuple[str, str]]:
    """The (name, data) pairs of server-sent events."""
    events, name, data = [], "", []
    text = body.decode("utf-8", "replace")
    text = text[1:] if text.startswith("\ufeff") else text
    for line in [*re.split("\r\n|\n|\r", text), ""]:
        key, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                events.append((name, "\n".join(data)))
            name, data = "", []
        elif key == "event":
            name = value
        elif key == "data":
            data.append(value)
        elif key == "error":
            name = key
            data.append(value)
    return events


def _lines(body: bytes) -> list[tuple[str, str]]:
    return [("", line) for line in body.decode("utf-8", "replace").split("\n") if line.strip()]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _chat(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    failed = False
    for choice in _list(frame.get("choices")):
        if not isinstance(choice, dict) or choice.get("index"):
            continue
        delta = choice["delta"] if isinstance(choice.get("delta"), dict) else {}
        if "delta" not in choice:
            delta = _dict(choice.get("message"))
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if not reasoning:
            details = [_dict(item) for item in _list(delta.get("reasoning_details"))]
            reasoning = "".join(_text(item.get("text")) or _text(item.get("summary")) for item in details)
        said.reasoning += _text(reasoning)
        content = delta.get("content")
        said.text += _text(content)
        for part in _list(content):
            part = {"type": "text", "text": part} if isinstance(part, str) else _dict(part)
            if part.get("type") == "thinking":
                thinking = part.get("thinking")
                for piece in [thinking] if isinstance(thinking, str) else _list(thinking):
                    said.reasoning += _text(piece) or _text(_dict(piece).get("text"))
            elif part.get("type") in ("text", "output_text", None):
                said.text += _text(part.get("text"))
        said.refusal += _text(delta.get("refusal"))
        if choice.get("finish_reason"):
            finish.append(str(choice["finish_reason"]))
        failed = failed or bool(choice.get("error")) or choice.get("finish_reason") in ("error", "network_error")
    if frame.get("error") or _dict(frame.get("x_groq")).get("error") or failed:
        raise _Failed
    if name == "error" or "error" in (frame.get("object"), frame.get("type")):
        raise _Failed
    if "choices" not in frame and "message" in frame and ("code" in frame or "status" in frame):
        raise _Failed


def _responses(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    kind = frame.get("type") or name
    response = _dict(frame.get("response"))
    match kind:
        case "response.output_text.delta":
            said.text += _text(frame.get("delta"))
        case "response.refusal.delta":
            said.refusal += _text(frame.get("delta"))
        case "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled":
            if kind == "response.failed" or response.get("error"):
                raise _Failed
            reason = _text(_dict(response.get("incomplete_details")).get("reason")) or _text(response.get("status"))
            finish.append(reason or kind.removeprefix("response."))
            raise _Over
        case "error":
            raise _Failed
        case "response.created" | "response.in_progress" | "response.queued":
            pass
        case str() if (frame.get("error") or name == "error") and not kind.startswith("response."):
            raise _Failed


def _anthropic(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    delta, start = _dict(frame.get("delta")), _dict(frame.get("content_block"))
    match frame.get("type") or name:
        case "content_block_start":
            if start.get("type", "text") == "text":
                said.text += _text(start.get("text"))
            elif start.get("type") == "thinking":
                said.reasoning += _text(start.get("thinking"))
        case "content_block_delta":
            if delta.get("type") == "text_delta":
                said.text += _text(delta.get("text"))
            elif delta.get("type") == "thinking_delta":
                said.reasoning += _text(delta.get("thinking"))
        case "message_delta":
            if _text(delta.get("stop_reason")):
                finish.append(delta["stop_reason"])
        case "message_stop":
            if finish:
                raise _Over
        case "error":
            raise _Failed
        case "message_start" | "content_block_stop" | "ping":
            pass
        case _ if "error" in frame or name == "error":
            raise _Failed


def _gemini(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    for candidate in _list(frame.get("candidates"))[:1]:
        for part in _list(_dict(_dict(candidate).get("content")).get("parts")):
            part = _dict(part)
            special = ("executableCode", "codeExecutionResult", "inlineData", "fileData")
            if isinstance(part.get("functionCall"), dict) or any(key in part for key in special):
                continue
            if part.get("thought"):
                said.reasoning += _text(part.get("text"))
            else:
                said.text += _text(part.get("text"))
        if _text(_dict(candidate).get("finishReason")):
            finish.append(candidate["finishReason"])
    if _text(_dict(frame.get("promptFeedback")).get("blockReason")):
        finish.append("blocked:" + frame["promptFeedback"]["blockReason"])
    if frame.get("error"):
        raise _Failed


def _cohere(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    delta = _dict(frame.get("delta"))
    content = _dict(_dict(delta.get("message")).get("content"))
    match frame["type"] if isinstance(frame.get("type"), str) and frame["type"] else name:
        case "content-start" | "content-delta":
            said.reasoning += _text(content.get("thinking"))
            said.text += _text(content.get("text"))
        case "message-end":
            if delta.get("finish_reason") in ("ERROR", "ERROR_TOXIC", "ERROR_LIMIT", "TIMEOUT", "USER_CANCEL"):
                raise _Failed
            finish.append(_text(delta.get("finish_reason")))
        case "" | "error":
            raise _Failed


def _ollama(said: Said, name: str, frame: dict[str, Any], finish: list[str]) -> None:
    message = _dict(frame.get("message"))
    said.reasoning += _text(message.get("thinking")) or _text(frame.get("thinking"))
    said.text += _text(message.get("content")) or _text(frame.get("response"))
    if frame.get("done"):
        finish.append(_text(frame.get("done_reason")))
    if frame.get("error"):
        raise _Failed


_READERS = {
    "openai-chat": _chat,
    "openai-responses": _responses,
    "anthropic-messages": _anthropic,
    "gemini": _gemini,
    "cohere": _cohere,
    "ollama": _ollama,
}
