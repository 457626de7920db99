"""JSON objects that are all alike, kept without their keys.

A vendor's usage object is 230 bytes, of which 40 differ from answer to answer; rates hardly differ. So the keys are
kept once, in `shape`, and the column holds a JSON array: the shape's number, then the values in order. Objects of an
unusual shape are kept whole; the first character tells which it is.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.store.values import from_json, to_json

_LONGEST_KEYS = 2000
_MOST_SHAPES = 500


class ShapeWriter:
    """Packs objects within the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[str, int] = {}

    def forget(self) -> None:
        """A rollback may have taken shapes back."""
        self._known.clear()

    def pack(self, value: Mapping[str, Any] | None) -> str | None:
        """What the column gets; None for nothing."""
        if not value:
            return None
        whole = to_json(value)
        plain = json.loads(whole)
        values: list[Any] = []
        keys = json.dumps(_hollow(plain, values), ensure_ascii=False, separators=(",", ":"))
        if not values or len(keys) > _LONGEST_KEYS:
            return whole
        number = self._known.get(keys) or self._number(keys)
        return whole if number is None else to_json([number, *values])

    def _number(self, keys: str) -> int | None:
        find = "SELECT id FROM shape WHERE keys_json = ?"
        row = self._connection.execute(find, (keys,)).fetchone()
        if row is None:
            (highest,) = self._connection.execute("SELECT ifnull(max(id), 0) FROM shape").fetchone()
            if highest >= _MOST_SHAPES:
                return None
            self._connection.execute("INSERT INTO shape VALUES (?, ?)", (highest + 1, keys))
            row = (highest + 1,)
        self._known[keys] = row[0]
        return int(row[0])


class ShapeReader:
    """Unpacks what `ShapeWriter` packed."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def unpack(self, connection: sqlite3.Connection, stored: str | None) -> dict[str, Any] | None:
        """The object; None for nothing and for damage."""
        found = from_json(stored, None)
        if isinstance(found, list) and found and isinstance(found[0], int):
            found = self._filled(connection, found)
        return found if isinstance(found, dict) and found else None

    def _filled(self, connection: sqlite3.Connection, packed: list[Any]) -> Any:
        number, *values = packed
        if number not in self._known:
            row = connection.execute("SELECT keys_json FROM shape WHERE id = ?", (number,)).fetchone()
            if row is None:
                return None
            self._known[number] = from_json(row[0], {})
        try:
            return _fill(self._known[number], iter(values))
        except StopIteration:
            return None


def _hollow(value: Any, values: list[Any]) -> Any:
    if isinstance(value, dict):
        return {key: _hollow(item, values) for key, item in value.items()}
    if isinstance(value, list):
        return [_hollow(item, values) for item in value]
    values.append(value)
    return 0


def _fill(keys: Any, values: Iterator[Any]) -> Any:
    if isinstance(keys, dict):
        return {key: _fill(item, values) for key, item in keys.items()}
    if isinstance(keys, list):
        return [_fill(item, values) for item in keys]
    return next(values)
