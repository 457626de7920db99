"""Copying from the app: every way that is open is taken, and the toast says what is known about it."""

import asyncio
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from textual.app import App

from workbench.domain.clean import clean_line
from workbench.export import clipboard


async def copy_text(app: App[Any], text: str, what: str, folder: Path | None = None) -> clipboard.Copied:
    """Copy `text`, tell the user, and return what became of it."""
    ways = clipboard.ways(text)
    if ways.terminal:
        app.copy_to_clipboard(ways.text)
    confirmed = ways.system and await asyncio.to_thread(clipboard.to_system, ways.text)
    length = len(ways.text)
    if confirmed:
        copied = clipboard.Copied("copied", length)
    elif ways.terminal:
        copied = clipboard.Copied("sent", length)
    else:
        try:
            path = await asyncio.to_thread(clipboard.to_file, ways.text, folder or Path(gettempdir()) / "workbench")
            copied = clipboard.Copied("saved", length, path)
        except OSError:
            copied = clipboard.Copied("failed", length)
    fine = copied.outcome in ("copied", "sent")
    words = clean_line(clipboard.words(copied, what))
    app.notify(words, severity="information" if fine else "warning", markup=False)
    return copied
