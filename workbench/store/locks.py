"""Locks between processes, as files: start-up and checkpoints one at a time, and which processes are still alive."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_POLL_S = 0.01
_YOUNG_S = 1.0
"""The owner of a file that is younger may be about to lock it, which a look at the lock could prevent."""


class FileLock:
    """An advisory lock on a file, shared or exclusive; it goes when the process does, however it ends.

    Where the system has no such locks every request is granted: one process then works as always, and several are
    kept apart by SQLite's own locks.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        self._path = path
        self._fd = os.open(path, flags, 0o600)
        if hasattr(os, "fchmod"):
            os.fchmod(self._fd, 0o600)

    def acquire(
        self, *, shared: bool = False, timeout: float = 0.0, sleep: Callable[[float], None] = time.sleep
    ) -> bool:
        """Whether the lock is held now; waits up to `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._try(shared):
            if time.monotonic() >= deadline:
                return False
            sleep(_POLL_S)
        return True

    def release(self) -> None:
        """Let others have it."""
        if sys.platform != "win32":
            try:
                fcntl.flock(self._fd, fcntl.LOCK_UN)
            except OSError:
                return

    def close(self, *, remove: bool = False) -> None:
        """Release it, and remove the file while nobody else can have it."""
        if self._fd < 0:
            return
        if remove:
            self._path.unlink(missing_ok=True)
        os.close(self._fd)
        self._fd = -1

    def _try(self, shared: bool) -> bool:
        if sys.platform != "win32":
            try:
                fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:  # a file system without locks
                return True
        return True


def lock_path(database: Path) -> Path:
    """The file whose lock orders start-ups and checkpoints."""
    return database.with_name(database.name + ".lock")


def owner_path(database: Path, owner: str) -> Path:
    """The file that a living process keeps locked."""
    return database.with_name(f"{database.name}.owner-{owner}")


def owners(database: Path) -> list[str]:
    """Every process that has begun and not ended properly, alive or dead."""
    prefix = f"{database.name}.owner-"
    return sorted(entry.name.removeprefix(prefix) for entry in database.parent.glob(f"{prefix}*"))


def bury(database: Path, owner: str) -> bool:
    """Whether that process is dead; its file is removed then. To be called under the start-up lock."""
    path = owner_path(database, owner)
    if not path.exists():
        return True
    lock = FileLock(path)
    dead = lock.acquire()
    lock.close(remove=dead)
    return dead


def is_open_elsewhere(database: Path) -> bool:
    """Whether a living process has it open; a look that changes nothing and waits for nobody."""
    return any(_is_held(owner_path(database, owner)) for owner in owners(database))


def _is_held(path: Path) -> bool:
    if sys.platform == "win32":
        return False
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        if time.time() - os.fstat(fd).st_mtime < _YOUNG_S:
            return True
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(fd)
    return False
