"""How a text can reach a clipboard from here, and what can be known about it.

The terminal's way (OSC 52) is never confirmed and has a size limit; the system's way works only on the machine at which
the user sits. Where neither is sure, the text goes to a file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from workbench.domain.clean import for_clipboard

OSC52_LIMIT = 74_994
"""Bytes of base64 that terminals take in one go; more is cut or dropped by some. Source: xterm and hterm limits."""

Outcome = Literal["copied", "sent", "saved", "failed"]


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of a copy."""

    outcome: Outcome
    """Copied: confirmed by the system; sent: to the terminal, unconfirmed; saved: to `path`; failed: nowhere."""
    characters: int
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that are open for one text."""

    text: str
    """Ready to be copied: control characters removed, surrogates replaced."""
    terminal: bool
    """It fits into OSC 52, and the terminal isn't known to ignore it."""
    system: bool
    """A clipboard on this machine is the user's own."""


def ways(text: str, environ: Mapping[str, str] | None = None) -> Ways:
    """Which ways a text can take from here."""
    environ = os.environ if environ is None else environ
    ready = for_clipboard(text)
    fits = (len(ready.encode("utf-8")) + 2) // 3 * 4 <= OSC52_LIMIT
    ignored = environ.get("TERM_PROGRAM") == "Apple_Terminal"
    return Ways(ready, fits and not ignored, not over_ssh(environ))


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether this machine's clipboard is somebody else's."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def to_system(text: str) -> bool:
    """Write the system's clipboard; blocking, so call it in a thread. False when there is none."""
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return False
    return True


def to_file(text: str, folder: Path, name: str = "copy", now: datetime | None = None) -> Path:
    """Save it for its owner alone; blocking.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = (now or datetime.now()).strftime("%Y%m%d-%H%M%S")
    for number in range(1, 1_000):
        path = folder / f"{name}-{stamp}{'' if number == 1 else f'-{number}'}.md"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return path
    raise FileExistsError(folder)


def words(copied: Copied, what: str) -> str:
    """What can honestly be told about it."""
    amount = f"{copied.characters:,} character{'' if copied.characters == 1 else 's'}"
    match copied.outcome:
        case "copied":
            return f"copied {what} ({amount})"
        case "sent":
            return f"sent {what} to the terminal, unconfirmed ({amount})"
        case "saved":
            return f"saved {what} to {copied.path}: no clipboard here takes {amount}"
        case _:
            return f"could not copy {what}: no clipboard, and no file could be written"
