"""How a connection is opened, for writing and for reading; every pragma in one place."""

import sqlite3
import threading
from pathlib import Path

BUSY_S = 0.25
"""How long SQLite itself waits for another writer before our own, slower waiting begins."""
READ_BUSY_S = 2.0


def open_writer(path: Path) -> sqlite3.Connection:
    """The one connection that writes. Transactions are begun by hand, always IMMEDIATE."""
    connection = sqlite3.connect(
        _uri(path, "rw"), uri=True, isolation_level=None, timeout=BUSY_S, check_same_thread=False, cached_statements=256
    )
    for pragma in (
        "trusted_schema = OFF",
        "secure_delete = ON",
        "foreign_keys = ON",
        "synchronous = NORMAL",
        "wal_autocheckpoint = 0",
        "cell_size_check = ON",
        "journal_size_limit = 0",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def open_reader(path: Path, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection that can't write; `immutable` reads a file whose folder can't be written, past any `-wal`."""
    uri = _uri(path, "ro") + ("&immutable=1" if immutable else "")
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=READ_BUSY_S, check_same_thread=False)
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON", "cache_size = -4000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.row_factory = sqlite3.Row
    return connection


class Readers:
    """One reading connection per thread, all closed together."""

    def __init__(self, path: Path, *, immutable: bool = False) -> None:
        self._path = path
        self._immutable = immutable
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._closed = False

    def connection(self) -> sqlite3.Connection:
        """This thread's own.

        Raises:
            RuntimeError: the store is closed.
        """
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is not None and not self._closed:
            return found
        with self._lock:
            if self._closed:
                raise RuntimeError("the store is closed")
            self._drop_dead()
            found = open_reader(self._path, immutable=self._immutable)
            self._open.append((threading.current_thread(), found))
        self._local.connection = found
        return found

    def close(self) -> None:
        """Close every connection; a read that is going on in another thread ends with an error."""
        with self._lock:
            self._closed = True
            for _, connection in self._open:
                connection.interrupt()
                connection.close()
            self._open.clear()

    def _drop_dead(self) -> None:
        alive = []
        for thread, connection in self._open:
            if thread.is_alive():
                alive.append((thread, connection))
            else:
                connection.close()
        self._open = alive


def _uri(path: Path, mode: str) -> str:
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{name}?mode={mode}"
