"""Whether a file is a history of ours, whole, and of a version that we know, found out without writing to it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from workbench.domain.errors import DatabaseDamaged, DatabaseLocked, HistoryUnavailable, SchemaTooNew
from workbench.store import problems, schema
from workbench.store.checkpoints import check_mark
from workbench.store.connections import open_reader

_MAGIC = b"SQLite format 3\0"
_ALWAYS_CHECKED_BYTES = 16 << 20
"""A file up to this size is checked page by page at every start (12 ms)."""
_CHECKED_IN_FULL_BYTES = 256 << 20
"""1.5 ms per MB."""
_NEVER_CHECKED_BYTES = 1 << 30

_Answer = TypeVar("_Answer")


def version_of(path: Path, *, in_use: bool = False) -> int:
    """The schema's version of a sound file; one that another instance has open is not checked page by page.

    Raises:
        DatabaseDamaged: it is no database, or a broken one.
        HistoryUnavailable: it belongs to another program, or can't be read.
        SchemaTooNew: a newer version of this program has written it.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise HistoryUnavailable(f"{path} can't be read: {error.strerror}") from error
    if head != _MAGIC:
        raise DatabaseDamaged(f"{path.name} is empty or no database")
    logged = has_log(path)

    def ask(connection: sqlite3.Connection) -> int:
        version = _version(connection, path)
        if not in_use:
            _check_pages(connection, path, size, logged)
        return version

    return _reading(path, ask, immutable=not logged and not in_use)


def is_sound_without_log(path: Path) -> bool:
    """Whether the file is whole when its log is left out: then it is the log that is damaged or another file's."""

    def check(connection: sqlite3.Connection) -> bool:
        return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0]) == "ok"

    try:
        return _reading(path, check, immutable=True)
    except DatabaseDamaged:
        return False


def check_shape(path: Path, *, in_use: bool = False) -> None:
    """Compare tables and columns with those that this version writes.

    Raises:
        HistoryUnavailable: something is missing, or there is more than we know; the message names it.
    """
    _reading(path, lambda connection: _compare(connection, path), immutable=not has_log(path) and not in_use)


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != schema.APPLICATION_ID:
        raise HistoryUnavailable(f"{path} is a database of another program: the history is not opened")
    if version > schema.LATEST:
        raise SchemaTooNew(
            f"{path} has version {version}, written by a newer workbench; this one knows {schema.LATEST}"
            " and leaves it alone"
        )
    return int(version)


def _check_pages(connection: sqlite3.Connection, path: Path, size: int, logged: bool) -> None:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    if not logged and pages * page_size > size:
        raise DatabaseDamaged(f"{path.name} is cut short")
    # After a crash, or when a read has failed: a log of another file makes sound pages that contradict each other.
    doubtful = logged or check_mark(path).exists()
    if doubtful and size <= _CHECKED_IN_FULL_BYTES:
        check = "integrity_check"
    elif size <= _ALWAYS_CHECKED_BYTES or (doubtful and size <= _NEVER_CHECKED_BYTES):
        check = "quick_check"
    else:
        return
    (verdict,) = connection.execute(f"PRAGMA {check}(1)").fetchone()
    if verdict != "ok":
        raise DatabaseDamaged(f"{path.name} is damaged: {verdict}")


def _compare(connection: sqlite3.Connection, path: Path) -> None:
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_schema").fetchall())
    for table, expected in schema.expected_columns().items():
        if kinds.get(table) != "table":
            what = f"is a {kinds[table]}" if table in kinds else "is missing"
            raise HistoryUnavailable(f"{path}: the table {table} {what}; the history is not opened")
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for problem, names in (("lacks the", expected - columns), ("has the unknown", columns - expected)):
            if names:
                raise HistoryUnavailable(
                    f"{path}: the table {table} {problem} column {min(names)}; the history is not opened"
                )


def _reading(path: Path, ask: Callable[[sqlite3.Connection], _Answer], *, immutable: bool) -> _Answer:
    try:
        with closing(open_reader(path, immutable=immutable)) as connection:
            return ask(connection)
    except sqlite3.Error as error:
        if problems.is_damage(error):
            raise DatabaseDamaged(f"{path.name} is damaged: {error}") from error
        if problems.primary_code(error) == sqlite3.SQLITE_BUSY:
            raise DatabaseLocked(f"another program holds {path}") from error
        raise HistoryUnavailable(f"{path} can't be read: {error}") from error


def has_log(path: Path) -> bool:
    """Whether there is a log with something in it."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0
