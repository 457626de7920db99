"""A request as Cohere's v2 chat spells it.

Source: Cohere's reference of `POST /v2/chat` and its guides to reasoning and structured outputs.
"""

from collections.abc import Iterator

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.request_compiler import BUDGETS, ItemCompiler, Json, calls_in, function_call
from workbench.providers.request_parts import data_url
from workbench.providers.tool_schema import COHERE

_SPELLINGS = {
    "temperature": "temperature",
    "top_p": "p",
    "top_k": "k",
    "seed": "seed",
    "stop": "stop_sequences",
    "max_output_tokens": "max_tokens",
}


class CohereCompiler(ItemCompiler):
    """The JSON body of `POST /chat`."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, body = self.request, self.body
        body |= {"model": request.model, "messages": self.items(request.system), "stream": True}
        body |= self.parameters(_SPELLINGS)
        if self.effort is not None:
            body["thinking"] = {"type": "enabled", "token_budget": BUDGETS[self.effort]}
            self.sent.add("reasoning_effort")
        if request.tools:
            body["tools"] = self.function_tools()
            self._write_tool_choice(request.tool_choice)
        if request.output_schema is not None:
            body["response_format"] = {"type": "json_object", "json_schema": self.answer_schema(COHERE)}

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`."""
        return {"type": "image_url", "image_url": {"url": data_url(part)}}

    def result(self, part: ToolResultPart) -> Json:
        """See `ItemCompiler.result`."""
        return {"role": "tool", "tool_call_id": part.call_id, "content": part.text}

    def assistant(self, message: Message) -> Iterator[Json]:
        """See `ItemCompiler.assistant`."""
        spoken: Json = {"role": "assistant"}
        calls = calls_in(message)
        if message.text or not calls:
            spoken["content"] = message.text
        if calls:
            spoken["tool_calls"] = [function_call(call, call.call_id) for call in calls]
            opaque = self.own_opaque(message)
            plans = [data["tool_plan"] for data in opaque if isinstance(data, dict) and "tool_plan" in data]
            if plans:
                spoken["tool_plan"] = "".join(plans)
        yield spoken

    def _write_tool_choice(self, choice: str | None) -> None:
        """Cohere knows REQUIRED and NONE; it can't be told which tool, so only that one is offered."""
        match choice:
            case None | "auto":
                return
            case "required" | "none":
                self.body["tool_choice"] = choice.upper()
                return
        tools = self.body["tools"]
        self.body["tool_choice"] = "REQUIRED"
        self.body["tools"] = [tool for tool in tools if tool["function"]["name"] == choice] or tools
        self.lost.append(f"tool choice: only {choice} is offered, a tool can't be demanded by name")
