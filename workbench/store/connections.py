"""How a connection is opened, for writing and for reading; every pragma in one place."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from workbench.domain.errors import HistoryUnavailable
from workbench.store import problems

BUSY_S = 0.25
"""How long SQLite itself waits for another writer before our own, slower waiting begins."""
READ_BUSY_S = 2.0
_CLOSING_S = 1.0


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
        self._open: list[_Reader] = []
        self.closed = False

    def connection(self) -> sqlite3.Connection:
        """This thread's own. To be used within `lease`, so that it is not closed meanwhile."""
        return self._reader().connection

    @contextmanager
    def lease(self) -> Iterator[None]:
        """Keep this thread's connection from being closed; leases may be nested.

        Raises:
            HistoryUnavailable: the store is closed, or the file can't be read.
        """
        with problems.reading():
            reader = self._reader()
            with reader.lock:
                if self.closed:
                    raise HistoryUnavailable("the history is closed")
                yield

    def close(self) -> None:
        """Close every connection; a read that is going on in another thread is interrupted and waited for."""
        with self._lock:
            self.closed = True
            readers, self._open = self._open, []
        for reader in readers:
            reader.connection.interrupt()
            # Closing a connection under a running statement would end the process; one that does not stop is left.
            if reader.lock.acquire(timeout=_CLOSING_S):
                reader.connection.close()
                reader.lock.release()

    def _reader(self) -> "_Reader":
        found: _Reader | None = getattr(self._local, "reader", None)
        if found is None:
            with self._lock:
                if self.closed:
                    raise HistoryUnavailable("the history is closed")
                self._drop_dead()
                found = _Reader(open_reader(self._path, immutable=self._immutable), threading.current_thread())
                self._open.append(found)
            self._local.reader = found
        return found

    def _drop_dead(self) -> None:
        alive = []
        for reader in self._open:
            if reader.thread.is_alive():
                alive.append(reader)
            else:
                reader.connection.close()
        self._open = alive


@dataclass(slots=True)
class _Reader:
    connection: sqlite3.Connection
    thread: threading.Thread
    lock: Any = field(default_factory=threading.RLock)


class _HasReaders(Protocol):
    _readers: Readers


_Owner = TypeVar("_Owner", bound=_HasReaders)
_Parameters = ParamSpec("_Parameters")
_Answer = TypeVar("_Answer")


def reads(
    method: Callable[Concatenate[_Owner, _Parameters], _Answer],
) -> Callable[Concatenate[_Owner, _Parameters], _Answer]:
    """Mark a method that reads: it holds a lease, and raises our errors instead of SQLite's."""

    @wraps(method)
    def leased(self: _Owner, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Answer:
        with self._readers.lease():
            return method(self, *args, **kwargs)

    return leased


def _uri(path: Path, mode: str) -> str:
    name = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{name}?mode={mode}"
