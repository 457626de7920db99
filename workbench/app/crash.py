"""What is kept of a crash: a traceback without any local value, in the user's own file, and a sentence."""

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from workbench.domain.clean import clean, clean_line

_SECRET_NAMES = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")


class CrashReport(NamedTuple):
    """A fault of this program."""

    sentence: str
    path: Path | None
    """Where the whole report is; None when it could not be written."""

    @classmethod
    def now(cls, path: Path | None) -> "CrashReport":
        """The exception that is being handled."""
        error = sys.exc_info()[1]
        text = "".join(traceback.format_exception(error)) if error is not None else "no exception\n"
        stamp = datetime.now(UTC).isoformat(timespec="seconds")
        written = _append(path, masked(f"{stamp} workbench stopped\n{clean(text)}\n")) if path is not None else False
        name = type(error).__name__ if error is not None else "unknown"
        return cls(masked(f"{name}: {clean_line(str(error))[:300]}"), path if written else None)

    def words(self) -> str:
        """For standard error, after the terminal was restored."""
        where = f"The details are in {self.path}." if self.path is not None else "The details could not be saved."
        return f"workbench stopped because of a fault of its own: {self.sentence}\nWhat was received is kept. {where}"


def masked(text: str) -> str:
    """The text without any value of the environment that looks like a secret."""
    for name, value in os.environ.items():
        if len(value) >= 8 and any(word in name.upper() for word in _SECRET_NAMES):
            text = text.replace(value, f"‹{name}›")
    return text


def _append(path: Path, text: str) -> bool:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return False
    return True
