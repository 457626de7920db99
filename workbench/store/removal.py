"""Deleting a session so that its words are in no page of the file, its index or its log."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from workbench.store import encode, index
from workbench.store.saving import Saving

CLEAN_UP = "clean up"
_VACUUMED_PAGES = 200


def delete_session(saving: Saving, session: str) -> bool:
    """Remove the rows and the words in the index; whether the session existed. What was spent stays in the totals."""
    connection = saving.connection
    row = connection.execute("SELECT key, title, tags FROM session WHERE id = ?", (session,)).fetchone()
    if row is None:
        return False
    hashes = _blobs_of(connection, session)
    turns = connection.execute("SELECT key, id, prompt FROM turn WHERE session = ?", (session,)).fetchall()
    for key, turn, prompt in turns:
        _forget_answers(connection, turn)
        index.remove_prompt(connection, key, prompt)
        connection.execute("DELETE FROM place WHERE key = ?", (key,))
        connection.execute("DELETE FROM event WHERE scope = ?", (turn,))
    index.remove_session(connection, *row)
    connection.execute("DELETE FROM place WHERE key = ?", (row[0],))
    connection.execute("DELETE FROM event WHERE scope = ?", (session,))
    connection.execute("DELETE FROM draft WHERE session = ?", (session,))
    connection.execute("DELETE FROM session WHERE id = ?", (session,))
    for name in hashes:
        connection.execute(
            "DELETE FROM blob WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM lane WHERE system_hash = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM turn_blob WHERE hash = ?1)",
            (name,),
        )
    connection.execute("INSERT OR IGNORE INTO chore VALUES (?)", (CLEAN_UP,))
    return True


def is_unfinished(saving: Saving) -> bool:
    """Whether a cleaning up was begun, by whomever, and not finished."""
    found = saving.connection.execute("SELECT 1 FROM chore WHERE name = ?", (CLEAN_UP,)).fetchone()
    return found is not None


def clean_up(saving: Saving) -> Iterator[None]:
    """The chore after a deletion: rewrite the index, give the empty pages back."""
    connection = saving.connection
    yield from index.optimize_slices(connection)
    while connection.execute("PRAGMA freelist_count").fetchone()[0]:
        connection.execute(f"PRAGMA incremental_vacuum({_VACUUMED_PAGES})").fetchall()
        yield
    connection.execute("DELETE FROM chore WHERE name = ?", (CLEAN_UP,))


def remove_backups(database: Path) -> None:
    """Copies made before a migration still hold what was deleted."""
    for backup in database.parent.glob(f"{database.name}.backup-*"):
        backup.unlink(missing_ok=True)


def _forget_answers(connection: sqlite3.Connection, turn: str) -> None:
    responses = connection.execute("SELECT key, id, state FROM response WHERE turn = ?", (turn,)).fetchall()
    for key, response, state in responses:
        if state != "streaming":
            text, refusal = connection.execute("SELECT text, refusal FROM response WHERE key = ?", (key,)).fetchone()
            index.remove_answer(connection, key, encode.answer_words(text, refusal))
            connection.execute("DELETE FROM place WHERE key = ?", (key,))
        connection.execute("DELETE FROM delta WHERE response = ?", (key,))
        connection.execute("DELETE FROM event WHERE scope = ?", (response,))


def _blobs_of(connection: sqlite3.Connection, session: str) -> set[str]:
    found = connection.execute(
        "SELECT system_hash FROM lane WHERE session = ?1 AND system_hash IS NOT NULL"
        " UNION SELECT b.hash FROM turn_blob b JOIN turn t ON t.id = b.turn WHERE t.session = ?1",
        (session,),
    )
    return {name for (name,) in found}
