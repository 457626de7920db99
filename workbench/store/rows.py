"""A session as a list shows it: one row, read without looking at a single answer."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.store.values import from_json

SESSION_COLUMNS = (
    "id, title, created_utc, updated_utc, kind, project, environment, tags, pinned, archived, origin, turns, responses,"
    " targets_json, states_json, cost_nano, cost_unknown, cost_estimated, last_key"
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One line of the history. Strings are as stored: to be cleaned before they are shown."""

    id: str
    title: str
    created_utc: str
    updated_utc: str
    """When its last prompt was sent."""
    cursor: str
    """Where the next page begins."""
    kind: str = "chat"
    project: str = ""
    environment: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    origin: str = "app"
    turns: int = 0
    responses: int = 0
    targets: tuple[str, ...] = ()
    """Every target that was asked, in order of first use (24 at most)."""
    states: Mapping[str, int] = field(default_factory=dict)
    """Response states and how many there are of each."""
    cost_nano: int = 0
    """Nano-dollars of every response whose cost is known or estimated."""
    cost_unknown: int = 0
    """Responses that may have cost something nobody can tell."""
    cost_estimated_nano: int = 0
    """The part of `cost_nano` that rests on estimated tokens."""
    snippet: str = ""
    """Of a search: text around the match."""


def session_row(row: sqlite3.Row, *, cursor: int | None = None, snippet: str = "") -> SessionRow:
    """A row of `SESSION_COLUMNS`."""
    return SessionRow(
        id=row["id"],
        title=row["title"],
        created_utc=row["created_utc"],
        updated_utc=row["updated_utc"],
        cursor=str(row["last_key"] if cursor is None else cursor),
        kind=row["kind"],
        project=row["project"],
        environment=row["environment"],
        tags=tuple(str(tag) for tag in from_json(row["tags"], [])),
        pinned=bool(row["pinned"]),
        archived=bool(row["archived"]),
        origin=row["origin"],
        turns=row["turns"],
        responses=row["responses"],
        targets=tuple(str(target) for target in from_json(row["targets_json"], [])),
        states=from_json(row["states_json"], {}),
        cost_nano=row["cost_nano"],
        cost_unknown=row["cost_unknown"],
        cost_estimated_nano=row["cost_estimated"],
        snippet=snippet,
    )
