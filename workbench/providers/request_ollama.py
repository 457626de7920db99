"""A request as Ollama's own `/api/chat` spells it.

Source: Ollama's API reference, chat completion, with its notes on thinking, tools and structured outputs.
"""

from collections.abc import Iterator
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, ToolCallPart, ToolResultPart
from workbench.providers.quirks import Quirks, effort_of, matches, quirks_of
from workbench.providers.request_parts import (
    Compiled,
    arguments_object,
    check_file,
    compile_tools,
    file_text,
    function_tools,
    ignored_parameters,
    is_image,
    is_text,
    merge_extra,
    refuse,
    sampling,
)
from workbench.providers.tool_schema import PLAIN, compile_schema


def compile_ollama(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /api/chat`.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_ollama(request, config).body


def spell_ollama(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    body: dict[str, Any] = {
        "model": request.model,
        "messages": list(_messages(request, config, quirks)),
        "stream": True,
    }
    lost: list[str] = []
    options: dict[str, Any] = sampling(request, quirks)
    sent = set(options)
    if request.parameters.max_output_tokens is not None:
        options["num_predict"] = request.parameters.max_output_tokens
    if options:
        body["options"] = options
    effort = effort_of(request, quirks)
    if effort is not None:
        body["think"] = effort if matches(request.model, quirks.level_models) else True
        sent.add("reasoning_effort")
    if request.tools and request.tool_choice != "none":
        schemas, lost = compile_tools(request.tools, PLAIN)
        body["tools"] = function_tools(request.tools, schemas)
        if request.tool_choice not in (None, "auto"):
            lost.append("tool choice: the model decides, a call can't be demanded")
    if request.output_schema is not None:
        body["format"] = compile_schema(request.output_schema, PLAIN).schema
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _messages(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> Iterator[dict[str, Any]]:
    if request.system:
        yield {"role": "system", "content": request.system}
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                yield {"role": "tool", "content": part.text, "tool_name": part.name}
        if message.role == "assistant":
            yield _assistant(message)
        elif spoken := _user(message, config, quirks):
            yield spoken


def _assistant(message: Message) -> dict[str, Any]:
    spoken: dict[str, Any] = {"role": "assistant", "content": message.text}
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if calls:
        spoken["tool_calls"] = [
            {"function": {"name": call.name, "arguments": arguments_object(call.arguments)}} for call in calls
        ]
    return spoken


def _user(message: Message, config: ProviderConfig, quirks: Quirks) -> dict[str, Any]:
    images: list[str] = []
    words = ""
    for part in message.parts:
        if not isinstance(part, FilePart):
            continue
        check_file(config, quirks, part)
        if is_image(part):
            images.append(part.base64_data)
        elif is_text(part):
            words += file_text(part)
        else:
            refuse(config, f"takes no {part.media_type} files ({part.name})")
    content = words + message.text
    if images:
        return {"role": "user", "content": content, "images": images}
    return {"role": "user", "content": content} if content else {}
