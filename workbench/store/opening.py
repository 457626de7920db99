"""From a path to a file that can be written: made, migrated, or set aside, all under the start-up lock."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.errors import DatabaseDamaged, DatabaseLocked, HistoryUnavailable
from workbench.store import files, health, locks, schema
from workbench.store.checkpoints import check_mark
from workbench.store.connections import open_reader

START_S = 10.0
"""Another instance's start, migration or checkpoint is waited for this long."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is ready."""

    owner_lock: locks.FileLock | None
    """Held as long as this process writes; None when the file can only be read."""
    lock: locks.FileLock | None
    """The start-up lock, released; the writer goes on using it."""
    notices: tuple[str, ...] = ()


def open_file(path: Path, owner: str, timeout: float = START_S) -> Opened:
    """Make the history at `path` ready for the process `owner`.

    Raises:
        HistoryUnavailable: the place can't be used, or the file is not ours; nothing was changed.
        SchemaTooNew: a newer version wrote it; nothing was changed.
        DatabaseLocked: another instance is starting and does not finish.
        DatabaseDamaged: it is damaged, and another instance has it open.
    """
    files.prepare_directory(path)
    exists = files.refuse_odd(path)
    if not files.is_writable(path):
        return _open_read_only(path, exists)
    try:
        lock = locks.FileLock(locks.lock_path(path))
    except OSError as error:
        raise HistoryUnavailable(f"the history can't be locked: {error.strerror}") from error
    owner_lock = None
    try:
        if not lock.acquire(timeout=timeout):
            raise DatabaseLocked(f"another workbench holds {path} since it is starting or migrating")
        notices = _make_ready(path)
        owner_lock = locks.FileLock(locks.owner_path(path, owner))
        owner_lock.acquire()
    except BaseException:
        lock.close()
        raise
    lock.release()
    return Opened(owner_lock, lock, notices)


def backup(source: Path, target: Path) -> None:
    """Copy a database, whole and of one moment, while others may write to it.

    Raises:
        HistoryUnavailable: the copy can't be made.
    """
    files.create_private(target)
    try:
        with closing(open_reader(source)) as reader, closing(sqlite3.connect(target)) as copy:
            reader.backup(copy)
    except sqlite3.Error as error:
        files.remove(target)
        raise HistoryUnavailable(f"the history can't be copied: {error}") from error


def _open_read_only(path: Path, exists: bool) -> Opened:
    if not exists:
        raise HistoryUnavailable(f"{path.parent} can't be written: there is no history")
    health.version_of(path)
    health.check_shape(path)
    return Opened(None, None)


def _make_ready(path: Path) -> tuple[str, ...]:
    living = [owner for owner in locks.owners(path) if not locks.bury(path, owner)]
    notices: list[str] = []
    version = None
    if path.exists():
        files.make_private(path)
        version = _version_or_aside(path, in_use=bool(living), notices=notices)
    elif _has_remains(path):
        aside = files.set_aside(path)
        notices.append(f"a log without its history was set aside as {aside.name}")
    if version is None:
        _create(path)
    elif version < schema.LATEST:
        notices.append(_migrate(path, version))
    health.check_shape(path, in_use=bool(living))
    check_mark(path).unlink(missing_ok=True)
    return tuple(notices)


def _version_or_aside(path: Path, *, in_use: bool, notices: list[str]) -> int | None:
    """The version; None when the file was damaged and is out of the way."""
    try:
        return health.version_of(path, in_use=in_use)
    except DatabaseDamaged as error:
        if in_use:
            raise
        if health.has_log(path) and health.is_sound_without_log(path):
            aside = files.set_aside(path, files.SIDE_FILES)
            notices.append(
                f"the history's log did not belong to it or was damaged: it was set aside as {aside.name}-wal"
            )
            return health.version_of(path)
        aside = files.set_aside(path)
        notices.append(f"the history was damaged ({error}): it was set aside as {aside.name} and a new one begun")
        return None


def _has_remains(path: Path) -> bool:
    return any(os.path.lexists(f"{path}{end}") for end in files.SIDE_FILES)


def _create(path: Path) -> None:
    """Build a whole database under another name first, so that a half-made one never bears the real one."""
    from workbench.store.migrations import migrate

    draft = path.with_name(path.name + ".new")
    files.remove(draft)
    files.create_private(draft)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            connection.execute(f"PRAGMA page_size = {schema.PAGE_SIZE}")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            migrate(connection)
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        os.rename(draft, path)
    except (sqlite3.Error, OSError) as error:
        files.remove(draft)
        raise HistoryUnavailable(f"the history can't be made: {error}") from error


def _migrate(path: Path, version: int) -> str:
    from workbench.store.migrations import migrate

    copy = path.with_name(f"{path.name}.backup-{version}")
    files.remove(copy)
    backup(path, copy)
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=START_S)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            migrate(connection)
    except sqlite3.Error as error:
        raise HistoryUnavailable(f"the history can't be brought to a newer version: {error}") from error
    return f"the history was brought to version {schema.LATEST}; the old one is kept as {copy.name}"
