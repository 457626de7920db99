"""A request as Ollama's own `/api/chat` spells it.

Source: Ollama's API reference, chat completion, with its notes on thinking, tools and structured outputs.
"""

from collections.abc import Iterator

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.quirks import matches
from workbench.providers.request_compiler import ItemCompiler, Json, calls_in
from workbench.providers.request_parts import arguments_object
from workbench.providers.tool_schema import PLAIN

_SPELLINGS = {name: name for name in ("temperature", "top_p", "top_k", "seed", "stop")}
_SPELLINGS["max_output_tokens"] = "num_predict"


class OllamaCompiler(ItemCompiler):
    """The JSON body of `POST /api/chat`."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, body = self.request, self.body
        body |= {"model": request.model, "messages": self.items(request.system), "stream": True}
        if options := self.parameters(_SPELLINGS):
            body["options"] = options
        if self.effort is not None:
            body["think"] = self.effort if matches(request.model, self.quirks.level_models) else True
            self.sent.add("reasoning_effort")
        if request.tools and request.tool_choice != "none":
            body["tools"] = self.function_tools()
            if request.tool_choice not in (None, "auto"):
                self.lost.append("tool choice: the model decides, a call can't be demanded")
        if request.output_schema is not None:
            body["format"] = self.answer_schema(PLAIN)

    def text(self, words: str) -> Json:
        """See `Compiler.text`; `user` puts it before the prompt."""
        return {"text": words}

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`; `user` puts it beside the prompt."""
        return {"image": part.base64_data}

    def result(self, part: ToolResultPart) -> Json:
        """See `ItemCompiler.result`."""
        return {"role": "tool", "content": part.text, "tool_name": part.name}

    def assistant(self, message: Message) -> Iterator[Json]:
        """See `ItemCompiler.assistant`."""
        spoken: Json = {"role": "assistant", "content": message.text}
        if calls := calls_in(message):
            spoken["tool_calls"] = [
                {"function": {"name": call.name, "arguments": arguments_object(call.arguments)}} for call in calls
            ]
        yield spoken

    def user(self, message: Message) -> Iterator[Json]:
        """One text, the files' words before the prompt's, and the pictures in a list of their own."""
        files = list(self.content(part for part in message.parts if isinstance(part, FilePart)))
        spoken: Json = {"role": "user", "content": "".join(file.get("text", "") for file in files) + message.text}
        if images := [file["image"] for file in files if "image" in file]:
            spoken["images"] = images
        if spoken["content"] or images:
            yield spoken
