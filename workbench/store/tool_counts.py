"""How well models call tools: counted from the audit trail, without opening the history for writing."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.store.quick import open_to_look

_INVALID = ("invalid", "unknown")
_UNJUDGED = "unrun"


@dataclass(frozen=True, slots=True)
class ToolCounts:
    """Calls of one target in the kept sessions."""

    valid: int = 0
    """Calls of an offered tool with arguments that its schema allows, whatever became of them."""
    invalid: int = 0
    """Broken arguments, or a tool that nobody offered."""

    @property
    def words(self) -> str:
        """`12 of 13`."""
        return f"{self.valid} of {self.valid + self.invalid}"


def read_tool_counts(path: Path) -> dict[str, ToolCounts]:
    """By target; empty where there is no history, or it can't be read. Never raises and never writes."""
    try:
        if not path.is_file():
            return {}
        with closing(open_to_look(path)) as connection:
            rows = connection.execute(
                "SELECT json_extract(data_json, '$.target'), json_extract(data_json, '$.outcome') IN (?, ?), count(*)"
                " FROM event WHERE kind = 'tool_call' AND json_extract(data_json, '$.outcome') <> ? GROUP BY 1, 2",
                (*_INVALID, _UNJUDGED),
            ).fetchall()
    except (OSError, sqlite3.Error, ValueError):
        return {}
    found: dict[str, ToolCounts] = {}
    for target, invalid, number in rows:
        known = found.get(str(target), ToolCounts())
        found[str(target)] = ToolCounts(
            known.valid + (0 if invalid else number), known.invalid + (number if invalid else 0)
        )
    return found
