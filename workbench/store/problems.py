"""What SQLite says when it can't write, in words for a banner."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from workbench.domain.errors import DatabaseDamaged, DatabaseLocked, HistoryUnavailable

_WORDS = {
    sqlite3.SQLITE_BUSY: "history not saved yet: another program holds the file",
    sqlite3.SQLITE_LOCKED: "history not saved yet: another program holds the file",
    sqlite3.SQLITE_PROTOCOL: "history not saved yet: another program holds the file",
    sqlite3.SQLITE_FULL: "history not saved: disk full",
    sqlite3.SQLITE_READONLY: "history not saved: the file can't be written",
    sqlite3.SQLITE_PERM: "history not saved: the file can't be written",
    sqlite3.SQLITE_CANTOPEN: "history not saved: the file can't be opened",
    sqlite3.SQLITE_NOMEM: "history not saved: out of memory",
    sqlite3.SQLITE_CORRUPT: "history not saved: the file is damaged and will be set aside at the next start",
    sqlite3.SQLITE_NOTADB: "history not saved: the file is damaged and will be set aside at the next start",
}
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_ENVIRONMENT = frozenset({*_WORDS, sqlite3.SQLITE_IOERR})
READ_ONLY = "history is read-only: nothing is saved"
REMOVED = "history not saved: its file was removed or replaced"


class LockHeldError(sqlite3.OperationalError):
    """Our own lock file is held by another instance."""

    sqlite_errorcode = sqlite3.SQLITE_BUSY


class FileRemovedError(sqlite3.OperationalError):
    """The file that we write has lost its name, or another has taken it."""

    sqlite_errorcode = sqlite3.SQLITE_CANTOPEN


def primary_code(error: BaseException) -> int:
    """SQLite's primary result code; 0 for an error that is not SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether the file itself is broken."""
    return primary_code(error) in _DAMAGE


def may_pass(error: BaseException) -> bool:
    """Whether the cause lies outside what was to be written, so that trying again makes sense."""
    if isinstance(error, (MemoryError, OSError)) or primary_code(error) in _ENVIRONMENT:
        return True
    return isinstance(error, sqlite3.OperationalError) and not primary_code(error)


def describe(error: BaseException) -> str:
    """One sentence for the banner."""
    if isinstance(error, FileRemovedError):
        return REMOVED
    return _WORDS.get(primary_code(error), "history not saved: the disk reports an error")


@contextmanager
def reading() -> Iterator[None]:
    """Translate what SQLite raises while the history is read.

    Raises:
        DatabaseDamaged: the file is broken.
        DatabaseLocked: another program holds it.
        HistoryUnavailable: it can't be read for another reason.
    """
    try:
        yield
    except sqlite3.Error as error:
        if is_damage(error):
            raise DatabaseDamaged(f"the history is damaged: {error}") from error
        if primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise DatabaseLocked("another program holds the history") from error
        raise HistoryUnavailable(f"the history can't be read: {error}") from error
