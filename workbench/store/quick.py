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

from workbench.domain.lanes import Lane, LineUp, Parameters

_VERSIONS = range(1, 2)
"""`user_version`s whose tables have these columns."""
_BUSY_S = 0.05
_HAS_LOG_BYTES = 32


class RecentSession(NamedTuple):
    """One line of the list of recent sessions. The title is as stored."""

    id: str
    title: str
    updated_utc: str


class FirstScreen(NamedTuple):
    """What was there last time; all empty when nothing is known."""

    lanes: tuple[Lane, ...] = ()
    """Those of the session that was used last."""
    recent: tuple[RecentSession, ...] = ()
    """The last used first."""
    draft: str = ""
    """What was typed and never sent, before there was a session."""


def read_first_screen(path: Path, recent: int = 8) -> FirstScreen:
    """Read it in about a millisecond, whatever the size of the history. Never raises and never writes."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return FirstScreen()
        with closing(open_to_look(path)) as connection:
            return _read(connection, recent)
    except (OSError, sqlite3.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return FirstScreen()


def read_lineups(path: Path) -> dict[str, LineUp]:
    """The line-ups that were saved from the app, by name, the last used first. Never raises and never writes."""
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


def _read(connection: sqlite3.Connection, recent: int) -> FirstScreen:
    connection.execute("PRAGMA trusted_schema = OFF")
    if connection.execute("PRAGMA user_version").fetchone()[0] not in _VERSIONS:
        return FirstScreen()
    sessions = connection.execute(
        "SELECT id, title, updated_utc FROM session WHERE archived = 0 ORDER BY last_key DESC LIMIT ?", (recent,)
    ).fetchall()
    draft = connection.execute("SELECT text FROM draft WHERE session = ''").fetchone()
    lanes: list[Lane] = []
    if sessions:
        rows = connection.execute(
            "SELECT id, position, target, label, blob.data, params_json, enabled FROM lane"
            " LEFT JOIN blob ON blob.hash = system_hash WHERE session = ? AND removed = 0 ORDER BY position, id",
            (sessions[0][0],),
        )
        lanes = [_lane(*row) for row in rows]
    return FirstScreen(tuple(lanes), tuple(RecentSession(*row) for row in sessions), draft[0] if draft else "")


def _lane(
    lane: str, position: int, target: str, label: str, system: bytes | None, params_json: str, enabled: int
) -> Lane:
    given: dict[str, Any] = json.loads(params_json)
    if "stop" in given:
        given["stop"] = tuple(given["stop"])
    words = None if system is None else system.decode("utf-8", "replace")
    return Lane(lane, position, target, label, words, Parameters(**given), bool(enabled))
