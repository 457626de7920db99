"""Answers that came whole: a server that was asked for a stream sent one JSON object, as it would have without asking.

Seen of proxies and mock servers. The object is turned into frames of the protocol's own stream, so that the translators
stay the only ones who know what they mean. Sources: the vendors' references of their responses.
"""

import json
from collections.abc import Mapping
from typing import Any

from workbench.providers.assembly import mapping, sequence, string

Frame = dict[str, Any]


def frames_of(body: bytes) -> list[Frame]:
    """The frames that say what `body` says; none where it is no whole answer of any protocol."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if isinstance(said, list):
        frames = [item for item in said if isinstance(item, dict) and "candidates" in item]
        return frames if len(frames) == len(said) else []
    if not isinstance(said, dict) or said.get("error"):
        return []
    if isinstance(said.get("choices"), list) or isinstance(said.get("candidates"), list) or said.get("done") is True:
        return [said]
    if said.get("type") == "message" and isinstance(said.get("content"), list):
        return [{"type": "message_start", "message": said}, {"type": "message_stop"}]
    if said.get("object") == "response" and isinstance(said.get("output"), list):
        return _responses(said)
    if isinstance(said.get("message"), dict) and string(said.get("finish_reason")):
        return _cohere(said)
    return []


def _responses(said: Frame) -> list[Frame]:
    frames: list[Frame] = []
    for index, item in enumerate(map(mapping, sequence(said["output"]))):
        place: Frame = {"output_index": index}
        for number, part in enumerate(map(mapping, sequence(item.get("summary")))):
            delta = {"summary_index": number, "delta": part.get("text")}
            frames.append({**place, **delta, "type": "response.reasoning_summary_text.delta"})
        for number, part in enumerate(map(mapping, sequence(item.get("content")))):
            kind = string(part.get("type"))
            delta = {"content_index": number, "delta": part.get("refusal" if kind == "refusal" else "text")}
            frames.append({**place, **delta, "type": f"response.{kind}.delta"})
        frames.append({**place, "type": "response.output_item.done", "item": item})
    return [*frames, {"type": f"response.{string(said.get('status')) or 'completed'}", "response": said}]


def _cohere(said: Mapping[str, Any]) -> list[Frame]:
    message = mapping(said.get("message"))
    frames: list[Frame] = [{"type": "message-start", "id": said.get("id")}]
    frames += [
        {"type": "content-delta", "delta": {"message": {"content": content}}}
        for content in sequence(message.get("content"))
    ]
    if plan := string(message.get("tool_plan")):
        frames.append({"type": "tool-plan-delta", "delta": {"message": {"tool_plan": plan}}})
    frames += [
        {"type": "tool-call-start", "index": index, "delta": {"message": {"tool_calls": call}}}
        for index, call in enumerate(sequence(message.get("tool_calls")))
    ]
    end = {"finish_reason": said.get("finish_reason"), "usage": said.get("usage")}
    return [*frames, {"type": "message-end", "delta": end}]
