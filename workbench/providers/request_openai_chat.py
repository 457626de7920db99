"""A request as chat completions spell it, with each vendor's quirks.

Source: OpenAI's reference of chat completions; the vendors' own references for the quirks in `vendors.toml`.
"""

import json
from collections.abc import Iterator
from typing import Any

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.request_compiler import BUDGETS, ItemCompiler, Json, calls_in, function_call
from workbench.providers.request_parts import data_url, short_call_id

_AUDIO = {"audio/wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}


class ChatCompiler(ItemCompiler):
    """The JSON body of `POST /chat/completions`."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, quirks, body = self.request, self.quirks, self.body
        body |= {"model": request.model, "messages": self.items(self._system()), "stream": True}
        options: Json = {}
        if quirks.stream_options:
            options["include_usage"] = True
        if quirks.obfuscation:
            options["include_obfuscation"] = False
        if options:
            body["stream_options"] = options
        spellings = {"max_output_tokens": quirks.token_limit, "seed": quirks.seed}
        body |= self.parameters(spellings | {name: name for name in ("temperature", "top_p", "top_k", "stop")})
        self._write_effort()
        if request.tools:
            body["tools"] = self.function_tools()
            if quirks.parallel_tool_calls:
                body["parallel_tool_calls"] = True
            if request.tool_choice is not None:
                body["tool_choice"] = _tool_choice(request.tool_choice)
        if request.output_schema is not None:
            self._write_output_schema()

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`."""
        return {"type": "image_url", "image_url": {"url": data_url(part)}}

    def document(self, part: FilePart) -> Json:
        """See `Compiler.document`."""
        if form := _AUDIO.get(part.media_type):
            return {"type": "input_audio", "input_audio": {"data": part.base64_data, "format": form}}
        return {"type": "file", "file": {"filename": part.name, "file_data": data_url(part)}}

    def result(self, part: ToolResultPart) -> Json:
        """See `ItemCompiler.result`."""
        return {"role": "tool", "tool_call_id": self._call_id(part.call_id), "content": part.text}

    def assistant(self, message: Message) -> Iterator[Json]:
        """See `ItemCompiler.assistant`."""
        calls = calls_in(message)
        spoken: Json = {"role": "assistant", "content": message.text or (None if calls else "")}
        if calls:
            spoken["tool_calls"] = [function_call(call, self._call_id(call.call_id)) for call in calls]
        if self.quirks.replay != "none":
            for data in self.own_opaque(message):
                _replay(spoken, data, self.quirks.replay)
        yield spoken

    def _call_id(self, call_id: str) -> str:
        return short_call_id(call_id) if self.quirks.short_call_ids else call_id

    def _system(self) -> str:
        """The system prompt; a vendor that only knows "JSON" is told the schema in words, without which it refuses."""
        system, schema = self.request.system or "", self.request.output_schema
        if schema is None or self.quirks.schema != "json_object":
            return system
        told = f"Answer with one JSON object that satisfies this JSON schema: {json.dumps(dict(schema))}"
        return f"{system}\n\n{told}" if system else told

    def _write_effort(self) -> None:
        effort, body = self.effort, self.body
        if effort is None:
            return
        match self.quirks.effort:
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
                return
        self.sent.add("reasoning_effort")

    def _write_output_schema(self) -> None:
        match self.quirks.schema:
            case "none":
                self.lost.append("answer: the schema is not sent, the vendor has no form for it")
            case "json_object":
                self.lost.append("answer: only JSON is demanded, the schema is told in words")
                self.body["response_format"] = {"type": "json_object"}
            case _:
                self.body["response_format"] = {"type": "json_schema", "json_schema": self.openai_answer_schema()}


def _replay(spoken: Json, data: Any, field: str) -> None:
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


def _tool_choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}
