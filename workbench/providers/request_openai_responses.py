"""A request as OpenAI's Responses API spells it: items instead of messages, nothing stored at the provider.

Source: OpenAI's reference of `POST /responses` and its guides to reasoning and to structured outputs.
"""

from collections.abc import Iterator
from typing import Any

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.quirks import matches
from workbench.providers.request_compiler import ItemCompiler, Json, calls_in
from workbench.providers.request_parts import data_url
from workbench.providers.tool_schema import PLAIN

_SPELLINGS = {"max_output_tokens": "max_output_tokens", "temperature": "temperature", "top_p": "top_p"}
"""The Responses API has no top_k, seed or stop."""


class ResponsesCompiler(ItemCompiler):
    """The JSON body of `POST /responses`."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, quirks, body = self.request, self.quirks, self.body
        body |= {"model": request.model, "input": self.items(), "stream": True}
        if request.system:
            body["instructions"] = request.system
        if quirks.store:
            body["store"] = False
        if quirks.obfuscation:
            body["stream_options"] = {"include_obfuscation": False}
        body |= self.parameters(_SPELLINGS)
        self._write_reasoning()
        if request.tools:
            schemas = self.tool_schemas(PLAIN)
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
            body["text"] = {"format": {"type": "json_schema", **self.openai_answer_schema()}}

    def text(self, words: str) -> Json:
        """See `Compiler.text`."""
        return {"type": "input_text", "text": words}

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`."""
        return {"type": "input_image", "image_url": data_url(part), "detail": "auto"}

    def document(self, part: FilePart) -> Json:
        """See `Compiler.document`."""
        return {"type": "input_file", "filename": part.name, "file_data": data_url(part)}

    def result(self, part: ToolResultPart) -> Json:
        """See `ItemCompiler.result`."""
        return {"type": "function_call_output", "call_id": part.call_id, "output": part.text}

    def assistant(self, message: Message) -> Iterator[Json]:
        """See `ItemCompiler.assistant`."""
        yield from (data for data in self.own_opaque(message) if _replayable(data))
        if message.text:
            yield {"role": "assistant", "content": message.text}
        for call in calls_in(message):
            spoken = {"type": "function_call", "call_id": call.call_id, "name": call.name}
            yield spoken | {"arguments": call.arguments or "{}"}

    def _write_reasoning(self) -> None:
        reasoning: Json = {}
        if self.effort is not None:
            reasoning["effort"] = self.effort
            self.sent.add("reasoning_effort")
        if matches(self.request.model, self.quirks.encrypted_models):
            self.body["include"] = ["reasoning.encrypted_content"]
            reasoning["summary"] = "auto"
        if reasoning:
            self.body["reasoning"] = reasoning


def _replayable(data: Any) -> bool:
    """Only what stands by itself: a reasoning item without its encrypted content is looked up, and was not stored."""
    return isinstance(data, dict) and data.get("type") == "reasoning" and bool(data.get("encrypted_content"))


def _tool_choice(choice: str) -> Any:
    return choice if choice in ("auto", "none", "required") else {"type": "function", "name": choice}
