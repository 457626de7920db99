"""What a stream says, read without any of the project's own parsers: the other half of every wire test."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Heard:
    """One answer as a careful listener would note it."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    calls: dict[int, list[str]] = field(default_factory=dict)
    """Index to [id, name, arguments]."""
    finish: str | None = None
    usage: dict[str, Any] | None = None
    done: bool = False
    """The protocol's last frame came."""
    error: Any = None
    deltas: int = 0


def events(body: str) -> list[tuple[str, str]]:
    """(event name, data) of every server-sent event; comments are dropped."""
    found = []
    for block in body.replace("\r\n", "\n").split("\n\n"):
        name, data = "", []
        for line in block.split("\n"):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data.append(line[6:])
        if data:
            found.append((name, "\n".join(data)))
    return found


def openai_chat(body: str) -> Heard:
    """Chat Completions."""
    heard = Heard()
    for _, data in events(body):
        if data == "[DONE]":
            heard.done = True
            continue
        frame = json.loads(data)
        heard.error = frame.get("error", heard.error)
        heard.usage = frame.get("usage") or heard.usage
        for choice in frame.get("choices", ()):
            delta = choice["delta"]
            heard.text += delta.get("content") or ""
            heard.reasoning += delta.get("reasoning_content") or ""
            heard.refusal += delta.get("refusal") or ""
            heard.deltas += 1
            heard.finish = choice["finish_reason"] or heard.finish
            for call in delta.get("tool_calls", ()):
                known = heard.calls.setdefault(call["index"], [call.get("id"), call["function"].get("name"), ""])
                known[2] += call["function"]["arguments"]
    return heard


def anthropic_messages(body: str) -> Heard:
    """Messages."""
    heard = Heard()
    for name, data in events(body):
        frame = json.loads(data)
        assert frame["type"] == name
        match name:
            case "message_start":
                heard.usage = frame["message"].get("usage")
            case "content_block_start" if frame["content_block"]["type"] == "tool_use":
                block = frame["content_block"]
                heard.calls[frame["index"]] = [block["id"], block["name"], ""]
            case "content_block_delta":
                delta = frame["delta"]
                heard.deltas += 1
                heard.text += delta.get("text", "")
                heard.reasoning += delta.get("thinking", "")
                if "partial_json" in delta:
                    heard.calls[frame["index"]][2] += delta["partial_json"]
            case "message_delta":
                heard.finish = frame["delta"]["stop_reason"]
                heard.usage = {**(heard.usage or {}), **frame["usage"]} if "usage" in frame else heard.usage
            case "message_stop":
                heard.done = True
            case "error":
                heard.error = frame["error"]
    return heard


def openai_responses(body: str) -> Heard:
    """Responses; the terminal event's output must repeat the deltas."""
    heard = Heard()
    for number, (name, data) in enumerate(events(body)):
        frame = json.loads(data)
        assert frame["type"] == name
        assert frame["sequence_number"] == number
        match name:
            case "response.output_text.delta":
                heard.text += frame["delta"]
            case "response.reasoning_summary_text.delta":
                heard.reasoning += frame["delta"]
            case "response.refusal.delta":
                heard.refusal += frame["delta"]
            case "response.output_item.added" if frame["item"]["type"] == "function_call":
                heard.calls[frame["output_index"]] = [frame["item"]["call_id"], frame["item"]["name"], ""]
            case "response.function_call_arguments.delta":
                heard.calls[frame["output_index"]][2] += frame["delta"]
            case "response.completed" | "response.incomplete":
                response = frame["response"]
                heard.done, heard.usage = True, response["usage"]
                details = response["incomplete_details"]
                heard.finish = details["reason"] if details else response["status"]
                said = [part for item in response["output"] for part in item.get("content", ())]
                assert "".join(part.get("text", "") for part in said) == heard.text
            case "error":
                heard.error = frame
    return heard


def gemini(body: str) -> Heard:
    """Gemini's generateContent."""
    heard = Heard()
    for _, data in events(body):
        frame = json.loads(data)
        heard.error = frame.get("error", heard.error)
        heard.usage = frame.get("usageMetadata", heard.usage)
        for candidate in frame.get("candidates", ()):
            heard.finish = candidate.get("finishReason", heard.finish)
            heard.done = heard.finish is not None
            for part in candidate["content"]["parts"]:
                if "functionCall" in part:
                    call = part["functionCall"]
                    heard.calls[len(heard.calls)] = [call["id"], call["name"], json.dumps(call["args"])]
                elif part.get("thought"):
                    heard.reasoning += part["text"]
                else:
                    heard.text += part["text"]
    return heard


def cohere(body: str) -> Heard:
    """Chat, version 2."""
    heard = Heard()
    for name, data in events(body):
        if data == "[DONE]":
            continue
        frame = json.loads(data)
        assert frame["type"] == name
        match name:
            case "content-delta":
                content = frame["delta"]["message"]["content"]
                heard.text += content.get("text", "")
                heard.reasoning += content.get("thinking", "")
            case "tool-call-start":
                call = frame["delta"]["message"]["tool_calls"]
                heard.calls[frame["index"]] = [call["id"], call["function"]["name"], ""]
            case "tool-call-delta":
                call = frame["delta"]["message"]["tool_calls"]
                heard.calls[frame["index"]][2] += call["function"]["arguments"]
            case "message-end":
                heard.done = True
                heard.finish = frame["delta"]["finish_reason"]
                heard.usage = frame["delta"].get("usage")
                heard.error = frame["delta"].get("error")
    return heard


def ollama(body: str) -> Heard:
    """Ollama's lines."""
    heard = Heard()
    for line in body.split("\n"):
        if not line.strip():
            continue
        frame = json.loads(line)
        heard.error = frame.get("error", heard.error)
        message = frame.get("message", {})
        heard.text += message.get("content", "")
        heard.reasoning += message.get("thinking", "")
        for call in message.get("tool_calls", ()):
            function = call["function"]
            heard.calls[len(heard.calls)] = [call["id"], function["name"], json.dumps(function["arguments"])]
        if frame.get("done"):
            heard.done, heard.finish, heard.usage = True, frame["done_reason"], frame
    return heard


PARSERS = {
    "openai-chat": openai_chat,
    "openai-responses": openai_responses,
    "anthropic-messages": anthropic_messages,
    "gemini": gemini,
    "cohere": cohere,
    "ollama": ollama,
}


def request_for(protocol: str, model: str, prompt: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """(path, body) of a streamed request in a protocol's spelling."""
    messages = [{"role": "user", "content": prompt}]
    match protocol:
        case "openai-chat":
            options = {"include_usage": True}
            body = {"model": model, "messages": messages, "stream": True, "stream_options": options}
            return "/v1/chat/completions", {**body, **more}
        case "openai-responses":
            return "/v1/responses", {"model": model, "input": messages, "stream": True, **more}
        case "anthropic-messages":
            body = {"model": model, "messages": messages, "max_tokens": 4096, "stream": True}
            return "/v1/messages", {**body, **more}
        case "gemini":
            path = f"/v1beta/models/{model}:streamGenerateContent?alt=sse"
            return path, {"contents": [{"role": "user", "parts": [{"text": prompt}]}], **more}
        case "cohere":
            return "/v2/chat", {"model": model, "messages": messages, "stream": True, **more}
        case _:
            return "/api/chat", {"model": model, "messages": messages, **more}
