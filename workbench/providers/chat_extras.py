"""What chat completions bring along beside the answer: sources, and tools that ran at the provider."""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.events import StreamEvent
from workbench.providers.assembly import Blocks, mapping, sequence, string


class ExecutedTools:
    """Tools that ran at Groq: announced, then sent again with their output."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._opened: dict[Any, int] = {}
        self._data: dict[Any, dict[str, Any]] = {}

    def feed(self, tools: Any) -> Iterator[StreamEvent]:
        """What one delta says about them."""
        for tool in sequence(tools):
            if not isinstance(tool, dict):
                continue
            key = tool.get("index") if isinstance(tool.get("index"), int) else None
            if key not in self._opened:
                opened = self._blocks.start("opaque", string(tool.get("type") or tool.get("name")) or "tool")
                self._opened[key] = opened.block
                yield opened
            self._data.setdefault(key, {}).update(tool)
            if tool.get("output"):
                yield from self._blocks.end(self._opened[key], self._data[key])


def noted_sources(blocks: Blocks, annotations: Any) -> Iterator[StreamEvent]:
    """The sources in the annotations of a delta."""
    for note in sequence(annotations):
        source = mapping(mapping(note).get("url_citation"))
        yield from blocks.cite(source.get("url"), source.get("title"))


def listed_sources(blocks: Blocks, frame: Mapping[str, Any]) -> Iterator[StreamEvent]:
    """Perplexity and xAI: sources beside the choices, all of them in every frame."""
    found = [source for source in sequence(frame.get("search_results")) if isinstance(source, dict)]
    titles = {source["url"]: source.get("title") for source in found if isinstance(source.get("url"), str)}
    cited = sequence(frame.get("citations"))
    for source in cited:
        url = mapping(source).get("url") if isinstance(source, dict) else source
        title = mapping(source).get("title") or (titles.get(url) if isinstance(url, str) else None)
        yield from blocks.cite(url, title)
    if not cited:
        for url, title in titles.items():
            yield from blocks.cite(url, title)
