"""A request as chat completions spell it, with each vendor's quirks.

Source: OpenAI's reference of chat completions; the vendors' own references for the quirks in `vendors.toml`.
"""

import json
from collections.abc import Iterator
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import (
    FilePart,
    Message,
    ModelRequest,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from workbench.providers.quirks import Quirks, effort_of, quirks_of
from workbench.providers.request_parts import (
    Compiled,
    check_file,
    compile_tools,
    data_url,
    file_text,
    function_tools,
    ignored_parameters,
    is_image,
    is_text,
    merge_extra,
    own_opaque,
    sampling,
    short_call_id,
)
from workbench.providers.tool_schema import OPENAI_STRICT, PLAIN, all_required, compile_schema

BUDGETS = {"low": 1024, "medium": 8192, "high": 24576}
"""Thinking tokens where a vendor takes a number."""


def compile_openai_chat(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /chat/completions`.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_openai_chat(request, config).body


def spell_openai_chat(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": list(_messages(request, config, quirks)),
        "stream": True,
    }
    lost: list[str] = []
    options: dict[str, Any] = {}
    if quirks.stream_options:
        options["include_usage"] = True
    if quirks.obfuscation:
        options["include_obfuscation"] = False
    if options:
        body["stream_options"] = options
    if request.parameters.max_output_tokens is not None:
        body[quirks.token_limit] = request.parameters.max_output_tokens
    chosen = sampling(request, quirks)
    sent = set(chosen)
    if "seed" in chosen:
        body[quirks.seed] = chosen.pop("seed")
    body.update(chosen)
    if _effort(body, request, quirks):
        sent.add("reasoning_effort")
    if request.tools:
        schemas, lost = compile_tools(request.tools, PLAIN)
        body["tools"] = function_tools(request.tools, schemas)
        if quirks.parallel_tool_calls:
            body["parallel_tool_calls"] = True
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.output_schema is not None:
        lost += _output_schema(body, request, quirks)
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _messages(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> Iterator[dict[str, Any]]:
    if system := _system(request, quirks):
        yield {"role": "system", "content": system}
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                yield {"role": "tool", "tool_call_id": _call_id(part.call_id, quirks), "content": part.text}
        if message.role == "assistant":
            yield _assistant(message, config, quirks)
        elif content := _content(message, config, quirks):
            yield {"role": "user", "content": content}


def _system(request: ModelRequest, quirks: Quirks) -> str:
    """The system prompt; where a vendor only knows "JSON", the schema is told in words, without which it refuses."""
    system = request.system or ""
    if request.output_schema is None or quirks.schema != "json_object":
        return system
    told = f"Answer with one JSON object that satisfies this JSON schema: {json.dumps(dict(request.output_schema))}"
    return f"{system}\n\n{told}" if system else told


def _content(message: Message, config: ProviderConfig, quirks: Quirks) -> str | list[dict[str, Any]]:
    if not any(isinstance(part, FilePart) for part in message.parts):
        return message.text
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart) and part.text:
            content.append({"type": "text", "text": part.text})
        elif isinstance(part, FilePart):
            check_file(config, quirks, part)
            if is_image(part):
                content.append({"type": "image_url", "image_url": {"url": data_url(part)}})
            elif is_text(part):
                content.append({"type": "text", "text": file_text(part)})
            elif part.media_type in ("audio/wav", "audio/mpeg", "audio/mp3"):
                form = "wav" if part.media_type == "audio/wav" else "mp3"
                content.append({"type": "input_audio", "input_audio": {"data": part.base64_data, "format": form}})
            else:
                content.append({"type": "file", "file": {"filename": part.name, "file_data": data_url(part)}})
    return content


def _assistant(message: Message, config: ProviderConfig, quirks: Quirks) -> dict[str, Any]:
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    spoken: dict[str, Any] = {"role": "assistant", "content": message.text or (None if calls else "")}
    if calls:
        spoken["tool_calls"] = [
            {
                "id": _call_id(call.call_id, quirks),
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments or "{}"},
            }
            for call in calls
        ]
    if quirks.replay != "none":
        for data in own_opaque(message, config):
            _replay(spoken, data, quirks.replay)
    return spoken


def _replay(spoken: dict[str, Any], data: Any, field: str) -> None:
    """Put back what the vendor gave: an object of message fields, or one reasoning detail after the other."""
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict):
            continue
        value = item.get(field)
        if isinstance(value, list):
            spoken.setdefault(field, []).extend(value)
        elif isinstance(value, str):
            spoken[field] = spoken.get(field, "") + value
        elif field == "reasoning_details" and str(item.get("type", "")).startswith("reasoning."):
            spoken.setdefault(field, []).append(item)


def _call_id(call_id: str, quirks: Quirks) -> str:
    return short_call_id(call_id) if quirks.short_call_ids else call_id


def _effort(body: dict[str, Any], request: ModelRequest, quirks: Quirks) -> bool:
    effort = effort_of(request, quirks)
    if effort is None:
        return False
    match quirks.effort:
        case "reasoning_effort":
            body["reasoning_effort"] = effort
        case "reasoning":
            body["reasoning"] = {"effort": effort}
        case "enable_thinking":
            body["enable_thinking"] = True
            body["thinking_budget"] = BUDGETS[effort]
        case "thinking":
            body["thinking"] = {"type": "enabled"}
        case "chat_template":
            body["reasoning_effort"] = effort
            body["chat_template_kwargs"] = {"enable_thinking": True, "reasoning_effort": effort}
        case _:
            return False
    return True


def _tool_choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _output_schema(body: dict[str, Any], request: ModelRequest, quirks: Quirks) -> list[str]:
    schema = request.output_schema or {}
    if quirks.schema == "none":
        return ["answer: the schema is not sent, the vendor has no form for it"]
    if quirks.schema == "json_object":
        body["response_format"] = {"type": "json_object"}
        return ["answer: only JSON is demanded, the schema is told in words"]
    strict = compile_schema(schema, OPENAI_STRICT)
    if all_required(schema) and not strict.lost:
        body["response_format"] = _json_schema(strict.schema, strict=True)
        return []
    plain = compile_schema(schema, PLAIN)
    body["response_format"] = _json_schema(plain.schema, strict=False)
    reason = ", ".join(strict.lost) or "optional properties"
    return [f"answer: the schema is not enforced strictly ({reason})"]


def _json_schema(schema: dict[str, Any], *, strict: bool) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": strict}}
