"""What a process that died left behind: answers in the middle become *interrupted*, with the text that was saved."""

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from workbench.domain.conversation import Response
from workbench.domain.timing import Timing, pack_deltas
from workbench.store import decode, locks
from workbench.store.saving import Saving


def recover(saving: Saving, database: Path) -> int:
    """End every answer whose process is dead; how many there were. Runs under the lock file, held shared."""
    dead = {owner for owner in locks.owners(database) if owner != saving.owner and locks.bury(database, owner)}
    connection = saving.connection
    found = connection.execute("SELECT DISTINCT owner FROM response WHERE state = 'streaming'").fetchall()
    dead |= {owner for (owner,) in found if owner and owner != saving.owner and locks.bury(database, owner)}
    recovered = 0
    for owner in sorted(dead):
        for row in _streaming(connection, owner):
            saving.end_response(_interrupted(connection, row))
            recovered += 1
    connection.execute(
        "DELETE FROM delta WHERE response NOT IN (SELECT key FROM response WHERE state = 'streaming')",
    )
    return recovered


def _streaming(connection: sqlite3.Connection, owner: str) -> list[sqlite3.Row]:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute("SELECT * FROM response WHERE state = 'streaming' AND owner = ?", (owner,)).fetchall()


def _interrupted(connection: sqlite3.Connection, row: sqlite3.Row) -> Response:
    rows = connection.execute(
        "SELECT kind, at_s, text FROM delta WHERE response = ? ORDER BY n", (row["key"],)
    ).fetchall()
    attempts = connection.execute(
        "SELECT id, model_served FROM attempt WHERE response = ? ORDER BY n DESC LIMIT 1", (row["id"],)
    ).fetchone()
    timing = Timing(
        first_reasoning_s=_first(rows, {"reasoning"}),
        first_text_s=_first(rows, {"text", "refusal"}),
        first_token_s=_first(rows, {"reasoning", "text", "refusal"}),
        end_s=rows[-1][1] if rows else None,
    )
    return replace(
        decode.response(row, {}),
        state="interrupted",
        finish_reason="incomplete",
        text=_joined(rows, "text"),
        reasoning=_joined(rows, "reasoning"),
        refusal=_joined(rows, "refusal"),
        final_attempt=attempts[0] if attempts else None,
        model_served=attempts[1] if attempts else None,
        timing=timing,
        deltas=pack_deltas((at_s or 0.0, len(text)) for kind, at_s, text in rows if kind != "refusal"),
    )


def _joined(rows: Iterable[tuple[str, float, str]], kind: str) -> str:
    return "".join(text for each, _, text in rows if each == kind)


def _first(rows: Iterable[tuple[str, float | None, str]], kinds: set[str]) -> float | None:
    return next((at_s for kind, at_s, _ in rows if kind in kinds), None)
