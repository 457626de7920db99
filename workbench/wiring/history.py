"""Opens the history, or says why there is none: a comparison never waits or fails for its sake."""

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.domain.errors import StoreError
from workbench.settings.paths import data_dir

if TYPE_CHECKING:
    from workbench.store.database import Store

MAIN = "workbench.db"
DEMO = "demo.db"


def history_path(*, demo: bool = False) -> Path:
    """The file of the history; the demo has one of its own."""
    return data_dir() / (DEMO if demo else MAIN)


def open_history(*, demo: bool = False) -> "tuple[Store | None, str | None]":
    """The store, or why it can't be had. Blocks: call it in a thread."""
    from workbench.store.database import open_store

    try:
        return open_store(history_path(demo=demo)), None
    except StoreError as error:
        return None, f"nothing is kept: {error}"
    except OSError as error:
        return None, f"nothing is kept: {error.strerror or error} ({history_path(demo=demo)})"
