"""Saved sets of lanes."""

from collections.abc import Callable
from typing import Any

from workbench.domain.conversation import LineUp
from workbench.store import encode
from workbench.store.saving import Saving, utc_now
from workbench.store.values import text, to_json

Change = Callable[[Callable[[Saving], Any]], Any]


class LineUps:
    """Changes line-ups that were saved from the app; `quick.read_lineups` reads them, before any store is open."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def save(self, lineup: LineUp, /) -> None:
        """Keep it under its name, in place of an older one. Blocks until it is in the file.

        Raises:
            StoreError: it is not saved (yet).
        """
        row = (text(lineup.name), to_json([encode.lane(lane) for lane in lineup.lanes]), utc_now())
        self._change(lambda saving: saving.connection.execute("INSERT OR REPLACE INTO lineup VALUES (?, ?, ?)", row))

    def delete(self, name: str, /) -> None:
        """Forget it. Blocks until it is gone from the file.

        Raises:
            StoreError: it is not gone (yet).
        """
        self._change(lambda saving: saving.connection.execute("DELETE FROM lineup WHERE name = ?", (name,)))
