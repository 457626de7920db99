"""Tools for `ask`: which ones are offered, and how the user is asked before one is run."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.domain.clean import clean, clean_line
from workbench.domain.conversation import Lane, ToolCall, ToolDefinition
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.engine.toolbox import Toolbox
    from workbench.engine.tools import Approval, CheckedCall, Tool

NAMES = "clock, calculator or lookup=FILE"
MAX_SCHEMA = 1_000_000
_SHOWN_LINES = 60
_ANSWERS: "dict[str, Approval]" = {"o": "once", "t": "turn", "s": "session"}
_QUESTION = "run it? [o]nce, [t]his tool in this turn, in this [s]ession, or [d]eny: "


def read_tools(names: Sequence[str]) -> "dict[str, Tool]":
    """The tools that `--tool` names.

    Raises:
        ConfigurationError: there is no such tool, or its file can't be read.
    """
    if not names:
        return {}
    from workbench.engine.attachments import attach
    from workbench.engine.builtin_tools import MAX_LOOKUP_BYTES, builtin_tools

    path: Path | None = None
    wanted: list[str] = []
    for given in names:
        name, equals, file = given.partition("=")
        if name == "lookup" and equals and file:
            path = Path(file).expanduser()
            attach(path, MAX_LOOKUP_BYTES)  # what can't be read is said now, not in the middle of an answer
        elif equals or name not in ("clock", "calculator"):
            raise ConfigurationError(f"--tool takes {NAMES}, not {clean_line(given)!r}")
        wanted.append(name)
    found = builtin_tools(path)
    return {name: found[name] for name in wanted}


def toolbox_for(arguments: argparse.Namespace, output: Output, lanes: Sequence[Lane]) -> "Toolbox | None":
    """The tools with whoever allows their calls: everyone, the user at the terminal, or nobody."""
    tools = read_tools(arguments.tools)
    if not tools:
        return None
    from workbench.engine.toolbox import Toolbox

    if arguments.approve == "all":
        return Toolbox(tools, _allow)
    if _is_terminal():
        return Toolbox(tools, _AtTerminal(output, lanes))
    return Toolbox(tools, _Denied(output.note))


def read_schema(path: str | None) -> dict[str, Any] | None:
    """The JSON schema in a file.

    Raises:
        ConfigurationError: it can't be read, or is no JSON schema of an object.
    """
    if path is None:
        return None
    from base64 import b64decode

    from workbench.engine.attachments import attach
    from workbench.engine.tools import schema_fault

    where = f"--schema {clean_line(path)}"
    try:
        schema = json.loads(b64decode(attach(Path(path).expanduser(), MAX_SCHEMA).part.base64_data))
    except ConfigurationError as error:
        raise ConfigurationError(error.message, where) from None
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"is no JSON: {error}", where) from None
    if not isinstance(schema, dict):
        raise ConfigurationError("is no JSON schema: it must be an object", where)
    if fault := schema_fault(schema):
        raise ConfigurationError(f"is no JSON schema: {fault}", where)
    return schema


def call_words(call: ToolCall) -> str:
    """A call with what became of it, in one line."""
    words = f"{clean_line(call.name)}({clean_line(call.arguments)})"
    if call.outcome == "invalid":
        return f"tool call invalid, not run: {words}"
    if call.outcome is None:
        return f"calls {words}"
    result = clean_line(call.result or "")
    return f"calls {words} → {result[:200]}{'…' if len(result) > 200 else ''}"


async def _allow(lane: Lane, response: str, call: "CheckedCall", definition: ToolDefinition) -> "Approval":
    return "session"


class _Denied:
    """Nobody can be asked."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self._note = note

    async def __call__(self, lane: Lane, response: str, call: "CheckedCall", definition: ToolDefinition) -> "Approval":
        name = clean_line(call.call.name)
        self._note(f"workbench: {name} was not run: there is no terminal to ask at; --approve all allows every call")
        return "deny"


class _AtTerminal:
    """Shows the exact call and waits for a letter."""

    def __init__(self, output: Output, lanes: Sequence[Lane]) -> None:
        self._output = output
        self._names = {
            lane.id: f"{number} {clean_line(lane.label or lane.target)}" for number, lane in enumerate(lanes, 1)
        }

    async def __call__(self, lane: Lane, response: str, call: "CheckedCall", definition: ToolDefinition) -> "Approval":
        shown = [f"{clean_line(call.call.name)} {line}".rstrip() for line in _lines(call)[:1]] + _lines(call)[1:]
        if len(shown) > _SHOWN_LINES:
            shown = [*shown[:_SHOWN_LINES], f"… {len(shown) - _SHOWN_LINES} more lines"]
        self._output.note("\n" + "\n".join(shown))
        self._output.note(f"{self._names.get(lane.id, '')} asks for this ({clean_line(definition.description)})")
        self._output.note(_QUESTION)
        answer = (await _line()).strip().lower()
        return _ANSWERS.get(answer[:1], "deny")


def _lines(call: "CheckedCall") -> list[str]:
    text = json.dumps(call.arguments, indent=2, ensure_ascii=False)
    return clean(text).split("\n")


async def _line() -> str:
    """A line from the terminal; the loop goes on meanwhile, and a stop is heard."""
    loop = asyncio.get_running_loop()
    number = sys.stdin.fileno()
    ready: asyncio.Future[None] = loop.create_future()

    def readable() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(number, readable)
    try:
        await ready
    finally:
        loop.remove_reader(number)
    return os.read(number, 4096).decode("utf-8", "replace")


def _is_terminal() -> bool:
    return all(stream is not None and not stream.closed and stream.isatty() for stream in (sys.stdin, sys.stderr))
