"""OpenAI's Responses stream: frames to events. Source: its streaming reference, and servers that imitate it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.events import FinishReason, Heartbeat, Meta, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.assembly import Blocks, Warnings, count, cut, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.quirks import Quirks

INCOMPLETE: Mapping[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
}
_TERMINAL = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_REPEATING = re.compile(
    r"response\.(?:output_text|refusal|reasoning_text|reasoning_summary_text|reasoning_summary_part|reasoning_summary"
    r"|reasoning|content_part|function_call_arguments|custom_tool_call_input|audio|audio\.transcript)\.(?:done|added)"
)
"""Events that only repeat what their deltas said, or announce them."""
_PROGRESS = re.compile(r"response\.([a-z_]*(?:call|list_tools|compaction|search)[a-z_]*)\.([a-z_]+)")
_TOOLS = ("function_call", "custom_tool_call")


@dataclass(slots=True)
class _Item:
    """An output item that is a tool call or ran at the provider."""

    kind: str = ""
    block: int | None = None
    pieces: list[str] = field(default_factory=list)


class ResponsesTranslator:
    """One answer. It is over with `response.completed` and its likes; the usage comes only there."""

    def __init__(self, quirks: Quirks = Quirks()) -> None:  # noqa: B008  (frozen)
        self.done = False
        self._blocks = Blocks()
        self._warnings = Warnings()
        self._model: str | None = None
        self._texts: dict[Any, int] = {}
        self._reasoning: dict[Any, int] = {}
        self._summaries: set[Any] = set()
        self._raw_items: set[Any] = set()
        self._items: dict[Any, _Item] = {}
        self._server_tools: dict[str, int] = {}
        self._seen: dict[int, int] | None = {}
        self._refused = False
        self._optional = quirks.finish_optional

    @property
    def finished(self) -> bool:
        """See `Translator.finished`."""
        return self.done

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """See `Translator.feed`."""
        if type(frame) is not dict:
            return
        kind = frame.get("type") or name
        if self._seen is not None and self._came_before(kind, frame):
            yield from self._warnings.note("duplicate_event", "an event came twice with one sequence number")
        elif kind == "response.output_text.delta":
            block = self._texts.get(("text", frame.get("output_index"), frame.get("content_index")), -1)
            quick = self._blocks.plain(block, frame.get("delta"))
            if quick is not None:
                yield quick
            else:
                yield from self._text("text", frame)
        elif kind == "response.function_call_arguments.delta" or kind == "response.custom_tool_call_input.delta":
            yield from self._arguments(frame)
        elif kind == "response.reasoning_summary_text.delta":
            yield from self._summary(frame)
        elif kind == "response.reasoning_text.delta" or kind == "response.reasoning.delta":
            yield from self._raw_reasoning(frame)
        elif kind == "response.refusal.delta":
            self._refused = True
            yield from self._text("refusal", frame)
        elif kind == "response.output_item.added":
            yield from self._added(frame.get("output_index"), mapping(frame.get("item")))
        elif kind == "response.output_item.done":
            yield from self._ended(frame.get("output_index"), mapping(frame.get("item")))
        elif kind == "response.output_text.annotation.added":
            annotation = mapping(frame.get("annotation"))
            yield from self._blocks.cite(annotation.get("url"), annotation.get("title"))
        elif kind in _TERMINAL:
            yield from self._terminal(string(kind), mapping(frame.get("response")))
        elif kind in ("response.created", "response.in_progress", "response.queued"):
            yield from self._meta(mapping(frame.get("response")))
            yield Heartbeat(string(kind).removeprefix("response.") if kind != "response.created" else None)
        elif kind == "error" or name == "error" or frame.get("error"):
            error = frame.get("error")
            raise stream_error(error if isinstance(error, dict | str) and error else frame)
        else:
            yield from self._other(string(kind))

    def marker(self, text: str) -> Iterator[StreamEvent]:
        """`[DONE]`, which some servers send after the terminal event."""
        yield from ()

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`."""
        yield from self._blocks.end_all()
        if not self._optional:
            raise cut()
        yield from self._finish("stop", None)

    def _came_before(self, kind: Any, frame: dict[str, Any]) -> bool:
        """Whether this very event was here already; servers that don't really number their events are noticed."""
        number = frame.get("sequence_number")
        if type(number) is not int or self._seen is None:
            return False
        mark = hash((kind, string(frame.get("delta"))))
        before = self._seen.get(number)
        if before is None:
            self._seen[number] = mark
            return False
        if before != mark:
            self._seen = None
            return False
        return True

    def _text(self, kind: Any, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        text = frame.get("delta")
        if type(text) is not str or not text:
            return
        key = (kind, _key(frame.get("output_index")), _key(frame.get("content_index")))
        block = self._texts.get(key)
        if block is None:
            opened = self._blocks.start(kind)
            block = self._texts[key] = opened.block
            yield opened
        yield from self._blocks.delta(block, text)

    def _summary(self, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        """Parts of summaries are paragraphs: a blank line stands between them, also across items."""
        item = _key(frame.get("output_index"))
        part = (item, _key(frame.get("summary_index")))
        text = string(frame.get("delta"))
        if item in self._raw_items:
            return
        if part not in self._summaries:
            if self._summaries:
                text = "\n\n" + text
            self._summaries.add(part)
        yield from self._reason(item, text)

    def _raw_reasoning(self, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        """Reasoning as it is (open models); a server that also sends it as a summary has said it once already."""
        item = _key(frame.get("output_index"))
        if any(item == summarized for summarized, _ in self._summaries):
            return
        self._raw_items.add(item)
        yield from self._reason(item, string(frame.get("delta")))

    def _reason(self, item: Any, text: str) -> Iterator[StreamEvent]:
        block = self._reasoning.get(item)
        if block is None:
            opened = self._blocks.start("reasoning")
            block = self._reasoning[item] = opened.block
            yield opened
        yield from self._blocks.delta(block, text)

    def _arguments(self, frame: dict[str, Any]) -> Iterator[StreamEvent]:
        item = self._items.setdefault(_key(frame.get("output_index")), _Item())
        piece = string(frame.get("delta"))
        item.pieces.append(piece)
        if item.block is not None:
            yield from self._blocks.delta(item.block, piece)

    def _added(self, index: Any, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        kind = string(item.get("type"))
        if kind in ("message", "reasoning", ""):
            return
        yield from self._open(self._items.setdefault(_key(index), _Item()), item)

    def _open(self, entry: _Item, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        if entry.block is not None:
            return
        entry.kind = string(item.get("type"))
        if entry.kind in _TOOLS:
            call_id = string(item.get("call_id")) or string(item.get("id")) or None
            opened = self._blocks.start("tool", string(item.get("name")), call_id)
        else:
            opened = self._blocks.start("opaque", entry.kind)
        entry.block = opened.block
        yield opened
        if entry.kind in _TOOLS:
            for piece in entry.pieces:
                yield from self._blocks.delta(opened.block, piece)

    def _ended(self, index: Any, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        kind = string(item.get("type"))
        if kind == "message":
            for content in sequence(item.get("content")):
                for note in sequence(mapping(content).get("annotations")):
                    yield from self._blocks.cite(mapping(note).get("url"), mapping(note).get("title"))
            for key in [key for key in self._texts if key[1] == _key(index)]:
                yield from self._blocks.end(self._texts[key])
                del self._texts[key]
        elif kind == "reasoning":
            data = dict(item) if item.get("encrypted_content") else None
            block = self._reasoning.pop(_key(index), None)
            if block is not None:
                yield from self._blocks.end(block, data)
            elif data is not None:
                yield from self._blocks.whole("opaque", "reasoning", data)
        elif kind:
            entry = self._items.pop(_key(index), None) or _Item()
            yield from self._open(entry, item)
            if entry.block is None:
                return
            if entry.kind in _TOOLS:
                whole = string(item.get("arguments") if entry.kind == "function_call" else item.get("input"))
                if whole and not any(entry.pieces):
                    yield from self._blocks.delta(entry.block, whole)
                yield from self._blocks.end(entry.block)
            else:
                self._server_tools[kind] = self._server_tools.get(kind, 0) + 1
                yield from self._blocks.end(entry.block, dict(item))

    def _meta(self, response: Mapping[str, Any]) -> Iterator[StreamEvent]:
        model = string(response.get("model"))
        if model and model != self._model:
            self._model = model
            yield Meta(model, string(response.get("id")) or None)

    def _terminal(self, kind: str, response: Mapping[str, Any]) -> Iterator[StreamEvent]:
        yield from self._meta(response)
        usage = mapping(response.get("usage"))
        if usage:
            yield UsageUpdate(usage_of(usage, self._server_tools), usage)
        yield from self._blocks.end_all()
        raw = string(mapping(response.get("incomplete_details")).get("reason")) or string(response.get("status"))
        if kind == "response.failed" or response.get("error"):
            raise stream_error(response.get("error") or {"message": "the provider says that the answer failed"})
        if kind == "response.completed":
            yield from self._finish("stop", raw or "completed")
        else:
            yield from self._finish(INCOMPLETE.get(raw, "incomplete"), raw or kind.removeprefix("response."))

    def _finish(self, reason: FinishReason, raw: str | None) -> Iterator[StreamEvent]:
        yield from self._warnings.summary()
        self.done = True
        if self._refused and reason == "stop":
            reason = "refusal"
        yield from self._blocks.finish(reason, raw)

    def _other(self, kind: str) -> Iterator[StreamEvent]:
        if _REPEATING.fullmatch(kind):
            return
        progress = _PROGRESS.fullmatch(kind)
        if progress:
            yield Heartbeat(f"{progress[1].removesuffix('_call')} {progress[2]}")
        elif kind == "keepalive":
            yield Heartbeat()
        else:
            yield from self._warnings.note("unknown_event", f"{kind[:60]!r}")


def usage_of(raw: Mapping[str, Any], server_tools: Mapping[str, int] | None = None) -> Usage:
    """The Responses API's counts, which include what was cached and what was reasoned."""
    read = mapping(raw.get("input_tokens_details"))
    written = mapping(raw.get("output_tokens_details"))
    return Usage(
        input_tokens=count(raw.get("input_tokens")),
        output_tokens=count(raw.get("output_tokens")),
        cached_input_tokens=count(read.get("cached_tokens")),
        cache_write_tokens=count(read.get("cache_write_tokens")),
        reasoning_tokens=count(written.get("reasoning_tokens")),
        server_tools=dict(server_tools or {}),
    )


def _key(value: Any) -> Any:
    """An index as a key; what can't be one counts as absent."""
    return value if isinstance(value, int | str) else None
