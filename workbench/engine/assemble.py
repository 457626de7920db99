"""What has been received of one answer: events in, the parts of a `Response` out.

Deltas are kept as they came and joined once at the end, so that a delta costs the same however long the answer is.
"""

from collections.abc import Iterable
from typing import Any, Literal

from workbench.domain.conversation import OpaquePart, ToolCall
from workbench.domain.events import (
    BlockDelta,
    BlockEnd,
    BlockKind,
    BlockStart,
    Finish,
    Headers,
    Meta,
    StreamEvent,
    UsageUpdate,
    Warn,
)
from workbench.domain.tokens import estimate_tokens
from workbench.domain.usage import Usage
from workbench.engine.pieces import Pieces

Said = Literal["text", "reasoning", "refusal", "tool", ""]
"""What an event added; "" is nothing that anyone reads."""


class Assembly:
    """The answer of one attempt so far."""

    def __init__(self, provider: str, protocol: str) -> None:
        self.headers: Headers | None = None
        self.model_served: str | None = None
        self.usage: Usage | None = None
        """The provider's last word; None when it said nothing."""
        self.usage_raw: Any = None
        self.warnings: list[str] = []
        self.finish: Finish | None = None
        self.heard = False
        """Anything but headers and pings arrived."""
        self._provider = provider
        self._protocol = protocol
        self._kinds: dict[int, BlockKind] = {}
        self._texts = Pieces()
        self._reasoning = Pieces()
        self._refusals = Pieces()
        self._calls: dict[int, tuple[str | None, str, Pieces]] = {}
        self._citations: dict[str, None] = {}
        self._opaque: list[OpaquePart] = []

    def delta(self, event: BlockDelta) -> Said:
        """Keep a piece; what kind of piece it was."""
        kind = self._kinds.get(event.block)
        if not event.text:
            return ""
        if kind == "text":
            self._texts.append(event.text)
            return "text"
        if kind == "reasoning":
            self._reasoning.append(event.text)
            return "reasoning"
        if kind == "tool":
            self._calls[event.block][2].append(event.text)
            return "tool"
        if kind == "refusal":
            self._refusals.append(event.text)
            return "refusal"
        if kind is None:
            self._warn("unopened_block", "text came for a block that was never opened; it is shown as text")
            self._kinds[event.block] = "text"
            self._texts.append(event.text)
            return "text"
        return ""

    def other(self, event: StreamEvent) -> Said:
        """Keep what any event but a delta says; "tool" when a tool call opens."""
        match event:
            case BlockStart():
                return self._open(event)
            case BlockEnd(data=data):
                if data is not None:
                    self._opaque.append(OpaquePart(self._provider, self._protocol, data))
            case UsageUpdate(usage, raw):
                self.usage, self.usage_raw = usage, raw
            case Meta(model_served=served):
                self.model_served = served or self.model_served
            case Headers():
                self.headers = event
            case Warn(code, text):
                self._warn(code, text)
            case Finish():
                self.finish = self.finish or event
        return ""

    @property
    def has_text(self) -> bool:
        """Visible text that is more than white space."""
        return bool(str(self._texts).strip())

    @property
    def has_tool_calls(self) -> bool:
        """At least one tool call was begun."""
        return bool(self._calls)

    @property
    def has_refusal(self) -> bool:
        """The provider refused in words."""
        return bool(self._refusals)

    @property
    def has_content(self) -> bool:
        """Anything that counts as a first token came."""
        return bool(self._texts or self._reasoning or self._calls or self._refusals)

    @property
    def text(self) -> str:
        """The visible text, in order of arrival."""
        return str(self._texts)

    @property
    def reasoning(self) -> str:
        """The reasoning, in order of arrival."""
        return str(self._reasoning)

    @property
    def refusal(self) -> str:
        """What a refusal said."""
        return str(self._refusals)

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls in the order in which they opened, with their raw arguments."""
        return tuple(ToolCall(call_id, name, str(parts)) for call_id, name, parts in self._calls.values())

    @property
    def citations(self) -> tuple[str, ...]:
        """URLs, each once."""
        return tuple(self._citations)

    @property
    def opaque(self) -> tuple[OpaquePart, ...]:
        """What goes back unread to the same provider."""
        return tuple(self._opaque)

    def estimated_output(self) -> int:
        """About how many tokens were received, reasoning and tool calls included."""
        return sum(estimate_tokens(text) for text in self._all_words())

    def _all_words(self) -> Iterable[str]:
        yield self.text
        yield self.reasoning
        yield self.refusal
        for call in self.tool_calls:
            yield call.name + call.arguments

    def _open(self, event: BlockStart) -> Said:
        self._kinds[event.block] = event.kind
        if event.kind == "tool":
            self._calls.setdefault(event.block, (event.call_id, event.name or "", Pieces()))
            return "tool"
        if event.kind == "opaque" and event.data is not None:
            self._opaque.append(OpaquePart(self._provider, self._protocol, event.data))
        elif event.kind == "citation" and isinstance(event.data, dict):
            url = event.data.get("url")
            if isinstance(url, str) and url:
                self._citations[url] = None
        return ""

    def _warn(self, code: str, text: str) -> None:
        line = f"{code}: {text}"
        if line not in self.warnings:
            self.warnings.append(line)
