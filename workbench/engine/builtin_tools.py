"""The tools that come with the program, for trying tool calls: a clock, a calculator, a lookup in one named file.

None of them writes, runs a program or reaches the network.
"""

import base64
import datetime
import zoneinfo
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.domain.conversation import ToolDefinition
from workbench.domain.errors import ConfigurationError
from workbench.engine.attachments import attach
from workbench.engine.calculator import calculate
from workbench.engine.tools import Tool

MAX_HITS = 20
MAX_LINE = 300
MAX_LOOKUP_BYTES = 5_000_000


def builtin_tools(
    lookup_file: Path | None = None, now: Callable[[], datetime.datetime] | None = None
) -> dict[str, Tool]:
    """The tools by name; the lookup is there only when the user has named its file.

    Args:
        lookup_file: a text file.
        now: the moment, with its zone; the machine's clock by default.
    """
    tools = [_clock(now or (lambda: datetime.datetime.now(datetime.UTC))), _calculator()]
    if lookup_file is not None:
        tools.append(_lookup(lookup_file))
    return {tool.definition.name: tool for tool in tools}


def _schema(required: tuple[str, ...], **properties: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": meaning} for name, meaning in properties.items()},
        "required": list(required),
        "additionalProperties": False,
    }


def _clock(now: Callable[[], datetime.datetime]) -> Tool:
    def run(arguments: Mapping[str, Any]) -> str:
        zone = arguments.get("timezone", "UTC")
        try:
            moment = now().astimezone(zoneinfo.ZoneInfo(zone))
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"no time zone is called {zone!r}") from None
        return moment.isoformat(timespec="seconds")

    schema = _schema((), timezone="IANA name such as Europe/Berlin; UTC when absent")
    return Tool(ToolDefinition("clock", "The current date and time.", schema), run)


def _calculator() -> Tool:
    schema = _schema(("expression",), expression="arithmetic such as (2 + 3) * sqrt(16)")
    definition = ToolDefinition("calculator", "Computes an arithmetic expression exactly.", schema)
    return Tool(definition, lambda arguments: str(calculate(arguments["expression"])))


def _lookup(path: Path) -> Tool:
    def run(arguments: Mapping[str, Any]) -> str:
        words = arguments["query"].casefold().split()
        if not words:
            raise ValueError("the query is empty")
        hits = [
            f"{number}: {line[:MAX_LINE]}"
            for number, line in enumerate(_lines(path), start=1)
            if all(word in line.casefold() for word in words)
        ]
        if not hits:
            return "no line holds all of these words"
        more = f"\n({len(hits) - MAX_HITS} more lines)" if len(hits) > MAX_HITS else ""
        return "\n".join(hits[:MAX_HITS]) + more

    schema = _schema(("query",), query="words that must all stand in a line")
    return Tool(ToolDefinition("lookup", f"Finds lines in the user's file {path.name}.", schema), run)


def _lines(path: Path) -> list[str]:
    try:
        part = attach(path, MAX_LOOKUP_BYTES).part
    except ConfigurationError as error:
        raise ValueError(error.message) from None
    if not part.media_type.startswith("text/"):
        raise ValueError(f"{part.name} is no text file")
    return base64.b64decode(part.base64_data).decode("utf-8").splitlines()
