"""Anthropic's Messages stream: frames to events. Source: its streaming reference (API version 2026-10-21)."""

import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.events import BlockDelta, FinishReason, Heartbeat, Meta, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.assembly import Blocks, Warnings, count, cut, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.quirks import Quirks

FINISH_REASONS: Mapping[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "paused",
    "compaction": "paused",
    "refusal": "refusal",
}
_KINDS = {"text_delta": "text", "thinking_delta": "thinking"}
"""Which block a delta of text belongs into; one that names another is kept, in a block of its own."""
_GROWING = ("server_tool_use", "mcp_tool_use", "compaction")
"""Opaque blocks that are whole only at their end; the others are sent back as they began."""


@dataclass(slots=True)
class _Block:
    """A content block as the provider numbers it; `number` is ours, None once it was closed."""

    kind: str
    number: int | None
    start: Mapping[str, Any]
    pieces: list[str] = field(default_factory=list)
    signature: str = ""
    """What proves it when it is sent back; of a compaction its encrypted form."""


class MessagesTranslator:
    """One answer. It is over with `message_stop`, or with the body once the stop reason came."""

    def __init__(self, quirks: Quirks = Quirks()) -> None:  # noqa: B008  (frozen)
        self.done = False
        self._blocks = Blocks()
        self._warnings = Warnings()
        self._by_index: dict[Any, _Block] = {}
        self._usage: dict[str, Any] = {}
        self._reason: str | None = None
        self._detail: str | None = None
        self._optional = quirks.finish_optional

    @property
    def finished(self) -> bool:
        """See `Translator.finished`."""
        return self._reason is not None

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """See `Translator.feed`."""
        if type(frame) is not dict:
            return
        kind = frame.get("type") or name
        if kind == "content_block_delta":
            quick = self._quick(frame)
            if quick is not None:
                yield quick
                return
            yield from self._delta(frame.get("index"), frame.get("delta"))
        elif kind == "content_block_start":
            yield from self._start(frame.get("index"), mapping(frame.get("content_block")))
        elif kind == "content_block_stop":
            found = self._by_index.get(frame.get("index"))
            if found is not None:
                yield from self._stop(found)
        elif kind == "message_start":
            yield from self._begin(mapping(frame.get("message")))
        elif kind == "message_delta":
            delta = mapping(frame.get("delta"))
            self._note_end(delta)
            yield from self._count(frame.get("usage"))
        elif kind == "message_stop":
            if self._reason is not None or self._optional:
                yield from self._end()
        elif kind == "ping":
            yield Heartbeat()
        elif kind == "error" or name == "error" or "error" in frame:
            raise stream_error(frame.get("error") or frame)
        else:
            yield from self._warnings.note("unknown_event", f"{string(kind)[:60]!r}")

    def _quick(self, frame: dict[str, Any]) -> BlockDelta | None:
        """The one event of most frames: more text of a text block."""
        delta, block = frame.get("delta"), self._by_index.get(frame.get("index"))
        if type(delta) is dict and delta.get("type") == "text_delta" and block is not None and block.kind == "text":
            return None if block.number is None else self._blocks.plain(block.number, delta.get("text"))
        return None

    def marker(self, text: str) -> Iterator[StreamEvent]:
        """`[DONE]`, which this protocol does not have but some of its imitators send."""
        yield from ()

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`."""
        if self._reason is None and not self._optional:
            for block in list(self._by_index.values()):
                yield from self._stop(block)
            raise cut()
        yield from self._end()

    def _begin(self, message: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """The head of the message; what it holds already is whole, up to all of the answer."""
        yield Meta(string(message.get("model")) or None, string(message.get("id")) or None)
        for place, content in enumerate(sequence(message.get("content"))):
            if isinstance(content, dict):
                key = ("begun", place)
                yield from self._start(key, content)
                yield from self._stop(self._by_index[key])
        self._note_end(message)
        yield from self._count(message.get("usage"))

    def _note_end(self, said: Mapping[str, Any]) -> None:
        if reason := string(said.get("stop_reason")):
            self._reason = reason
            self._detail = _detail(said)

    def _start(self, index: Any, content: Mapping[str, Any]) -> Iterator[StreamEvent]:
        kind = string(content.get("type")) or "text"
        before = self._by_index.get(index)
        if before is not None and before.number is not None:
            yield from self._warnings.note("duplicate_event", f"block {index} began twice")
            if before.kind == kind and before.start.get("id") == content.get("id"):
                if kind in ("text", "thinking"):
                    yield from self._add(before, content)
                return
            yield from self._stop(before)
        match kind:
            case "text":
                opened = self._blocks.start("text")
            case "thinking":
                opened = self._blocks.start("reasoning")
            case "tool_use":
                opened = self._blocks.start("tool", string(content.get("name")), string(content.get("id")) or None)
            case "server_tool_use":
                opened = self._blocks.start("opaque", string(content.get("name")) or kind)
            case "mcp_tool_use":
                opened = self._blocks.start("opaque", f"mcp:{string(content.get('name'))}")
            case _:
                whole = None if kind in _GROWING else dict(content)
                opened = self._blocks.start("opaque", kind, data=whole)
        if kind == "fallback" and (model := string(mapping(content.get("to")).get("model"))):
            yield Meta(model)  # the model that was asked declined; another one goes on from here
        block = _Block(kind, opened.block, content)
        self._by_index[index] = block
        yield opened
        yield from self._add(block, content)

    def _add(self, block: _Block, content: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """What a block already holds when it begins."""
        if block.number is None:
            return
        if block.kind == "text":
            yield from self._blocks.delta(block.number, string(content.get("text")))
            for citation in sequence(content.get("citations")):
                yield from self._cite(citation)
        elif block.kind == "thinking":
            block.signature = string(content.get("signature")) or block.signature
            if thinking := string(content.get("thinking")):
                block.pieces.append(thinking)
                yield from self._blocks.delta(block.number, thinking)

    def _delta(self, index: Any, delta: Any) -> Iterator[StreamEvent]:
        if type(delta) is not dict:
            return
        kind = delta.get("type")
        if kind == "citations_delta":
            yield from self._cite(delta.get("citation"))
            return
        block = self._by_index.get(index)
        if block is not None and block.kind != _KINDS.get(string(kind), block.kind):
            index = (index, kind)
            block = self._by_index.get(index)
        if block is None or block.number is None:
            if not any(delta.get(name) for name in ("text", "thinking", "partial_json")):
                return
            if kind not in ("text_delta", "thinking_delta", "input_json_delta"):
                return
            block = yield from self._reopen(index, kind, block)
        number = block.number
        if number is None:
            return
        if kind == "text_delta":
            yield from self._blocks.delta(number, string(delta.get("text")))
        elif kind == "thinking_delta":
            thinking = string(delta.get("thinking"))
            block.pieces.append(thinking)
            yield from self._blocks.delta(number, thinking)
        elif kind == "input_json_delta":
            piece = string(delta.get("partial_json"))
            block.pieces.append(piece)
            if block.kind == "tool_use":
                yield from self._blocks.delta(number, piece)
            else:
                yield Heartbeat(f"{string(block.start.get('name')) or block.kind} called")
        elif kind == "signature_delta":
            block.signature = string(delta.get("signature")) or block.signature
        elif kind == "compaction_delta":
            block.pieces.append(string(delta.get("content")))
            block.signature = string(delta.get("encrypted_content")) or block.signature
            yield Heartbeat("compaction")
        else:
            yield from self._warnings.note("unknown_event", f"{string(kind)[:60]!r}")

    def _reopen(self, index: Any, kind: str, before: _Block | None) -> Generator[StreamEvent, None, _Block]:
        """A delta outside of its block: the text is kept, in a block of its own."""
        yield from self._warnings.note("unexpected_event", f"a delta outside of block {index}")
        if kind == "text_delta":
            opened = self._blocks.start("text")
            block = _Block("text", opened.block, {})
        elif kind == "thinking_delta":
            opened = self._blocks.start("reasoning")
            block = _Block("thinking", opened.block, {})
        else:
            start: Mapping[str, Any] = before.start if before is not None else {}
            if before is not None and before.kind != "tool_use":
                return before
            opened = self._blocks.start("tool", string(start.get("name")), string(start.get("id")) or None)
            block = _Block("tool_use", opened.block, start)
        self._by_index[index] = block
        yield opened
        return block

    def _stop(self, block: _Block) -> Iterator[StreamEvent]:
        number, block.number = block.number, None
        if number is None:
            return
        data: Any = None
        match block.kind:
            case "text":
                pass
            case "thinking":
                if block.signature:
                    data = {"type": "thinking", "thinking": "".join(block.pieces), "signature": block.signature}
            case "tool_use":
                given = block.start.get("input")
                if given and not any(block.pieces):
                    whole = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
                    yield from self._blocks.delta(number, whole)
            case "compaction":
                data = {**block.start, "content": "".join(block.pieces) or block.start.get("content")}
                if block.signature:
                    data["encrypted_content"] = block.signature
            case kind if kind in _GROWING:
                data = dict(block.start)
                if any(block.pieces):
                    data["input"] = _parsed("".join(block.pieces))
        yield from self._blocks.end(number, data)

    def _cite(self, citation: Any) -> Iterator[StreamEvent]:
        found = mapping(citation)
        title = found.get("document_title")
        yield from self._blocks.cite(found.get("url") or title, found.get("title") or title)

    def _count(self, usage: Any) -> Iterator[StreamEvent]:
        """A later snapshot replaces the fields that it has; it leaves out what the first one said about caches."""
        said = {key: value for key, value in mapping(usage).items() if value is not None}
        if said:
            self._usage = self._usage | said
            yield UsageUpdate(usage_of(self._usage), self._usage)

    def _end(self) -> Iterator[StreamEvent]:
        for block in list(self._by_index.values()):
            yield from self._stop(block)
        yield from self._warnings.summary()
        self.done = True
        reason = FINISH_REASONS.get(self._reason, "other") if self._reason is not None else "stop"
        yield from self._blocks.finish(reason, self._reason, self._detail)


def usage_of(raw: Mapping[str, Any]) -> Usage:
    """Anthropic counts what came from and went into a cache apart from the input; here the input includes both."""
    read, written = count(raw.get("cache_read_input_tokens")), count(raw.get("cache_creation_input_tokens"))
    lifetimes = mapping(raw.get("cache_creation"))
    fresh = count(raw.get("input_tokens"))
    tools = {name: n for name, value in mapping(raw.get("server_tool_use")).items() if (n := count(value)) is not None}
    return Usage(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=count(raw.get("output_tokens")),
        cached_input_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=count(lifetimes.get("ephemeral_1h_input_tokens")),
        reasoning_tokens=count(mapping(raw.get("output_tokens_details")).get("thinking_tokens")),
        server_tools=tools,
    )


def _detail(delta: Mapping[str, Any]) -> str | None:
    details = mapping(delta.get("stop_details"))
    words = [string(details.get("category")), string(details.get("explanation"))]
    return ": ".join(word for word in words if word) or string(delta.get("stop_sequence")) or None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
