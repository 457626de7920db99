"""A request as Gemini's `streamGenerateContent` spells it, for the Gemini API and for Vertex alike.

Source: the Gemini API's reference of `models.streamGenerateContent` and its guides to thinking, thought signatures and
structured output.
"""

from collections.abc import Iterator
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
from workbench.providers.tool_schema import GEMINI, compile_schema

_SPELLINGS = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "stop": "stopSequences",
}
_BUDGETS = {"low": 1024, "medium": 8192, "high": 24576}
NO_SIGNATURE = "skip_thought_signature_validator"
"""What Google documents for a call that another model made, where its own models demand a signature."""


def compile_gemini(request: ModelRequest, config: ProviderConfig) -> dict[str, Any]:
    """The JSON body of `POST /models/MODEL:streamGenerateContent`; the model's name is in the path.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
    """
    return spell_gemini(request, config).body


def spell_gemini(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The body, and what it could not say."""
    quirks = quirks_of(config)
    body: dict[str, Any] = {"contents": _contents(request, config, quirks)}
    lost: list[str] = []
    if request.system:
        body["systemInstruction"] = {"parts": [{"text": request.system}]}
    chosen = sampling(request, quirks)
    generation: dict[str, Any] = {_SPELLINGS[name]: value for name, value in chosen.items()}
    sent = set(chosen)
    if request.parameters.max_output_tokens is not None:
        generation["maxOutputTokens"] = request.parameters.max_output_tokens
    thinking = _thinking(request, quirks)
    if thinking:
        generation["thinkingConfig"] = thinking
        if effort_of(request, quirks) is not None:
            sent.add("reasoning_effort")
    if request.output_schema is not None:
        compiled = compile_schema(request.output_schema, GEMINI)
        generation["responseMimeType"] = "application/json"
        generation["responseSchema"] = compiled.schema
        lost += [f"answer: {line}" for line in compiled.lost]
    if generation:
        body["generationConfig"] = generation
    if request.tools:
        schemas, tool_losses = compile_tools(request.tools, GEMINI)
        lost = tool_losses + lost
        body["tools"] = [{"functionDeclarations": list(_declarations(request, schemas))}]
        if request.tool_choice is not None:
            body["toolConfig"] = {"functionCallingConfig": _tool_choice(request.tool_choice)}
    return Compiled(merge_extra(body, request.parameters.extra), ignored_parameters(request, sent), tuple(lost))


def _declarations(request: ModelRequest, schemas: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for tool in request.tools:
        declaration: dict[str, Any] = {"name": tool.name, "description": tool.description}
        if schemas[tool.name].get("properties"):  # an object without properties is refused
            declaration["parameters"] = schemas[tool.name]
        yield declaration


def _contents(request: ModelRequest, config: ProviderConfig, quirks: Quirks) -> list[dict[str, Any]]:
    contents: list[dict[str, Any]] = []
    for message in request.messages:
        if message.role == "assistant":
            role, parts = "model", _model_parts(message, config, quirks, request.model)
        else:
            role, parts = "user", _user_parts(message, config, quirks)
        if not parts:
            continue
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"].extend(parts)  # results of parallel calls stand in one turn
        else:
            contents.append({"role": role, "parts": parts})
    return contents


def _user_parts(message: Message, config: ProviderConfig, quirks: Quirks) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, ToolResultPart):
            answer = {"error" if part.is_error else "result": part.text}
            result: dict[str, Any] = {"name": part.name, "response": answer}
            if part.call_id and quirks.send_call_ids:
                result["id"] = part.call_id
            parts.append({"functionResponse": result})
        elif isinstance(part, TextPart) and part.text:
            parts.append({"text": part.text})
        elif isinstance(part, FilePart):
            check_file(config, quirks, part)
            if is_text(part) and not is_image(part):
                parts.append({"text": file_text(part)})
            else:
                parts.append({"inlineData": {"mimeType": part.media_type, "data": part.base64_data}})
    return parts


def _model_parts(message: Message, config: ProviderConfig, quirks: Quirks, model: str) -> list[dict[str, Any]]:
    """The model's own turn: server tools first, then text, then calls, each signature on the part that it came with."""
    parts: list[dict[str, Any]] = []
    signatures: dict[int | None, str] = {}
    for data in own_opaque(message, config):
        if isinstance(data, dict) and isinstance(data.get("part"), dict):
            parts.append(data["part"])
        elif isinstance(data, dict) and isinstance(data.get("thoughtSignature"), str):
            signatures[data.get("call")] = data["thoughtSignature"]
    text_signature = signatures.get(None)
    if message.text or text_signature:
        part: dict[str, Any] = {"text": message.text}
        parts.append(part | {"thoughtSignature": text_signature} if text_signature else part)
    calls = [part for part in message.parts if isinstance(part, ToolCallPart)]
    if calls and not signatures and matches(model, quirks.level_models):
        signatures[0] = NO_SIGNATURE
    for number, call in enumerate(calls):
        spoken: dict[str, Any] = {"name": call.name, "args": arguments_object(call.arguments)}
        if call.call_id and quirks.send_call_ids:
            spoken["id"] = call.call_id
        part = {"functionCall": spoken}
        parts.append(part | {"thoughtSignature": signatures[number]} if number in signatures else part)
    return parts


def _thinking(request: ModelRequest, quirks: Quirks) -> dict[str, Any] | None:
    """Thoughts are asked for wherever the model has them, so that they can be seen."""
    if not matches(request.model, quirks.effort_models):
        return None
    thinking: dict[str, Any] = {"includeThoughts": True}
    effort = effort_of(request, quirks)
    if effort is not None and matches(request.model, quirks.level_models):
        thinking["thinkingLevel"] = effort
    elif effort is not None:
        thinking["thinkingBudget"] = _BUDGETS[effort]
    return thinking


def _tool_choice(choice: str) -> dict[str, Any]:
    match choice:
        case "auto" | "none":
            return {"mode": choice.upper()}
        case "required":
            return {"mode": "ANY"}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}
