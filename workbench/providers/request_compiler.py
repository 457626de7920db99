"""What all request compilers do alike; the compiler of a protocol says how it spells each thing, and nothing else.

Protocols come in two kinds: those with a flat list, in which the result of a tool is an item of its own, and those in
which user and model take turns, and results are part of the user's.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import (
    FilePart,
    Message,
    ModelRequest,
    OpaquePart,
    Part,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.providers.quirks import ReasoningEffort, effort_of, matches, quirks_of
from workbench.providers.request_parts import file_text, is_image, is_text, merge_extra
from workbench.providers.tool_schema import OPENAI_STRICT, PLAIN, Dialect, all_required, compile_schema

BUDGETS: Mapping[ReasoningEffort, int] = {"low": 1024, "medium": 8192, "high": 24576}
"""Thinking tokens where a vendor takes a number."""
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A request in a protocol's words."""

    body: Json
    ignored: tuple[str, ...] = ()
    """Parameters that were asked for and that this model or vendor does not take."""
    lost: tuple[str, ...] = ()
    """What schemas of tools and answers can't say in this protocol."""


class Compiler(ABC):
    """One request on its way into the words of one provider."""

    def __init__(self, request: ModelRequest, config: ProviderConfig) -> None:
        self.request = request
        self.config = config
        self.quirks = quirks_of(config)
        self.effort = effort_of(request, self.quirks)
        """The reasoning effort to send; where the body says it, `sent` does too."""
        self.body: Json = {}
        self.sent: set[str] = set()
        """Parameters that stand in the body."""
        self.lost: list[str] = []
        """What schemas can't say, the tools' before the answer's."""

    def compiled(self) -> Compiled:
        """The body with the user's own parameters in it, and what it could not say.

        Raises:
            ProviderError: of kind `config`, when a part of the request can't be sent there.
        """
        self.write()
        asked = self._asked()
        ignored = tuple(name for name, value in asked.items() if value is not None and name not in self.sent)
        return Compiled(merge_extra(self.body, self.request.parameters.extra), ignored, tuple(self.lost))

    @abstractmethod
    def write(self) -> None:
        """Fill the body."""

    def text(self, words: str) -> Json:
        """Words as a part of a message."""
        return {"type": "text", "text": words}

    @abstractmethod
    def image(self, part: FilePart) -> Json:
        """A picture as a part of a message."""

    def document(self, part: FilePart) -> Json:
        """A file that is neither picture nor text; refused where the protocol has no form for it."""
        raise self.refusal(f"takes no {part.media_type} files ({part.name})")

    def content(self, parts: Iterable[Part]) -> Iterator[Json]:
        """Words and files in the protocol's forms.

        Raises:
            ProviderError: a file can't be sent there.
        """
        for part in parts:
            if isinstance(part, TextPart) and part.text:
                yield self.text(part.text)
            elif isinstance(part, FilePart):
                yield self._file(part)

    def words_or_parts(self, message: Message) -> str | list[Json]:
        """What a message says: a plain text, unless there are files in it."""
        if any(isinstance(part, FilePart) for part in message.parts):
            return list(self.content(message.parts))
        return message.text

    def own_opaque(self, message: Message) -> list[Any]:
        """What this very provider gave to be sent back over this protocol; parts of others are never shown to it."""
        return [
            part.data
            for part in message.parts
            if isinstance(part, OpaquePart)
            and part.provider == self.config.name
            and part.protocol == self.config.protocol
        ]

    def parameters(self, spellings: Mapping[str, str]) -> Json:
        """The maximum output and the sampling parameters, in the order and the words of `spellings`.

        What was not asked for, has no spelling or is refused by the model is not among them.
        """
        asked = self._asked()
        refused = {"reasoning_effort"}
        refused |= {"temperature", "top_p", "top_k", "seed", "stop"} - set(self.quirks.sampling)
        if matches(self.request.model, self.quirks.fixed_sampling):
            refused |= {"temperature", "top_p", "top_k"}
        if asked["temperature"] is not None and matches(self.request.model, self.quirks.exclusive_sampling):
            refused.add("top_p")
        taken = {name: asked[name] for name in spellings if name not in refused and asked[name] is not None}
        self.sent |= taken.keys()
        return {spellings[name]: value for name, value in taken.items()}

    def tool_schemas(self, dialect: Dialect) -> dict[str, Json]:
        """The parameters of each tool in a dialect, by the tool's name."""
        compiled = {tool.name: compile_schema(tool.parameters, dialect) for tool in self.request.tools}
        self.lost += [f"tool {name}: {line}" for name, schema in compiled.items() for line in schema.lost]
        return {name: schema.schema for name, schema in compiled.items()}

    def function_tools(self) -> list[Json]:
        """Tools as chat completions, Cohere and Ollama spell them."""
        schemas = self.tool_schemas(PLAIN)
        return [
            {
                "type": "function",
                "function": {"name": tool.name, "description": tool.description, "parameters": schemas[tool.name]},
            }
            for tool in self.request.tools
        ]

    def answer_schema(self, dialect: Dialect) -> Json:
        """The schema that the answer must satisfy, in a dialect."""
        compiled = compile_schema(self.request.output_schema or {}, dialect)
        self.lost += [f"answer: {line}" for line in compiled.lost]
        return compiled.schema

    def openai_answer_schema(self) -> Json:
        """The answer's schema as OpenAI names it: strict only where strictness changes nothing about it."""
        schema = self.request.output_schema or {}
        strict = compile_schema(schema, OPENAI_STRICT)
        if all_required(schema) and not strict.lost:
            return {"name": "answer", "schema": strict.schema, "strict": True}
        reason = ", ".join(strict.lost) or "optional properties"
        self.lost.append(f"answer: the schema is not enforced strictly ({reason})")
        return {"name": "answer", "schema": compile_schema(schema, PLAIN).schema, "strict": False}

    def refusal(self, sentence: str) -> ProviderError:
        """What to raise, before anything is sent, where a request can't be put into the provider's words."""
        return ProviderError(ErrorInfo("config", f"{self.config.label or self.config.name}: {sentence}"))

    def _file(self, part: FilePart) -> Json:
        if is_image(part):
            if not self.quirks.images:
                raise self.refusal(f"takes no images ({part.name})")
            return self.image(part)
        if is_text(part):
            return self.text(file_text(part))
        if "*" not in self.quirks.files and part.media_type not in self.quirks.files:
            raise self.refusal(f"takes no {part.media_type} files ({part.name})")
        return self.document(part)

    def _asked(self) -> dict[str, Any]:
        parameters = self.request.parameters
        return {
            "temperature": parameters.temperature,
            "top_p": parameters.top_p,
            "top_k": parameters.top_k,
            "seed": parameters.seed,
            "stop": list(parameters.stop) or None,
            "reasoning_effort": parameters.reasoning_effort,
            "max_output_tokens": parameters.max_output_tokens,
        }


