"""A file that the user names, as something to send: everything is checked on the open file before it is read.

Apart from the prompt's reader because paste, picker and command line all attach, and all must refuse the same things.
"""

import base64
import mimetypes
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from workbench.domain.clean import clean, clean_line
from workbench.domain.conversation import FilePart
from workbench.domain.errors import ConfigurationError

MAX_BYTES = 20_000_000
"""No provider takes more in one request."""
SENDABLE = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "audio/wav", "audio/mpeg")
"""What some protocol has a form for, besides text."""
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
)
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISLNK, "a symbolic link"),
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as it will be sent, and what the user should know of it."""

    part: FilePart
    warnings: tuple[str, ...] = ()


def attach(path: Path, max_bytes: int = MAX_BYTES) -> Attachment:
    """Read a regular file of a kind that can be sent. Blocks; for a thread.

    Raises:
        ConfigurationError: it is no regular file, too large, unreadable, of a kind that nobody takes, or it changes.
    """
    name = clean_line(path.name) or "file"
    try:
        path = _within(path)
        data = _read(path, name, max_bytes)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "its name is not valid"
        raise ConfigurationError(f"{name} can't be read: {reason}") from None
    media_type = _media_type(path, data)
    warnings: tuple[str, ...] = ()
    if media_type.startswith("text/"):
        warnings = _hidden(name, data.decode("utf-8"))
    elif media_type not in SENDABLE:
        raise ConfigurationError(
            f"{name} is of a kind that can't be sent ({media_type}): text, images, PDF and audio can"
        )
    return Attachment(FilePart(name, media_type, base64.b64encode(data).decode("ascii"), len(data)), warnings)


def _within(path: Path) -> Path:
    """What a symbolic link in the working directory leads to, as long as that lies there too."""
    if not path.is_symlink():
        return path
    here, real = Path.cwd().resolve(), path.resolve()
    return real if real.is_relative_to(here) and path.parent.resolve().is_relative_to(here) else path


def _read(path: Path, name: str, max_bytes: int) -> bytes:
    _check(os.lstat(path), name, max_bytes)  # opening a device may already do something
    # Never waits for a pipe's writer, never follows a link that was put there in between.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        before = os.fstat(descriptor)
        _check(before, name, max_bytes)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(max_bytes + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if len(data) != before.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ConfigurationError(f"{name} changed while it was read; try again")
    return data


def _check(status: os.stat_result, name: str, max_bytes: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = next((word for test, word in _KINDS if test(status.st_mode)), "no file")
        raise ConfigurationError(f"{name} is {kind}, not a regular file")
    if status.st_size > max_bytes:
        raise ConfigurationError(
            f"{name} has {_size(status.st_size)}, more than the {_size(max_bytes)} that can be sent"
        )


def _media_type(path: Path, data: bytes) -> str:
    """By content where that can be told, else by name; `text/…` only for what is UTF-8 text."""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] in (b"WEBP", b"WAVE"):
        return "image/webp" if data[8:12] == b"WEBP" else "audio/wav"
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if b"\x00" not in data:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return guessed if guessed.startswith("text/") else "text/plain"
    return guessed if not guessed.startswith(("text/", "image/", "audio/")) else "application/octet-stream"


def _hidden(name: str, text: str) -> tuple[str, ...]:
    """Characters that a person doesn't see but a model reads."""
    lines = text.replace("\r\n", "\n")
    changed = sum(1 for line in lines.split("\n") if clean(line) != line)
    return (f"{name}: {changed} lines hold control or hidden characters; they are sent as they are",) if changed else ()


def _size(number: int) -> str:
    return f"{number / 1_000_000:.1f} MB" if number >= 100_000 else f"{number:,} bytes"
