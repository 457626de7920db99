"""Tool calls as chat completions stream them: in fragments that name the call that they belong to, more or less."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.domain.events import StreamEvent
from workbench.providers.assembly import Blocks, mapping, string


@dataclass(eq=False, slots=True)
class _Call:
    """A tool call under construction; it opens as a block once its name is known and its id, or words of it, came."""

    call_id: str | None = None
    name: str = ""
    block: int | None = None
    arguments: list[str] = field(default_factory=list)


class ToolCalls:
    """The calls of one answer, in the order in which they began."""

    def __init__(self, blocks: Blocks, *, repeats: bool = False) -> None:
        self._blocks = blocks
        self._repeats = repeats
        self._calls: list[_Call] = []
        self._by_index: dict[Any, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(self, item: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """One fragment."""
        function = mapping(item.get("function")) or mapping(item.get("custom"))
        name = string(function.get("name"))
        call = self._call(item.get("index"), string(item.get("id")), name)
        call.call_id = call.call_id or string(item.get("id")) or None
        call.name = call.name or name
        arguments = function.get("arguments", function.get("input"))
        if isinstance(arguments, dict | list):
            arguments = "" if call.arguments else json.dumps(arguments, ensure_ascii=False, separators=(",", ":"))
        arguments = string(arguments)
        if self._repeats and name and (said := _whole([arguments])) is not None and said == _whole(call.arguments):
            return
        if call.block is None and call.name and (call.call_id or arguments):
            yield from self._blocks.end_text()
            for waiting in self._calls[: self._calls.index(call)]:
                if waiting.name:
                    yield from self._open(waiting)
            yield from self._open(call)
        if arguments:
            call.arguments.append(arguments)
            if call.block is not None:
                yield from self._blocks.delta(call.block, arguments)

    def flush(self) -> Iterator[StreamEvent]:
        """The calls of which less came than they wait for."""
        for call in self._calls:
            yield from self._open(call)

    def _call(self, index: Any, call_id: str, name: str) -> _Call:
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
                and _whole(found.arguments) is not None
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

    def _open(self, call: _Call) -> Iterator[StreamEvent]:
        if call.block is None:
            opened = self._blocks.start("tool", call.name, call.call_id)
            call.block = opened.block
            yield opened
            for held in call.arguments:
                yield from self._blocks.delta(call.block, held)

    def _begin(self) -> _Call:
        call = _Call()
        self._calls.append(call)
        return call


def _whole(arguments: list[str]) -> Any:
    """What the fragments say, None unless they are a complete JSON text."""
    try:
        return json.loads("".join(arguments))
    except (ValueError, RecursionError):
        return None
