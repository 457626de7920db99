"""What the first screen shows, read by one bare connection before anything heavy is loaded.

Apart from the store because it must cost no import and must never fail: whatever is wrong, it finds nothing, and the
store says later what it was.
"""

import json
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from workbench.domain.lanes import Lane, LineUp, Parameters, Session
from workbench.store.locks import is_open_elsewhere

_VERSIONS = range(1, 2)
"""`user_version`s whose tables have these columns."""
_BUSY_S = 0.05
_HAS_LOG_BYTES = 32
_PAGE = 8_000
"""Characters of an answer: more than a pane shows."""
_PROMPT = 1_600
_LONGEST = 200_000
"""Characters of an answer that are looked through for its end; 0.2 ms."""
_RECENT = 8
"""Sessions among which the app's last one is looked for."""


class LastSession(NamedTuple):
    """The session that was used last in the app, as far as its first screen shows it."""

    session: Session
    draft: str
    prompt: str
    """The last turn's, the first part of it."""
    turns: int
    texts: dict[str, str]
    """A page of the last turn's newest answers, by their lanes; empty for one that is too long to be read so soon."""


class FirstScreen(NamedTuple):
    """What was there last time; all empty when nothing is known."""

    lanes: tuple[Lane, ...] = ()
    """Those of the session that was used last in the app, or by others."""
    last: LastSession | None = None
    """That session, if it is the app's; None also while some process has the history open, which may show it."""
    draft: str = ""
    """What was typed and never sent, before there was a session."""


def read_first_screen(path: Path, *, from_end: bool = True) -> FirstScreen:
    """Read it in about a millisecond, whatever the size of the history. Never raises and never writes.

    Args:
        path: the database.
        from_end: a page of an answer is its last one, not its first.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return FirstScreen()
        with closing(open_to_look(path)) as connection:
            return _read(connection, not is_open_elsewhere(path), from_end)
    except (OSError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return FirstScreen()


def read_lineups(path: Path) -> dict[str, LineUp]:
    """The line-ups that were saved from the app, by name, the last saved first. Never raises and never writes."""
    from workbench.store import decode

    try:
        with closing(open_to_look(path)) as connection:
            rows = connection.execute("SELECT name, lanes_json FROM lineup ORDER BY used_utc DESC, name").fetchall()
            return {
                name: LineUp(name, tuple(decode.lineup_lane(lane, n) for n, lane in enumerate(json.loads(lanes))))
                for name, lanes in rows
            }
    except (OSError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return {}


def open_to_look(path: Path) -> sqlite3.Connection:
    """A connection that can only read, and leaves no trace beside the file.

    Raises:
        sqlite3.Error: it is no database, or can't be read.
        OSError: the same of its folder.
    """
    log = Path(f"{path}-wal")
    # Without a log nothing may be changed beside the file, so that a look at it leaves no trace.
    still = "" if log.exists() and log.stat().st_size > _HAS_LOG_BYTES else "&immutable=1"
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return sqlite3.connect(f"file:{name}?mode=ro{still}", uri=True, isolation_level=None, timeout=_BUSY_S)


def _read(connection: sqlite3.Connection, free: bool, from_end: bool) -> FirstScreen:
    connection.execute("PRAGMA trusted_schema = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] not in _VERSIONS:
        return FirstScreen()
    sessions = connection.execute(
        "SELECT id, origin = 'app' AND kind = 'chat' FROM session WHERE archived = 0 ORDER BY last_key DESC LIMIT ?",
        (_RECENT,),
    ).fetchall()
    draft = connection.execute("SELECT text FROM draft WHERE session = ''").fetchone()
    shown = next((row[0] for row in sessions if row[1]), sessions[0][0] if sessions else "")
    rows = connection.execute(
        "SELECT id, position, target, label, blob.data, params_json, enabled FROM lane"
        " LEFT JOIN blob ON blob.hash = system_hash WHERE session = ? AND removed = 0 ORDER BY position, id",
        (shown,),
    ).fetchall()
    return FirstScreen(
        tuple(_lane(*row) for row in rows),
        _last_session(connection, shown, from_end) if free else None,
        draft[0] if draft else "",
    )


def _last_session(connection: sqlite3.Connection, session: str, from_end: bool) -> LastSession | None:
    found = connection.execute(
        "SELECT title, created_utc, turns, coalesce((SELECT text FROM draft WHERE session = session.id), '')"
        " FROM session WHERE id = ? AND kind = 'chat' AND origin = 'app'",
        (session,),
    ).fetchone()
    turn = connection.execute(
        "SELECT id, substr(prompt, 1, ?) FROM turn WHERE session = ? ORDER BY seq DESC, key DESC LIMIT 1",
        (_PROMPT, session),
    ).fetchone()
    if found is None or turn is None:
        return None
    title, created_utc, turns, draft = found
    texts = connection.execute(
        "SELECT lane, iif(characters > ?, '', substr(iif(text = '', refusal, text), ?, ?)) FROM response"
        " WHERE turn = ? ORDER BY sample, revision",
        (_LONGEST, -_PAGE if from_end else 1, _PAGE, turn[0]),
    )
    return LastSession(Session(session, title, created_utc), draft, turn[1], turns, dict(texts.fetchall()))


def _lane(
    lane: str, position: int, target: str, label: str, system: bytes | None, params_json: str, enabled: int
) -> Lane:
    given: dict[str, Any] = json.loads(params_json)
    if "stop" in given:
        given["stop"] = tuple(given["stop"])
    words = None if system is None else system.decode("utf-8", "replace")
    return Lane(lane, position, target, label, words, Parameters(**given), bool(enabled))
