"""A request as Gemini's `streamGenerateContent` spells it, for the Gemini API and for Vertex alike.

Source: the Gemini API's reference of `models.streamGenerateContent` and its guides to thinking, thought signatures and
structured output.
"""

from collections.abc import Iterator

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.quirks import matches
from workbench.providers.request_compiler import BUDGETS, Json, TurnCompiler, calls_in
from workbench.providers.request_parts import arguments_object
from workbench.providers.tool_schema import GEMINI

_SPELLINGS = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "seed": "seed",
    "stop": "stopSequences",
    "max_output_tokens": "maxOutputTokens",
}
NO_SIGNATURE = "skip_thought_signature_validator"
"""What Google documents for a call that another model made, where its own models demand a signature."""


class GeminiCompiler(TurnCompiler):
    """The JSON body of `POST /models/MODEL:streamGenerateContent`; the model's name is in the path."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, body = self.request, self.body
        body["contents"] = self.turns("model", "parts")
        if request.system:
            body["systemInstruction"] = {"parts": [{"text": request.system}]}
        tools = list(self._declarations())
        if generation := self._generation():
            body["generationConfig"] = generation
        if tools:
            body["tools"] = [{"functionDeclarations": tools}]
            if request.tool_choice is not None:
                body["toolConfig"] = {"functionCallingConfig": _tool_choice(request.tool_choice)}

    def text(self, words: str) -> Json:
        """See `Compiler.text`."""
        return {"text": words}

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`."""
        return {"inlineData": {"mimeType": part.media_type, "data": part.base64_data}}

    document = image

    def user(self, message: Message) -> list[Json]:
        """See `TurnCompiler.user`."""
        parts: list[Json] = []
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                answer = {"error" if part.is_error else "result": part.text}
                result: Json = {"name": part.name, "response": answer}
                if part.call_id and self.quirks.send_call_ids:
                    result["id"] = part.call_id
                parts.append({"functionResponse": result})
            else:
                parts.extend(self.content((part,)))
        return parts

    def assistant(self, message: Message) -> list[Json]:
        """Server tools first, then text, then calls, each signature on the part that it came with."""
        parts: list[Json] = []
        signatures: dict[int | None, str] = {}
        for data in self.own_opaque(message):
            if isinstance(data, dict) and isinstance(data.get("part"), dict):
                parts.append(data["part"])
            elif isinstance(data, dict) and isinstance(data.get("thoughtSignature"), str):
                signatures[data.get("call")] = data["thoughtSignature"]
        text_signature = signatures.get(None)
        if message.text or text_signature:
            part: Json = {"text": message.text}
            parts.append(part | {"thoughtSignature": text_signature} if text_signature else part)
        calls = calls_in(message)
        if calls and not signatures and matches(self.request.model, self.quirks.level_models):
            signatures[0] = NO_SIGNATURE
        for number, call in enumerate(calls):
            spoken: Json = {"name": call.name, "args": arguments_object(call.arguments)}
            if call.call_id and self.quirks.send_call_ids:
                spoken["id"] = call.call_id
            part = {"functionCall": spoken}
            parts.append(part | {"thoughtSignature": signatures[number]} if number in signatures else part)
        return parts

    def _declarations(self) -> Iterator[Json]:
        schemas = self.tool_schemas(GEMINI)
        for tool in self.request.tools:
            declaration: Json = {"name": tool.name, "description": tool.description}
            if schemas[tool.name].get("properties"):  # an object without properties is refused
                declaration["parameters"] = schemas[tool.name]
            yield declaration

    def _generation(self) -> Json:
        generation = self.parameters(_SPELLINGS)
        if thinking := self._thinking():
            generation["thinkingConfig"] = thinking
        if self.request.output_schema is not None:
            generation["responseMimeType"] = "application/json"
            generation["responseSchema"] = self.answer_schema(GEMINI)
        return generation

    def _thinking(self) -> Json | None:
        """Thoughts are asked for wherever the model has them, so that they can be seen."""
        model, quirks = self.request.model, self.quirks
        if not matches(model, quirks.effort_models):
            return None
        thinking: Json = {"includeThoughts": True}
        if self.effort is not None:
            self.sent.add("reasoning_effort")
            if matches(model, quirks.level_models):
                thinking["thinkingLevel"] = self.effort
            else:
                thinking["thinkingBudget"] = BUDGETS[self.effort]
        return thinking


def _tool_choice(choice: str) -> Json:
    match choice:
        case "auto" | "none":
            return {"mode": choice.upper()}
        case "required":
            return {"mode": "ANY"}
    return {"mode": "ANY", "allowedFunctionNames": [choice]}
