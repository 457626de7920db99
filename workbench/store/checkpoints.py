"""When the write-ahead log is moved into the file, and under which lock.

SQLite before 3.51.3 can damage a log that one process resets while another writes. So its own checkpoints are off, and
ours run only while no other instance writes: writers hold our lock file shared, a checkpoint holds it alone.
"""

import sqlite3
from pathlib import Path

from workbench.store.connections import BUSY_S
from workbench.store.locks import FileLock

LOG_BYTES = 4 << 20
"""A log longer than this is copied into the file and emptied; every further such length when a reader holds it."""
_COMMITS = 16
"""Commits of nothing but streamed text between two looks at the log; asking for a size takes 0.1 ms here and there."""
_LOCK_S = 1.0


class Checkpoints:
    """The log of one writing connection."""

    def __init__(self, path: Path, connection: sqlite3.Connection, lock: FileLock) -> None:
        self._log = path.with_name(path.name + "-wal")
        self._mark = check_mark(path)
        self._connection = connection
        self._lock = lock
        self._tried_at = 0
        self._commits = 0
        self.due = False
        """The log holds something that must go, such as words of a deleted session."""

    def after_commit(self, *, look: bool) -> None:
        """Copy a log that has grown long; not now when another instance is writing. Looks now, or every few commits."""
        self._commits += 1
        if not look and self._commits < _COMMITS:
            return
        self._commits = 0
        size = self._size()
        if size < self._tried_at:
            self._tried_at = 0
        if size - self._tried_at >= LOG_BYTES:
            self._tried_at = 0 if self._checkpoint() else size

    def when_idle(self) -> None:
        """Empty the log when that is due."""
        if self.due and self._checkpoint():
            self.due = False

    def last(self) -> None:
        """Empty the log before the connection closes, which is when SQLite would do it by itself."""
        self._checkpoint(timeout=_LOCK_S, keep=True)

    def ask_for_check(self) -> None:
        """Have the file examined thoroughly at the next start."""
        try:
            self._mark.touch(0o600)
        except OSError:
            return

    def _size(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _checkpoint(self, timeout: float = 0.0, *, keep: bool = False) -> bool:
        """Whether the log is empty now; what readers do not hold is copied in any case."""
        if not self._lock.acquire(timeout=timeout):
            return False
        try:
            self._connection.execute("PRAGMA busy_timeout = 0").fetchall()
            busy, _, _ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._connection.execute(f"PRAGMA busy_timeout = {int(BUSY_S * 1000)}").fetchall()
            return not busy
        except sqlite3.Error:
            return False
        finally:
            if not keep:
                self._lock.release()


def check_mark(path: Path) -> Path:
    """The file whose presence asks for a thorough check of the database at the next start."""
    return path.with_name(path.name + ".check")
