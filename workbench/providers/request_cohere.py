"""A request as Cohere's v2 chat spells it.

Source: Cohere's reference of `POST /v2/chat` and its guides to reasoning and structured outputs.
"""

from collections.abc import Iterator
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, TextPart, ToolCallPart, ToolResultPart
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
    refuse,
    sampling,
)
from workbench.providers.tool_schema import COHERE, PLAIN, compile_schema

_SPELLINGS = {"temperature": "temperature", "top_p": "p", "top_k": "k", "seed": "seed", "stop": "stop_sequences"}
_BUDGETS = {"low": 1024, "medium": 8192, "high": 24576}


def compile_cohere(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /chat`.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_cohere(request, config).body


def spell_cohere(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": list(_messages(request, config, quirks)),
        "stream": True,
    }
    lost: list[str] = []
    chosen = sampling(request, quirks)
    body.update({_SPELLINGS[name]: value for name, value in chosen.items()})
    sent = set(chosen)
    if request.parameters.max_output_tokens is not None:
        body["max_tokens"] = request.parameters.max_output_tokens
    effort = effort_of(request, quirks)
    if effort is not None:
        body["thinking"] = {"type": "enabled", "token_budget": _BUDGETS[effort]}
        sent.add("reasoning_effort")
    if request.tools:
        schemas, lost = compile_tools(request.tools, PLAIN)
        body["tools"] = function_tools(request.tools, schemas)
        lost += _tool_choice(body, request.tool_choice)
    if request.output_schema is not None:
        compiled = compile_schema(request.output_schema, COHERE)
        lost += [f"answer: {line}" for line in compiled.lost]
        body["response_format"] = {"type": "json_object", "json_schema": compiled.schema}
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _messages(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> Iterator[dict[str, Any]]:
    if request.system:
        yield {"role": "system", "content": request.system}
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                yield {"role": "tool", "tool_call_id": part.call_id, "content": part.text}
        if message.role == "assistant":
            yield _assistant(message, config)
        elif content := _content(message, config, quirks):
            yield {"role": "user", "content": content}


def _assistant(message: Message, config: ProviderConfig) -> dict[str, Any]:
    spoken: dict[str, Any] = {"role": "assistant"}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if message.text or not calls:
        spoken["content"] = message.text
    if calls:
        spoken["tool_calls"] = [
            {
                "id": call.call_id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments or "{}"},
            }
            for call in calls
        ]
        plans = [
            data["tool_plan"] for data in own_opaque(message, config) if isinstance(data, dict) and "tool_plan" in data
        ]
        if plans:
            spoken["tool_plan"] = "".join(plans)
    return spoken


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
            else:
                refuse(config, f"takes no {part.media_type} files ({part.name})")
    return content


def _tool_choice(body: dict[str, Any], choice: str | None) -> list[str]:
    """Cohere knows REQUIRED and NONE; it can't be told which tool, so only that one is offered."""
    match choice:
        case None | "auto":
            return []
        case "required" | "none":
            body["tool_choice"] = choice.upper()
            return []
    body["tool_choice"] = "REQUIRED"
    body["tools"] = [tool for tool in body["tools"] if tool["function"]["name"] == choice] or body["tools"]
    return [f"tool choice: only {choice} is offered, a tool can't be demanded by name"]
