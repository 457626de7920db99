"""Writing a prompt in an editor of one's own: the screen is lent to it, the streams go on behind it."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from workbench.domain.clean import clean_line


async def edit_outside(app: App[Any], text: str) -> str | None:
    """The text as it was left in `$VISUAL` or `$EDITOR`; None when there is no editor or it failed."""
    handle, name = tempfile.mkstemp(prefix="workbench-prompt-", suffix=".md")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        if not await edit_file(app, path):
            return None
        return (await asyncio.to_thread(path.read_text, "utf-8", "replace")).removesuffix("\n")
    except OSError as error:
        app.notify(clean_line(f"the prompt is as it was: {error}"), severity="warning", markup=False)
        return None
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)


async def edit_file(app: App[Any], path: Path) -> bool:
    """Lend the screen to the editor until it ends; whether it ended well. What went wrong is told."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        with app.suspend(), app.batch_update():
            process = await asyncio.create_subprocess_exec(*shlex.split(command), str(path))
            status = await process.wait()
    except SuspendNotSupported:
        app.notify("this terminal can't be lent to an editor", severity="warning", markup=False)
        return False
    except (OSError, ValueError) as error:
        app.notify(clean_line(f"no editor: {error} (set EDITOR)"), severity="warning", markup=False)
        return False
    if status:
        app.notify(f"the editor ended with {status}", severity="warning", markup=False)
    return not status
