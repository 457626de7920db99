"""Chat completions, the protocol that most vendors speak and each bends a little: frames to events.

Sources: OpenAI's streaming reference; the other spellings are those of the vendors' own references and of servers seen.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.clean import storable
from workbench.domain.events import (
    BlockDelta,
    FinishReason,
    Meta,
    StreamEvent,
    UsageUpdate,
)
from workbench.domain.usage import Usage
from workbench.providers.assembly import Blocks, Warnings, count, cut, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.quirks import Quirks
from workbench.providers.think_tags import ThinkSplitter

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "complete": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "refusal": "refusal",
    "pause_turn": "paused",
    "abort": "incomplete",
}
_FAILURES = {
    "error": "the provider ended the answer with an error",
    "network_error": "the provider lost its connection to the model",
    "insufficient_system_resource": "the provider is out of capacity",
}
_OVERLOADED = "insufficient_system_resource"
_PLAIN_DELTA = frozenset({"content", "role"})
_PLAIN_THOUGHT = frozenset({"content", "role", "reasoning", "reasoning_content", "channel"})
"""Keys of deltas that hold nothing but a piece of text."""


@dataclass(slots=True)
class _Call:
    """A tool call under construction; it opens as a block once its name is known."""

    call_id: str | None = None
    name: str = ""
    block: int | None = None
    arguments: list[str] = field(default_factory=list)


class ChatTranslator:
    """One answer. The finish waits for `[DONE]` or the end of the body, because usage often comes after its reason."""

    def __init__(self, quirks: Quirks = Quirks()) -> None:  # noqa: B008  (frozen)
        self.done = False
        self._blocks = Blocks()
        self._warnings = Warnings()
        self._quirks = quirks
        self._splitter = ThinkSplitter() if quirks.think_tags else None
        self._simple = not quirks.think_tags
        self._named = False
        self._finish: str | None = None
        self._detail: str | None = None
        self._refused = False
        self._calls: list[_Call] = []
        self._by_index: dict[Any, _Call] = {}
        self._server_tools: dict[Any, int] = {}
        self._server_data: dict[Any, dict[str, Any]] = {}
        self._details: list[dict[str, Any]] = []
        self._thoughts: list[str] | None = [] if quirks.replay in ("reasoning_content", "reasoning") else None

    @property
    def finished(self) -> bool:
        """See `Translator.finished`."""
        return self._finish is not None

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """See `Translator.feed`."""
        if type(frame) is not dict:
            return
        if not self._named:
            yield from self._meta(frame)
        choices = frame.get("choices")
        if (
            choices
            and self._simple
            and not name
            and not frame.get("usage")
            and "error" not in frame
            and "x_groq" not in frame
            and "citations" not in frame
            and "search_results" not in frame
        ):
            quick = self._quick(choices)
            if quick is not None:
                yield quick
                return
        if choices and type(choices) is list:
            for choice in choices:
                if type(choice) is dict:
                    yield from self._choice(choice)
        if "citations" in frame or "search_results" in frame:
            yield from self._citations(frame)
        usage = frame.get("usage")
        if not usage and "x_groq" in frame:
            usage = mapping(frame["x_groq"]).get("usage")
        if usage and type(usage) is dict:
            yield UsageUpdate(usage_of(usage), usage)
        if name == "error" or "error" in frame or "x_groq" in frame or not choices:
            self._check(name, frame)

    def _quick(self, choices: Any) -> BlockDelta | None:
        """The one event of most frames: more of the running text or reasoning and nothing else."""
        if len(choices) != 1 or type(choice := choices[0]) is not dict:
            return None
        delta = choice.get("delta")
        if type(delta) is not dict or choice.get("finish_reason") or choice.get("index"):
            return None
        if "error" in choice or "usage" in choice:
            return None
        content = delta.get("content")
        if content and (len(delta) == 1 or delta.keys() <= _PLAIN_DELTA):
            return self._blocks.more("text", content)
        if len(delta) == 1 or (not content and delta.keys() <= _PLAIN_THOUGHT):
            thought = delta.get("reasoning_content") or delta.get("reasoning")
            event = self._blocks.more("reasoning", thought)
            if event is not None and self._thoughts is not None:
                self._thoughts.append(event.text)
            return event
        return None

    def marker(self, text: str) -> Iterator[StreamEvent]:
        """`[DONE]`: the finish, if its reason was seen; else the end of the body decides."""
        if self._finish is not None or self._quirks.finish_optional:
            yield from self._end()

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`."""
        if self._finish is None and not self._quirks.finish_optional:
            yield from self._flush()
            raise cut()
        yield from self._end()

    def _meta(self, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        model = string(frame.get("model"))
        if model:
            self._named = True
            yield Meta(model, string(frame.get("id")) or None)

    def _choice(self, choice: dict[str, Any]) -> Iterator[StreamEvent]:
        if choice.get("index"):
            yield from self._warnings.note("extra_choice", "the provider sent more than one choice; the first is shown")
            return
        delta = choice.get("delta")
        if type(delta) is dict:
            if len(delta) == 1 and type(text := delta.get("content")) is str and self._splitter is None:
                yield from self._blocks.add("text", text)
            elif delta:
                yield from self._delta(delta)
        elif "delta" not in choice and type(message := choice.get("message")) is dict:
            yield from self._delta(message)
        if "usage" in choice and (usage := mapping(choice["usage"])):
            yield UsageUpdate(usage_of(usage), usage)
        reason = choice.get("finish_reason")
        if reason:
            self._finish = string(reason) or str(reason)
            self._detail = _filter_name(choice) if self._finish == "content_filter" else None
        if self._finish in _FAILURES or choice.get("error"):
            yield from self._flush()
            error = choice.get("error")
            if not error:
                if self._finish == "error" or self._finish is None:
                    return
                code = "overloaded" if self._finish == _OVERLOADED else "server_error"
                error = {"message": _FAILURES[self._finish], "code": code}
            raise stream_error(error)

    def _delta(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        content = delta.get("content")
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        details = delta.get("reasoning_details")
        if details:
            details = [part for part in sequence(details) if isinstance(part, dict)]
            self._keep(details)
            if not reasoning:
                reasoning = "".join(string(part.get("text")) or string(part.get("summary")) for part in details)
        if type(reasoning) is str and reasoning:
            if self._thoughts is not None:
                self._thoughts.append(reasoning)
            yield from self._blocks.add("reasoning", reasoning)
        if type(content) is str:
            if content:
                yield from self._text(content)
        elif type(content) is list:
            yield from self._parts(content)
        refusal = delta.get("refusal")
        if type(refusal) is str and refusal:
            self._refused = True
            yield from self._blocks.add("refusal", refusal)
        if "annotations" in delta:
            for note in sequence(delta["annotations"]):
                source = mapping(mapping(note).get("url_citation"))
                yield from self._blocks.cite(source.get("url"), source.get("title"))
        if "executed_tools" in delta:
            yield from self._executed(sequence(delta["executed_tools"]))
        if calls := delta.get("tool_calls"):
            for call in [calls] if isinstance(calls, dict) else sequence(calls):
                if isinstance(call, dict):
                    yield from self._tool(call)
        if (legacy := delta.get("function_call")) and isinstance(legacy, dict):
            yield from self._tool({"index": "function_call", "function": legacy})

    def _text(self, content: str) -> Iterator[StreamEvent]:
        if self._splitter is None:
            yield from self._blocks.add("text", content)
            return
        for kind, text in self._splitter.feed(content):
            yield from self._blocks.add(kind, text)

    def _parts(self, parts: list[Any]) -> Iterator[StreamEvent]:
        """Mistral's typed content: text, thinking (a text or parts again) and references."""
        for part in parts:
            if isinstance(part, str):
                yield from self._blocks.add("text", part)
            if not isinstance(part, dict):
                continue
            kind = part.get("type")
            if kind == "thinking":
                thinking = part.get("thinking")
                pieces = [thinking] if isinstance(thinking, str) else sequence(thinking)
                for piece in pieces:
                    text = piece if isinstance(piece, str) else string(mapping(piece).get("text"))
                    yield from self._blocks.add("reasoning", text)
            elif kind in ("text", "output_text", None):
                yield from self._blocks.add("text", string(part.get("text")))
            elif kind == "tool_reference":
                yield from self._blocks.cite(part.get("url"), part.get("title"))
            elif kind != "reference":
                yield from self._warnings.note("unknown_event", f"content part {string(kind)[:40]!r}")

    def _tool(self, item: dict[str, Any]) -> Iterator[StreamEvent]:
        function = mapping(item.get("function")) or mapping(item.get("custom"))
        name = string(function.get("name"))
        arguments = function.get("arguments", function.get("input"))
        call = self._call(item.get("index"), string(item.get("id")), name, arguments)
        call.call_id = call.call_id or string(item.get("id")) or None
        call.name = call.name or name
        if isinstance(arguments, dict | list):
            arguments = "" if call.arguments else _dumps(arguments)
        arguments = string(arguments)
        if call.block is None and call.name:
            yield from self._blocks.end_text()
            opened = self._blocks.start("tool", call.name, call.call_id)
            call.block = opened.block
            yield opened
            for held in call.arguments:
                yield from self._blocks.delta(call.block, held)
        if arguments:
            call.arguments.append(arguments)
            if call.block is not None:
                yield from self._blocks.delta(call.block, arguments)

    def _call(self, index: Any, call_id: str, name: str, arguments: Any) -> _Call:
        """The call that a fragment belongs to, a new one where it begins one.

        Servers leave out the index, the id or both, or number every call 0 and tell them apart by id or by name alone.
        """
        if isinstance(index, list | dict):
            index = None
        if index is not None:
            found = self._by_index.get(index)
            begins_another = (
                found is not None
                and bool(name)
                and ((call_id and found.call_id and call_id != found.call_id) or (not call_id and not found.call_id))
                and _is_whole(found.arguments)
            )
            if found is None or begins_another:
                found = self._begin()
                self._by_index[index] = found
            return found
        if call_id:
            for call in self._calls:
                if call.call_id == call_id:
                    return call
        elif self._calls and not name:
            return self._calls[-1]
        return self._begin()

    def _begin(self) -> _Call:
        call = _Call()
        self._calls.append(call)
        return call

    def _executed(self, tools: list[Any]) -> Iterator[StreamEvent]:
        """Tools that ran at Groq: announced, then sent again with their output."""
        for tool in tools:
            if not isinstance(tool, dict):
                continue
            key = tool.get("index") if isinstance(tool.get("index"), int) else None
            if key not in self._server_tools:
                opened = self._blocks.start("opaque", string(tool.get("type") or tool.get("name")) or "tool")
                self._server_tools[key] = opened.block
                yield opened
            self._server_data.setdefault(key, {}).update(tool)
            if tool.get("output"):
                yield from self._blocks.end(self._server_tools[key], self._server_data[key])

    def _citations(self, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        """Perplexity and xAI: sources beside the choices, all of them in every frame."""
        found = [source for source in sequence(frame.get("search_results")) if isinstance(source, dict)]
        titles = {source["url"]: source.get("title") for source in found if isinstance(source.get("url"), str)}
        cited = sequence(frame.get("citations"))
        for source in cited:
            url = mapping(source).get("url") if isinstance(source, dict) else source
            title = mapping(source).get("title") or (titles.get(url) if isinstance(url, str) else None)
            yield from self._blocks.cite(url, title)
        if not cited:
            for url, title in titles.items():
                yield from self._blocks.cite(url, title)

    def _keep(self, details: list[dict[str, Any]]) -> None:
        """Join the pieces of OpenRouter's reasoning details, which are sent back as they were."""
        for part in details:
            last = self._details[-1] if self._details else None
            if last is not None and all(last.get(key) == part.get(key) for key in ("type", "index")):
                for key, value in part.items():
                    if key in ("text", "summary", "data") and isinstance(value, str):
                        last[key] = string(last.get(key)) + value
                    elif value is not None and value != "":
                        last[key] = value
            else:
                self._details.append(dict(part))

    def _check(self, name: str, frame: dict[str, Any]) -> None:
        """Raise what the provider reports as an error, in any of the places where it is put.

        Raises:
            ProviderError: there is one.
        """
        error = frame.get("error") or mapping(frame.get("x_groq")).get("error")
        if error:
            raise stream_error(error)
        if name == "error" or frame.get("object") == "error" or frame.get("type") == "error":
            raise stream_error(frame)
        if "choices" not in frame and "message" in frame and ("code" in frame or "status" in frame):
            raise stream_error(frame)

    def _flush(self) -> Iterator[StreamEvent]:
        """What was held back: half a tag, a call whose name never came, reasoning to be sent back."""
        if self._splitter is not None:
            for kind, text in self._splitter.close():
                yield from self._blocks.add(kind, text)
        for call in self._calls:
            if call.block is None:
                opened = self._blocks.start("tool", "", call.call_id)
                call.block = opened.block
                yield opened
                for held in call.arguments:
                    yield BlockDelta(call.block, held)
        yield from self._blocks.end_all()
        if self._details and self._quirks.replay == "reasoning_details":
            details, self._details = self._details, []
            yield from self._blocks.whole("opaque", "reasoning_details", {"reasoning_details": details})
        if self._thoughts and self._calls:  # vendors want it back only within a loop of tool calls
            thoughts, self._thoughts = storable("".join(self._thoughts)), None
            yield from self._blocks.whole("opaque", "reasoning", {self._quirks.replay: thoughts})

    def _end(self) -> Iterator[StreamEvent]:
        yield from self._flush()
        yield from self._warnings.summary()
        self.done = True
        raw = self._finish
        if raw == "error":
            raise stream_error({"message": _FAILURES["error"], "code": "server_error"})
        reason = FINISH_REASONS.get(raw.lower(), "other") if raw is not None else "stop"
        if self._refused and reason == "stop":
            reason = "refusal"
        yield from self._blocks.finish(reason, raw, self._detail)


def usage_of(raw: Mapping[str, Any]) -> Usage:
    """Chat completions' counts: the prompt includes what was cached, the completion includes reasoning.

    Where the vendor's own total shows that reasoning was counted apart (xAI), it is added.
    """
    read = mapping(raw.get("prompt_tokens_details"))
    written = mapping(raw.get("completion_tokens_details"))
    prompt, output = count(raw.get("prompt_tokens")), count(raw.get("completion_tokens"))
    reasoning = _first(written.get("reasoning_tokens"), raw.get("reasoning_tokens"))
    if prompt is not None and output is not None and reasoning:
        total = count(raw.get("total_tokens"))
        if total is not None and total == prompt + output + reasoning:
            output += reasoning
    return Usage(
        input_tokens=prompt,
        output_tokens=output,
        cached_input_tokens=_first(
            read.get("cached_tokens"), raw.get("prompt_cache_hit_tokens"), raw.get("cached_tokens")
        ),
        cache_write_tokens=_first(read.get("cache_write_tokens"), read.get("cache_creation_tokens")),
        reasoning_tokens=reasoning,
        server_tools=_server_tools(raw),
    )


def _server_tools(raw: Mapping[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for source in ("server_tool_use", "server_tool_use_details", "server_side_tool_usage_details"):
        for name, value in mapping(raw.get(source)).items():
            if (number := count(value)) is not None:
                counts[name] = number
    for name in ("num_search_queries", "num_sources_used"):
        if number := count(raw.get(name)):
            counts[name] = number
    return counts


def _first(*values: Any) -> int | None:
    """The first value that the provider gave, as a count."""
    return next((count(value) for value in values if value is not None), None)


def _filter_name(choice: Mapping[str, Any]) -> str | None:
    """Which of Azure's filters struck."""
    results = mapping(choice.get("content_filter_results"))
    struck = [name for name, result in results.items() if mapping(result).get("filtered")]
    return ", ".join(struck) or None


def _is_whole(arguments: list[str]) -> bool:
    """Whether the fragments are a complete JSON text."""
    import json

    try:
        json.loads("".join(arguments))
    except (ValueError, RecursionError):
        return False
    return True


def _dumps(arguments: Any) -> str:
    import json

    return json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
