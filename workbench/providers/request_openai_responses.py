"""A request as OpenAI's Responses API spells it: items instead of messages, nothing stored at the provider.

Source: OpenAI's reference of `POST /responses` and its guides to reasoning and to structured outputs.
"""

from collections.abc import Iterator
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, TextPart, ToolCallPart, ToolResultPart
from workbench.providers.quirks import Quirks, effort_of, matches, quirks_of
from workbench.providers.request_parts import (
    Compiled,
    check_file,
    compile_tools,
    data_url,
    file_text,
    ignored_parameters,
    is_image,
    is_text,
    merge_extra,
    own_opaque,
    sampling,
)
from workbench.providers.tool_schema import OPENAI_STRICT, PLAIN, all_required, compile_schema

_TAKEN = frozenset({"temperature", "top_p"})
"""The Responses API has no top_k, seed or stop."""


def compile_openai_responses(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /responses`.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_openai_responses(request, config).body


def spell_openai_responses(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    body: dict[str, Any] = {"model": request.model, "input": list(_items(request, config, quirks)), "stream": True}
    lost: list[str] = []
    if request.system:
        body["instructions"] = request.system
    if quirks.store:
        body["store"] = False
    if quirks.obfuscation:
        body["stream_options"] = {"include_obfuscation": False}
    if request.parameters.max_output_tokens is not None:
        body["max_output_tokens"] = request.parameters.max_output_tokens
    chosen = {name: value for name, value in sampling(request, quirks).items() if name in _TAKEN}
    body.update(chosen)
    sent = set(chosen)
    if _reasoning(body, request, quirks):
        sent.add("reasoning_effort")
    if request.tools:
        schemas, lost = compile_tools(request.tools, PLAIN)
        body["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": schemas[tool.name],
                "strict": False,
            }
            for tool in request.tools
        ]
        if request.tool_choice is not None:
            body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.output_schema is not None:
        lost += _output_schema(body, request)
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _items(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> Iterator[dict[str, Any]]:
    for message in request.messages:
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                yield {"type": "function_call_output", "call_id": part.call_id, "output": part.text}
        if message.role == "assistant":
            yield from (data for data in own_opaque(message, config) if _replayable(data))
            if message.text:
                yield {"role": "assistant", "content": message.text}
            for part in message.parts:
                if isinstance(part, ToolCallPart):
                    yield {
                        "type": "function_call",
                        "call_id": part.call_id,
                        "name": part.name,
                        "arguments": part.arguments or "{}",
                    }
        elif content := _content(message, config, quirks):
            yield {"role": "user", "content": content}


def _replayable(data: Any) -> bool:
    """Only what stands by itself: a reasoning item without its encrypted content is looked up, and was not stored."""
    return isinstance(data, dict) and data.get("type") == "reasoning" and bool(data.get("encrypted_content"))


def _content(message: Message, config: ProviderConfig, quirks: Quirks) -> str | list[dict[str, Any]]:
    if not any(isinstance(part, FilePart) for part in message.parts):
        return message.text
    content: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, TextPart) and part.text:
            content.append({"type": "input_text", "text": part.text})
        elif isinstance(part, FilePart):
            check_file(config, quirks, part)
            if is_image(part):
                content.append({"type": "input_image", "image_url": data_url(part), "detail": "auto"})
            elif is_text(part):
                content.append({"type": "input_text", "text": file_text(part)})
            else:
                content.append({"type": "input_file", "filename": part.name, "file_data": data_url(part)})
    return content


def _reasoning(body: dict[str, Any], request: ModelRequest, quirks: Quirks) -> bool:
    if matches(request.model, quirks.encrypted_models):
        body["include"] = ["reasoning.encrypted_content"]
        body["reasoning"] = {"summary": "auto"}
    effort = effort_of(request, quirks)
    if effort is None:
        return False
    body["reasoning"] = {"effort": effort, **body.get("reasoning", {})}
    return True


def _tool_choice(choice: str) -> Any:
    return choice if choice in ("auto", "none", "required") else {"type": "function", "name": choice}


def _output_schema(body: dict[str, Any], request: ModelRequest) -> list[str]:
    schema = request.output_schema or {}
    compiled = compile_schema(schema, OPENAI_STRICT)
    strict = all_required(schema) and not compiled.lost
    chosen = compiled.schema if strict else compile_schema(schema, PLAIN).schema
    body["text"] = {"format": {"type": "json_schema", "name": "answer", "schema": chosen, "strict": strict}}
    if strict:
        return []
    reason = ", ".join(compiled.lost) or "optional properties"
    return [f"answer: the schema is not enforced strictly ({reason})"]
