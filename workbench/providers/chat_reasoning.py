"""What of a chat completion's reasoning goes back to its vendor, each in the form that this vendor wants."""

from collections.abc import Iterator
from typing import Any

from workbench.domain.clean import storable
from workbench.domain.events import StreamEvent
from workbench.providers.assembly import Blocks, sequence, string


class KeptReasoning:
    """The reasoning of one answer; `replay` is the quirk that names the field."""

    def __init__(self, replay: str) -> None:
        self._replay = replay
        self._details: list[dict[str, Any]] = []
        self.thoughts: list[str] | None = [] if replay in ("reasoning_content", "reasoning") else None
        """The pieces as they came, where the vendor wants the bare words back; else None."""

    def add_details(self, details: Any) -> str:
        """Join pieces of OpenRouter's reasoning details, which are sent back as they were; returns their words."""
        parts = [part for part in sequence(details) if isinstance(part, dict)]
        for part in parts:
            last = self._details[-1] if self._details else None
            if last is not None and all(last.get(key) == part.get(key) for key in ("type", "index")):
                for key, value in part.items():
                    if key in ("text", "summary", "data") and isinstance(value, str):
                        last[key] = string(last.get(key)) + value
                    elif value is not None and value != "":
                        last[key] = value
            else:
                self._details.append(dict(part))
        return "".join(string(part.get("text")) or string(part.get("summary")) for part in parts)

    def flush(self, blocks: Blocks, *, calls: bool) -> Iterator[StreamEvent]:
        """What to send back, once; bare words are wanted only within a loop of tool calls."""
        if self._details and self._replay == "reasoning_details":
            details, self._details = self._details, []
            yield from blocks.whole("opaque", "reasoning_details", {"reasoning_details": details})
        if self.thoughts and calls:
            thoughts, self.thoughts = storable("".join(self.thoughts)), None
            yield from blocks.whole("opaque", "reasoning", {self._replay: thoughts})