class ItemCompiler(Compiler):
    """For a flat list: every result of a tool is an item, and so is what was said."""

    def items(self, system: str | None = None) -> list[Json]:
        """The conversation, after the system prompt where that is an item too."""
        items: list[Json] = [{"role": "system", "content": system}] if system else []
        for message in self.request.messages:
            items.extend(self.result(part) for part in message.parts if isinstance(part, ToolResultPart))
            if message.role == "assistant":
                items.extend(self.assistant(message))
            else:
                items.extend(self.user(message))
        return items

    @abstractmethod
    def result(self, part: ToolResultPart) -> Json:
        """What a tool answered, as an item."""

    @abstractmethod
    def assistant(self, message: Message) -> Iterable[Json]:
        """What the model said and called."""

    def user(self, message: Message) -> Iterable[Json]:
        """What was asked; nothing where a message held only results."""
        if content := self.words_or_parts(message):
            yield {"role": "user", "content": content}


class TurnCompiler(Compiler):
    """For strict turns: what stands on one side together is one message, as the results of parallel calls must."""

    def turns(self, model: str, field: str) -> list[Json]:
        """The conversation; `model` is the role of the model, `field` holds the parts of a turn."""
        turns: list[Json] = []
        for message in self.request.messages:
            role = model if message.role == "assistant" else "user"
            parts = self.assistant(message) if message.role == "assistant" else self.user(message)
            if not parts:
                continue
            if turns and turns[-1]["role"] == role:
                turns[-1][field].extend(parts)
            else:
                turns.append({"role": role, field: parts})
        return turns

    @abstractmethod
    def assistant(self, message: Message) -> list[Json]:
        """What the model said and called."""

    @abstractmethod
    def user(self, message: Message) -> list[Json]:
        """What was asked, and what tools answered."""


def calls_in(message: Message) -> list[ToolCallPart]:
    """The calls that a message asks for."""
    return [part for part in message.parts if isinstance(part, ToolCallPart)]


def function_call(call: ToolCallPart, call_id: str) -> Json:
    """A call as chat completions and Cohere spell it, its arguments raw."""
    return {"id": call_id, "type": "function", "function": {"name": call.name, "arguments": call.arguments or "{}"}}
