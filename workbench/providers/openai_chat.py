"""Chat completions, the protocol that most vendors speak and each bends a little: frames to events.

Sources: OpenAI's streaming reference; the other spellings are those of the vendors' own references and of servers seen.
"""

from collections.abc import Iterator
from typing import Any

from workbench.domain.events import BlockDelta, Meta, StreamEvent, UsageUpdate
from workbench.providers.assembly import Blocks, Warnings, cut, mapping, sequence, string
from workbench.providers.chat_calls import ToolCalls
from workbench.providers.chat_endings import BARE_ERROR, FINISH_REASONS, failure, filter_name, reported_error
from workbench.providers.chat_extras import ExecutedTools, listed_sources, noted_sources
from workbench.providers.chat_reasoning import KeptReasoning
from workbench.providers.chat_usage import usage_of
from workbench.providers.errors import stream_error
from workbench.providers.quirks import Quirks
from workbench.providers.think_tags import ThinkSplitter

_PLAIN_DELTA = frozenset({"content", "role"})
_PLAIN_THOUGHT = frozenset({"content", "role", "reasoning", "reasoning_content", "channel"})
"""Keys of deltas that hold nothing but a piece of text."""


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
        self._calls = ToolCalls(self._blocks, repeats=quirks.repeats_calls)
        self._executed = ExecutedTools(self._blocks)
        self._kept = KeptReasoning(quirks.replay)

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
            yield from listed_sources(self._blocks, frame)
        usage = frame.get("usage")
        if not usage and "x_groq" in frame:
            usage = mapping(frame["x_groq"]).get("usage")
        if usage and type(usage) is dict:
            yield UsageUpdate(usage_of(usage), usage)
        if name == "error" or "error" in frame or "x_groq" in frame or not choices:
            error = reported_error(name, frame)
            if error is not None:
                raise error

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
            if event is not None and self._kept.thoughts is not None:
                self._kept.thoughts.append(event.text)
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
            self._detail = filter_name(choice) if self._finish == "content_filter" else None
        told = choice.get("error")
        error = stream_error(told) if told else failure(self._finish)
        if error is not None:
            yield from self._flush()
            if told or self._finish != BARE_ERROR:
                raise error

    def _delta(self, delta: dict[str, Any]) -> Iterator[StreamEvent]:
        content = delta.get("content")
        reasoning = delta.get("reasoning_content") or delta.get("reasoning")
        if details := delta.get("reasoning_details"):
            words = self._kept.add_details(details)
            reasoning = reasoning or words
        if type(reasoning) is str and reasoning:
            if self._kept.thoughts is not None:
                self._kept.thoughts.append(reasoning)
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
            yield from noted_sources(self._blocks, delta["annotations"])
        if "executed_tools" in delta:
            yield from self._executed.feed(delta["executed_tools"])
        if calls := delta.get("tool_calls"):
            for call in [calls] if isinstance(calls, dict) else sequence(calls):
                if isinstance(call, dict):
                    yield from self._calls.feed(call)
        if (legacy := delta.get("function_call")) and isinstance(legacy, dict):
            yield from self._calls.feed({"index": "function_call", "function": legacy})

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

    def _flush(self) -> Iterator[StreamEvent]:
        """What was held back: half a tag, a call whose name never came, reasoning to be sent back."""
        if self._splitter is not None:
            for kind, text in self._splitter.close():
                yield from self._blocks.add(kind, text)
        yield from self._calls.flush()
        yield from self._blocks.end_all()
        yield from self._kept.flush(self._blocks, calls=bool(self._calls))

    def _end(self) -> Iterator[StreamEvent]:
        yield from self._flush()
        yield from self._warnings.summary()
        self.done = True
        raw = self._finish
        error = failure(raw)
        if error is not None:
            raise error
        reason = FINISH_REASONS.get(raw.lower(), "other") if raw is not None else "stop"
        if self._refused and reason == "stop":
            reason = "refusal"
        yield from self._blocks.finish(reason, raw, self._detail)
