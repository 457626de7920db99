"""Prompts that were typed and not sent, so that a crash costs no words."""

from collections.abc import Callable
from typing import Any

from workbench.store.connections import Readers, reads
from workbench.store.saving import Saving, utc_now
from workbench.store.values import text as stored


class Drafts:
    """One draft per session; the empty session id is the one that has not begun."""

    def __init__(self, readers: Readers, change: Callable[[Callable[[Saving], Any]], Any]) -> None:
        self._readers = readers
        self._change = change

    def save(self, session: str, text: str, /) -> None:
        """Keep it; empty text forgets it. Blocks until it is in the file.

        Raises:
            StoreError: it is not saved (yet).
        """
        words = stored(text)

        def write(saving: Saving) -> None:
            if words:
                saving.connection.execute("INSERT OR REPLACE INTO draft VALUES (?, ?, ?)", (session, words, utc_now()))
            else:
                saving.connection.execute("DELETE FROM draft WHERE session = ?", (session,))

        self._change(write)

    @reads
    def load(self, session: str, /) -> str | None:
        """What was kept, or None."""
        row = self._readers.connection().execute("SELECT text FROM draft WHERE session = ?", (session,)).fetchone()
        return row[0] if row else None
