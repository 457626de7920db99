"""What a stream said, put together from its events, and the rules that every stream keeps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import (
    BlockDelta,
    BlockEnd,
    BlockStart,
    Finish,
    Headers,
    Heartbeat,
    Meta,
    StreamEvent,
    UsageUpdate,
    Warn,
)
from workbench.domain.usage import Usage


@dataclass
class Answer:
    """The whole of it."""

    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    server_tools: list[str] = field(default_factory=list)
    citations: list[str] = field(default_factory=list)
    opaque: list[Any] = field(default_factory=list)
    usage: Usage = Usage()
    usage_raw: Any = None
    finish: Finish | None = None
    error: ErrorInfo | None = None
    model: str | None = None
    warnings: list[Warn] = field(default_factory=list)
    headers: Headers | None = None
    progress: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    @property
    def content(self) -> bool:
        """Whether anything was said."""
        return bool(self.text or self.reasoning or self.refusal or self.tool_calls)


def answer_of(events: Iterable[StreamEvent], error: ProviderError | None = None) -> Answer:
    """Put the events together; broken rules are assertion errors."""
    answer = Answer(error=error.info if error else None)
    texts: dict[int, list[str]] = {}
    starts: dict[int, BlockStart] = {}
    data: dict[int, Any] = {}
    open_blocks: set[int] = set()
    for event in events:
        assert answer.finish is None, f"{event} after the finish"
        match event:
            case BlockStart():
                assert event.block == len(starts), "blocks are numbered as they open"
                starts[event.block] = event
                texts[event.block] = []
                data[event.block] = event.data
                open_blocks.add(event.block)
                answer.kinds.append(event.kind)
            case BlockDelta(block, text):
                assert block in open_blocks, "a delta belongs to an open block"
                assert text, "a delta says something"
                text.encode()  # no surrogate is left
                texts[block].append(text)
                match starts[block].kind:
                    case "text":
                        answer.text += text
                    case "reasoning":
                        answer.reasoning += text
                    case "refusal":
                        answer.refusal += text
            case BlockEnd(block, extra):
                assert block in open_blocks, "a block ends once"
                open_blocks.remove(block)
                assert extra is None or starts[block].data is None, "what to send back is given once"
                data[block] = extra if extra is not None else data[block]
            case UsageUpdate():
                answer.usage, answer.usage_raw = event.usage, event.raw
            case Meta():
                answer.model = event.model_served or answer.model
            case Warn():
                answer.warnings.append(event)
            case Heartbeat(progress):
                if progress:
                    answer.progress.append(progress)
            case Headers():
                answer.headers = event
            case Finish():
                assert not open_blocks, "every block ends before the finish"
                answer.finish = event
    for number, start in starts.items():
        text = "".join(texts[number])
        match start.kind:
            case "tool":
                answer.tool_calls.append({"id": start.call_id, "name": start.name, "arguments": text})
            case "citation":
                answer.citations.append(data[number]["url"])
            case "opaque":
                answer.server_tools.append(start.name or "")
        if data[number] is not None and start.kind in ("opaque", "reasoning"):
            answer.opaque.append(data[number])
    assert (answer.finish is None) != (answer.error is None), "a stream ends with one finish or one error"
    return answer
