"""Saved sets of lanes."""

from collections.abc import Callable
from typing import Any

from workbench.domain.conversation import LineUp
from workbench.store import decode, encode
from workbench.store.connections import Readers, reads
from workbench.store.saving import Saving, utc_now
from workbench.store.values import from_json, text, to_json

Change = Callable[[Callable[[Saving], Any]], Any]


class LineUps:
    """Line-ups that were saved from the app; those of the configuration are not in here."""

    def __init__(self, readers: Readers, change: Change) -> None:
        self._readers = readers
        self._change = change

    def save(self, lineup: LineUp, /) -> None:
        """Keep it under its name, in place of an older one. Blocks until it is in the file.

        Raises:
            StoreError: it is not saved (yet).
        """
        row = (text(lineup.name), to_json([encode.lane(lane) for lane in lineup.lanes]), utc_now())
        self._change(lambda saving: saving.connection.execute("INSERT OR REPLACE INTO lineup VALUES (?, ?, ?)", row))

    @reads
    def load(self, name: str, /) -> LineUp | None:
        """The one of that name."""
        query = "SELECT name, lanes_json FROM lineup WHERE name = ?"
        row = self._readers.connection().execute(query, (name,)).fetchone()
        return _lineup(row) if row else None

    @reads
    def all(self) -> list[LineUp]:
        """Every one, last used first."""
        query = "SELECT name, lanes_json FROM lineup ORDER BY used_utc DESC, name"
        return [_lineup(row) for row in self._readers.connection().execute(query)]

    def use(self, name: str, /) -> None:
        """Note that it was opened just now."""
        self._change(
            lambda saving: saving.connection.execute("UPDATE lineup SET used_utc = ? WHERE name = ?", (utc_now(), name))
        )

    def delete(self, name: str, /) -> None:
        """Forget it."""
        self._change(lambda saving: saving.connection.execute("DELETE FROM lineup WHERE name = ?", (name,)))


def _lineup(row: Any) -> LineUp:
    lanes = [lane for lane in from_json(row["lanes_json"], []) if isinstance(lane, dict)]
    return LineUp(row["name"], tuple(decode.lineup_lane(lane, n) for n, lane in enumerate(lanes, 1)))
