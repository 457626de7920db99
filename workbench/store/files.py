"""Where the history lies: private to its owner, never through a link, never overwritten."""

import os
import stat
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from workbench.domain.errors import HistoryUnavailable

SIDE_FILES = ("-wal", "-shm")


def prepare_directory(path: Path) -> None:
    """Make the folder of `path`, 0700; an existing one is closed to others when it is ours alone.

    Raises:
        HistoryUnavailable: it can't be made.
    """
    folder = path.parent
    try:
        missing = not folder.exists()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        shared = {Path.home(), Path.cwd(), Path(folder.anchor or "/"), Path(tempfile.gettempdir())}
        ours_alone = _is_ours(status) and not status.st_mode & stat.S_ISVTX and folder.absolute() not in shared
        if missing or (ours_alone and status.st_mode & 0o077):
            folder.chmod(0o700)
    except (OSError, RuntimeError) as error:
        raise HistoryUnavailable(f"the folder of the history can't be used: {_reason(error)}") from error


def refuse_odd(path: Path) -> bool:
    """Whether there is a file at `path`; anything but a regular file of one name is refused.

    Raises:
        HistoryUnavailable: a symbolic link, a directory, a device, a pipe, or a place that can't be read.
    """
    for each in (path, *(path.with_name(path.name + end) for end in (*SIDE_FILES, ".lock"))):
        try:
            mode = each.lstat().st_mode
        except FileNotFoundError:
            continue
        except OSError as error:
            raise HistoryUnavailable(f"the history can't be read: {_reason(error)}") from error
        if not stat.S_ISREG(mode):
            raise HistoryUnavailable(f"{each} is {_kind(mode)}, not a file: the history is not opened")
    return path.exists()


def make_private(path: Path) -> None:
    """0600 for the database and what lies beside it."""
    for each in (path, *(path.with_name(path.name + end) for end in SIDE_FILES)):
        try:
            if each.lstat().st_mode & 0o077:
                each.chmod(0o600)
        except OSError:
            continue


def create_private(path: Path) -> None:
    """An empty file that only its owner reads, whatever the umask.

    Raises:
        HistoryUnavailable: it can't be made.
    """
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(fd, 0o600)
        finally:
            os.close(fd)
    except OSError as error:
        raise HistoryUnavailable(f"the history can't be made: {_reason(error)}") from error


def set_aside(path: Path, ends: tuple[str, ...] = ("", *SIDE_FILES)) -> Path:
    """Rename a database and what lies beside it to NAME.bad-TIMESTAMP, byte for byte; its new name.

    Raises:
        HistoryUnavailable: it can't be renamed.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    number = 1
    target = path.with_name(f"{path.name}.bad-{stamp}")
    while any(os.path.lexists(f"{target}{end}") for end in ("", *SIDE_FILES)):
        number += 1
        target = path.with_name(f"{path.name}.bad-{stamp}-{number}")
    try:
        for end in ends:
            if os.path.lexists(f"{path}{end}"):
                os.rename(f"{path}{end}", f"{target}{end}")
    except OSError as error:
        raise HistoryUnavailable(f"a damaged history can't be set aside: {_reason(error)}") from error
    return target


def remove(path: Path) -> None:
    """Delete a database file of ours and what lies beside it."""
    for end in ("", *SIDE_FILES, "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def is_writable(path: Path) -> bool:
    """Whether both the file and its folder can be written."""
    return os.access(path.parent, os.W_OK | os.X_OK) and (not path.exists() or os.access(path, os.W_OK))


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    if stat.S_ISDIR(mode):
        return "a directory"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"


def _reason(error: BaseException) -> str:
    return (error.strerror if isinstance(error, OSError) and error.strerror else str(error)).lower()
