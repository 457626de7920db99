"""What a column can hold: every value has a defined mapping, so that no odd one costs a row."""

import base64
import json
import math
from collections.abc import Mapping
from typing import Any

from workbench.domain.clean import storable

_LARGEST = 2**63 - 1


def text(value: object) -> str:
    """Text as received, with lone surrogates replaced."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    return storable(value if isinstance(value, str) else str(value))


def text_or_none(value: object) -> str | None:
    """As `text`; None stays None."""
    return None if value is None else text(value)


def integer(value: Any) -> int | None:
    """A whole number within 64 bits, the nearest one when it is beyond; None for what is no number."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        value = _LARGEST if value > _LARGEST else -_LARGEST - 1 if value < -_LARGEST else int(value)
    if not isinstance(value, int):
        return None
    return max(-_LARGEST - 1, min(_LARGEST, value))


def real(value: Any) -> float | None:
    """A finite number, to the microsecond; None for nan and the infinities."""
    if not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return round(number, 6) if math.isfinite(number) else None


def to_json(value: Any) -> str:
    """Compact JSON that any reader accepts: no nan, no lone surrogates, bytes as base64."""
    try:
        return storable(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return storable(json.dumps(_plain(value, 0), ensure_ascii=False, separators=(",", ":")))


def to_json_or_none(value: Any) -> str | None:
    """As `to_json`; what is empty is None."""
    return to_json(value) if value else None


def from_json(stored: str | None, default: Any) -> Any:
    """What was stored; `default` for nothing, for damage and for another kind of value."""
    if not stored:
        return default
    try:
        value = json.loads(stored)
    except (ValueError, RecursionError):
        return default
    return value if default is None or isinstance(value, type(default)) else default


_DEEPEST = 100


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
