"""Arguments of a Gemini function call that come by path, `{"jsonPath": "$.a.b[0]", "stringValue": "…"}`, put together.

Texts come in pieces that are joined as long as a piece says `willContinue`; everything else comes whole.
"""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[['\"](.*?)['\"]\]")
_LONGEST_LIST = 10_000
"""A place in a list beyond this is no argument but damage."""


class PartialArgs:
    """The arguments of one call so far."""

    def __init__(self, whole: Any = None) -> None:
        self.value: Any = whole or {}
        """What is known of them; an object unless the server sent something else."""
        self._growing: str | None = None

    def add(self, pieces: Iterable[Any]) -> None:
        """Put pieces in their places; what has no place is left out."""
        for piece in pieces:
            if isinstance(piece, dict) and isinstance(piece.get("jsonPath"), str) and isinstance(self.value, dict):
                self._put(piece["jsonPath"], piece)

    def _put(self, path: str, piece: dict[str, Any]) -> None:
        steps = [int(index) if index else name or quoted for name, index, quoted in _STEP.findall(path)]
        if not steps or any(isinstance(step, int) and step > _LONGEST_LIST for step in steps):
            return
        place: Any = self.value
        for step, following in pairwise(steps):
            place = _enter(place, step, [] if isinstance(following, int) else {})
            if place is None:
                return
        _set(place, steps[-1], self._piece_value(path, piece, _get(place, steps[-1])))

    def _piece_value(self, path: str, piece: dict[str, Any], present: Any) -> Any:
        if isinstance(piece.get("stringValue"), str):
            joined = present if self._growing == path and isinstance(present, str) else ""
            self._growing = path if piece.get("willContinue") else None
            return joined + piece["stringValue"]
        self._growing = None
        for name in ("numberValue", "boolValue"):
            if name in piece:
                value = piece[name]
                return int(value) if isinstance(value, float) and value.is_integer() else value
        return None


def _enter(place: Any, step: str | int, empty: Any) -> Any:
    found = _get(place, step)
    if isinstance(found, dict | list):
        return found
    return empty if _set(place, step, empty) else None


def _get(place: Any, step: str | int) -> Any:
    if isinstance(place, dict) and isinstance(step, str):
        return place.get(step)
    if isinstance(place, list) and isinstance(step, int) and step < len(place):
        return place[step]
    return None


def _set(place: Any, step: str | int, value: Any) -> bool:
    if isinstance(place, dict) and isinstance(step, str):
        place[step] = value
        return True
    if isinstance(place, list) and isinstance(step, int):
        place.extend([None] * (step + 1 - len(place)))
        place[step] = value
        return True
    return False
