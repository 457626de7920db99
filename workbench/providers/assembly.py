"""What all translators share: numbering blocks, joining surrogate pairs, making the finish the last event.

A translator is fed decoded frames and yields events; it owns no socket and no clock, so a list of frames is a complete
test input. `Blocks` is the part of it that knows the rules of `domain.events`: each protocol only says what it saw.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from workbench.domain.clean import storable
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import (
    BlockDelta,
    BlockEnd,
    BlockKind,
    BlockStart,
    Finish,
    FinishReason,
    StreamEvent,
    Warn,
)

MAX_WARNINGS = 5
"""Warnings of one code that are told one by one; the rest is summed up at the end."""


class Translator(Protocol):
    """Decoded frames of one answer to events."""

    @property
    def done(self) -> bool:
        """The protocol's last word came: whatever follows in the body is ignored."""

    @property
    def finished(self) -> bool:
        """The finish reason came; usage and the end of the body may still follow."""

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """What one frame says; `name` is its SSE event name ("" where there is none).

        Raises:
            ProviderError: the provider reports an error; the events that were yielded before it stand.
        """

    def marker(self, text: str) -> Iterator[StreamEvent]:
        """A frame that is no JSON by design, such as `[DONE]`."""

    def close(self) -> Iterator[StreamEvent]:
        """The end of the body: the finish that was held back.

        Raises:
            ProviderError: `cut`, no finish was seen.
        """


class Blocks:
    """The blocks of one answer: opens, fills and closes them, each numbered as it opens."""

    def __init__(self) -> None:
        self.tools_seen = 0
        self._next = 0
        self._kind: BlockKind | None = None
        self._current = -1
        self._open: dict[int, str] = {}
        self._cited: set[str] = set()

    def more(self, kind: BlockKind, text: Any) -> BlockDelta | None:
        """The common case of `add` without its generators: plain text for the block that is running already."""
        if kind == self._kind and type(text) is str and text.isascii() and text and not self._open[self._current]:
            return BlockDelta(self._current, text)
        return None

    def add(self, kind: BlockKind, text: str) -> Iterator[StreamEvent]:
        """More of the running text, reasoning or refusal; a change of kind closes one block and opens another."""
        if not text:
            return
        if kind != self._kind:
            yield from self.end_text()
            yield self.start(kind)
            self._kind, self._current = kind, self._next - 1
        yield from self.delta(self._current, text)

    def end_text(self, data: Any = None) -> Iterator[StreamEvent]:
        """Close the running text, reasoning or refusal, if there is one."""
        if self._kind is not None:
            self._kind = None
            yield from self.end(self._current, data)

    @property
    def text_kind(self) -> BlockKind | None:
        """What the running text is, None between texts."""
        return self._kind

    def start(
        self, kind: BlockKind, name: str | None = None, call_id: str | None = None, data: Any = None
    ) -> BlockStart:
        """Open a block; its number is in the event. Tool calls, opaque blocks and texts with an index of their own."""
        block = self._next
        self._next = block + 1
        self._open[block] = ""
        if kind == "tool":
            self.tools_seen += 1
        return BlockStart(block, kind, name, call_id, data)

    def plain(self, block: int, text: Any) -> BlockDelta | None:
        """The common case of `delta`, likewise: plain text, no half of a pair is waiting."""
        if type(text) is str and text.isascii() and text and self._open.get(block) == "":
            return BlockDelta(block, text)
        return None

    def delta(self, block: int, text: str) -> Iterator[StreamEvent]:
        """More of an open block. The first half of a surrogate pair waits for the other; a lone one becomes U+FFFD."""
        if text.isascii() and not self._open.get(block):
            if text:
                yield BlockDelta(block, text)
            return
        text = self._open.get(block, "") + text
        self._open[block] = ""
        try:
            text.encode()
        except UnicodeEncodeError:
            if "\ud800" <= text[-1] <= "\udbff":
                self._open[block] = text[-1]
                text = text[:-1]
            text = storable(text)
        if text:
            yield BlockDelta(block, text)

    def end(self, block: int, data: Any = None) -> Iterator[StreamEvent]:
        """Close a block; closing one twice says nothing."""
        half = self._open.pop(block, None)
        if half is None:
            return
        if half:
            yield BlockDelta(block, "�")
        if block == self._current:
            self._kind = None
        yield BlockEnd(block, data)

    def whole(self, kind: BlockKind, name: str | None = None, data: Any = None) -> Iterator[StreamEvent]:
        """A block that is there at once, beside the running text."""
        opened = self.start(kind, name, None, data)
        yield opened
        yield from self.end(opened.block)

    def cite(self, url: Any, title: Any = None) -> Iterator[StreamEvent]:
        """A source, the first time that it is named."""
        if isinstance(url, str) and url and url not in self._cited:
            self._cited.add(url)
            title = storable(title) if isinstance(title, str) and title else None
            yield from self.whole("citation", data={"url": storable(url), "title": title})

    def end_all(self) -> Iterator[StreamEvent]:
        """Close whatever is open, in order."""
        for block in list(self._open):
            yield from self.end(block)

    def finish(self, reason: FinishReason, raw: str | None, detail: str | None = None) -> Iterator[StreamEvent]:
        """Close everything and say `Finish`. A tool call makes `tool_calls` of any ordinary end.

        An answer that was cut short or filtered stays so: its call may be half a call.
        """
        yield from self.end_all()
        if self.tools_seen and reason in ("stop", "other", "tool_calls"):
            reason = "tool_calls"
        yield Finish(reason, raw, detail)


class Warnings:
    """Oddities: the first few of each code one by one, the rest as a number at the end."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._told: set[tuple[str, str]] = set()

    def note(self, code: str, text: str) -> Iterator[StreamEvent]:
        """Tell it, unless the same was told before or there were too many."""
        count = self._counts.get(code, 0) + 1
        self._counts[code] = count
        if (code, text) not in self._told and len(self._told) < MAX_WARNINGS * 4 and count <= MAX_WARNINGS * 10:
            self._told.add((code, text))
            yield Warn(code, text)

    def summary(self) -> Iterator[StreamEvent]:
        """How often each code came, where that was more than once."""
        for code, count in self._counts.items():
            if count > 1:
                yield Warn(code, f"{count} times in all")
        self._counts.clear()


def count(value: Any) -> int | None:
    """A token count as sent; None for what is none (missing, negative, absurd, a fraction, a text)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= 10**12 or value != int(value):
        return None
    return int(value)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """`value` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def string(value: Any) -> str:
    """`value` if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def cut(detail: str = "") -> ProviderError:
    """The body ended before the provider said that the answer is over."""
    return ProviderError(ErrorInfo("cut", detail or "the stream ended without its finish marker"))
