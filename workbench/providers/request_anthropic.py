"""A request as Anthropic's Messages API spells it.

Source: Anthropic's reference of `POST /v1/messages` and its guides to extended and adaptive thinking, effort and
structured outputs.
"""

import re
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, TextPart, ToolCallPart, ToolResultPart
from workbench.providers.quirks import Quirks, effort_of, matches, quirks_of
from workbench.providers.request_parts import (
    Compiled,
    arguments_object,
    check_file,
    compile_tools,
    file_text,
    ignored_parameters,
    is_image,
    is_text,
    merge_extra,
    own_opaque,
    sampling,
)
from workbench.providers.tool_schema import ANTHROPIC_FORMAT, PLAIN, compile_schema

_SPELLINGS = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "stop": "stop_sequences"}
_BUDGETS = {"low": 2048, "medium": 8192, "high": 24576}
_SMALLEST_BUDGET = 1024
_REFUSED_WITH_BUDGET = ("temperature", "top_k", "top_p")
_LEAST_TOP_P = 0.95
"""The only range of top_p that is taken while a budget thinks."""
_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_SERVER_CALLS = ("server_tool_use", "mcp_tool_use")
_REASONING = ("thinking", "redacted_thinking")


def compile_anthropic(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /v1/messages`.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_anthropic(request, config).body


def spell_anthropic(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    limit = request.parameters.max_output_tokens
    body: dict[str, Any] = {
        "model": request.model,
        "max_tokens": limit if limit is not None else quirks.default_max_tokens,
        "messages": _messages(request, config, quirks),
        "stream": True,
    }
    lost: list[str] = []
    if request.system:
        body["system"] = request.system
    chosen = {name: value for name, value in sampling(request, quirks).items() if name in _SPELLINGS}
    sent = set(chosen)
    if _thinking(body, request, quirks):
        sent.add("reasoning_effort")
        if body["thinking"]["type"] == "enabled":
            for name in _REFUSED_WITH_BUDGET:
                if name != "top_p" or chosen.get(name, 1.0) < _LEAST_TOP_P:
                    chosen.pop(name, None)
                    sent.discard(name)
    body.update({_SPELLINGS[name]: value for name, value in chosen.items()})
    if request.tools:
        schemas, lost = compile_tools(request.tools, PLAIN)
        body["tools"] = [
            {
                "name": tool.name,
                "description": tool.description,
                "input_schema": {"type": "object"} | schemas[tool.name],
            }
            for tool in request.tools
        ]
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.output_schema is not None:
        compiled = compile_schema(request.output_schema, ANTHROPIC_FORMAT)
        lost += [f"answer: {line}" for line in compiled.lost]
        body["output_config"] = {
            **body.get("output_config", {}),
            "format": {"type": "json_schema", "schema": compiled.schema},
        }
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _messages(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> list[dict[str, Any]]:
    """Turns in alternation: the results of parallel calls must stand together in the one message that follows them."""
    messages: list[dict[str, Any]] = []
    for message in request.messages:
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _assistant(message, config) if role == "assistant" else _user(message, config, quirks)
        if not blocks:
            continue
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"].extend(blocks)
        else:
            messages.append({"role": role, "content": blocks})
    for turn in messages:
        content = turn["content"]
        if len(content) == 1 and content[0].keys() == {"type", "text"}:
            turn["content"] = content[0]["text"]
    if messages and messages[-1]["role"] == "assistant" and isinstance(messages[-1]["content"], str):
        messages[-1]["content"] = messages[-1]["content"].rstrip()  # a prefill that ends in white space is refused
    return messages


def _user(message: Message, config: ProviderConfig, quirks: Quirks) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            result: dict[str, Any] = {"type": "tool_result", "tool_use_id": _id(part.call_id), "content": part.text}
            results.append(result | {"is_error": True} if part.is_error else result)
        elif isinstance(part, TextPart) and part.text:
            content.append({"type": "text", "text": part.text})
        elif isinstance(part, FilePart):
            content.append(_file(part, config, quirks))
    return results + content


def _file(part: FilePart, config: ProviderConfig, quirks: Quirks) -> dict[str, Any]:
    check_file(config, quirks, part)
    if is_text(part):
        return {"type": "text", "text": file_text(part)}
    source = {"type": "base64", "media_type": part.media_type, "data": part.base64_data}
    if is_image(part):
        return {"type": "image", "source": source}
    return {"type": "document", "source": source, "title": part.name}


def _assistant(message: Message, config: ProviderConfig) -> list[dict[str, Any]]:
    opaque = [data for data in own_opaque(message, config) if isinstance(data, dict)]
    asked = {data.get("id") for data in opaque if data.get("type") in _SERVER_CALLS}
    answered = {data.get("tool_use_id") for data in opaque}
    opaque = [data for data in opaque if _replayable(data, asked, answered)]
    blocks = [data for data in opaque if data["type"] in _REASONING]
    blocks += [data for data in opaque if data["type"] not in _REASONING]
    if message.text.strip():
        blocks.append({"type": "text", "text": message.text})
    for part in message.parts:
        if isinstance(part, ToolCallPart):
            call = {"type": "tool_use", "id": _id(part.call_id), "name": part.name}
            blocks.append(call | {"input": arguments_object(part.arguments)})
    return blocks


def _replayable(data: dict[str, Any], asked: set[Any], answered: set[Any]) -> bool:
    """Reasoning only with its signature, a server tool only with its result and the other way round."""
    kind = data.get("type")
    if kind == "thinking":
        return bool(data.get("signature"))
    if kind in _SERVER_CALLS:
        return data.get("id") in answered
    if "tool_use_id" in data:
        return data["tool_use_id"] in asked
    return isinstance(kind, str)


def _thinking(body: dict[str, Any], request: ModelRequest, quirks: Quirks) -> bool:
    effort = effort_of(request, quirks)
    if effort is None:
        return False
    if matches(request.model, quirks.adaptive_models):
        body["thinking"] = {"type": "adaptive", "display": "summarized"}
        body["output_config"] = {"effort": effort}
        return True
    budget = _BUDGETS[effort]
    if request.parameters.max_output_tokens is None:
        body["max_tokens"] += budget
    elif budget >= body["max_tokens"]:
        budget = body["max_tokens"] // 2
    if budget < _SMALLEST_BUDGET:
        return False
    body["thinking"] = {"type": "enabled", "budget_tokens": budget}
    return True


def _tool_choice(choice: str) -> dict[str, str]:
    match choice:
        case "auto" | "none":
            return {"type": choice}
        case "required":
            return {"type": "any"}
    return {"type": "tool", "name": choice}


def _id(call_id: str) -> str:
    return _NO_ID.sub("_", call_id) or "call"
