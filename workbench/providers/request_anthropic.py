"""A request as Anthropic's Messages API spells it.

Source: Anthropic's reference of `POST /v1/messages` and its guides to extended and adaptive thinking, effort and
structured outputs.
"""

import re
from collections.abc import Mapping
from typing import Any

from workbench.domain.conversation import FilePart, Message, ToolResultPart
from workbench.providers.quirks import ReasoningEffort, matches
from workbench.providers.request_compiler import BUDGETS, Json, TurnCompiler, calls_in
from workbench.providers.request_parts import arguments_object
from workbench.providers.tool_schema import ANTHROPIC_FORMAT, PLAIN

_SPELLINGS = {"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "stop": "stop_sequences"}
_BUDGETS: Mapping[ReasoningEffort, int] = {**BUDGETS, "low": 2048}
_SMALLEST_BUDGET = 1024
_LEAST_TOP_P = 0.95
"""The only range of top_p that is taken while a budget thinks."""
_NO_ID = re.compile(r"[^A-Za-z0-9_-]")
_SERVER_CALLS = ("server_tool_use", "mcp_tool_use")
_REASONING = ("thinking", "redacted_thinking")


class MessagesCompiler(TurnCompiler):
    """The JSON body of `POST /v1/messages`."""

    def write(self) -> None:
        """See `Compiler.write`."""
        request, body = self.request, self.body
        limit = request.parameters.max_output_tokens
        self.sent.add("max_output_tokens")
        body |= {
            "model": request.model,
            "max_tokens": limit if limit is not None else self.quirks.default_max_tokens,
            "messages": self._messages(),
            "stream": True,
        }
        if request.system:
            body["system"] = request.system
        self._write_thinking()
        body |= self.parameters(self._spellings())
        if request.tools:
            schemas = self.tool_schemas(PLAIN)
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
            form = {"type": "json_schema", "schema": self.answer_schema(ANTHROPIC_FORMAT)}
            body["output_config"] = {**body.get("output_config", {}), "format": form}

    def image(self, part: FilePart) -> Json:
        """See `Compiler.image`."""
        return {"type": "image", "source": _source(part)}

    def document(self, part: FilePart) -> Json:
        """See `Compiler.document`."""
        return {"type": "document", "source": _source(part), "title": part.name}

    def user(self, message: Message) -> list[Json]:
        """See `TurnCompiler.user`; results are demanded before anything else."""
        results: list[Json] = []
        for part in message.parts:
            if isinstance(part, ToolResultPart):
                result: Json = {"type": "tool_result", "tool_use_id": _id(part.call_id), "content": part.text}
                results.append(result | {"is_error": True} if part.is_error else result)
        return [*results, *self.content(message.parts)]

    def assistant(self, message: Message) -> list[Json]:
        """See `TurnCompiler.assistant`."""
        opaque = [data for data in self.own_opaque(message) if isinstance(data, dict)]
        asked = {data.get("id") for data in opaque if data.get("type") in _SERVER_CALLS}
        answered = {data.get("tool_use_id") for data in opaque}
        opaque = [data for data in opaque if _replayable(data, asked, answered)]
        blocks = [data for data in opaque if data["type"] in _REASONING]
        blocks += [data for data in opaque if data["type"] not in _REASONING]
        if message.text.strip():
            blocks.append(self.text(message.text))
        for call in calls_in(message):
            spoken = {"type": "tool_use", "id": _id(call.call_id), "name": call.name}
            blocks.append(spoken | {"input": arguments_object(call.arguments)})
        return blocks

    def _messages(self) -> list[Json]:
        messages = self.turns("assistant", "content")
        for turn in messages:
            content = turn["content"]
            if len(content) == 1 and content[0].keys() == {"type", "text"}:
                turn["content"] = content[0]["text"]
        if messages and messages[-1]["role"] == "assistant" and isinstance(messages[-1]["content"], str):
            messages[-1]["content"] = messages[-1]["content"].rstrip()  # a prefill that ends in white space is refused
        return messages

    def _write_thinking(self) -> None:
        """Ask for thinking; beside a tool that must be called it is refused, and only the effort of it is left."""
        if self.effort is None:
            return
        body, forced = self.body, self.request.tools and self.request.tool_choice not in (None, "auto", "none")
        if matches(self.request.model, self.quirks.adaptive_models):
            if not forced:
                body["thinking"] = {"type": "adaptive", "display": "summarized"}
            body["output_config"] = {"effort": self.effort}
        elif forced:
            return
        else:
            budget = _BUDGETS[self.effort]
            if self.request.parameters.max_output_tokens is None:
                body["max_tokens"] += budget
            elif budget >= body["max_tokens"]:
                budget = body["max_tokens"] // 2
            if budget < _SMALLEST_BUDGET:
                return
            body["thinking"] = {"type": "enabled", "budget_tokens": budget}
        self.sent.add("reasoning_effort")

    def _spellings(self) -> dict[str, str]:
        """Those parameters that are taken beside the thinking: a budget forbids nearly all of them."""
        if self.body.get("thinking", {}).get("type") != "enabled":
            return _SPELLINGS
        top_p = self.request.parameters.top_p
        taken = ("stop",) if top_p is None or top_p < _LEAST_TOP_P else ("top_p", "stop")
        return {name: _SPELLINGS[name] for name in taken}


def _source(part: FilePart) -> Json:
    return {"type": "base64", "media_type": part.media_type, "data": part.base64_data}


def _replayable(data: Json, asked: set[Any], answered: set[Any]) -> bool:
    """Reasoning only with its signature, a server tool only with its result and the other way round."""
    kind = data.get("type")
    if kind == "thinking":
        return bool(data.get("signature"))
    if kind in _SERVER_CALLS:
        return data.get("id") in answered
    if "tool_use_id" in data:
        return data["tool_use_id"] in asked
    return isinstance(kind, str)


def _tool_choice(choice: str) -> dict[str, str]:
    match choice:
        case "auto" | "none":
            return {"type": choice}
        case "required":
            return {"type": "any"}
    return {"type": "tool", "name": choice}


def _id(call_id: str) -> str:
    return _NO_ID.sub("_", call_id) or "call"
