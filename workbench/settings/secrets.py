"""Recognises keys where none belong: a name that asks for one, or a value that looks like one."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.settings.lines import Path

_NAMES = re.compile(
    r"(?:^|[_-])(?:api[_-]?key|apikey|key|token|secret|password|passwd|credentials?|authorization|bearer)$", re.I
)
_VALUES = re.compile(
    r"^(?:Bearer\s+\S{8,}|(?:sk|pk|rk|xai|pplx|csk|fw|nvapi|r8|tgp|key)[-_][\w-]{12,}|gsk_\w{8,}|hf_\w{8,}|AIza[\w-]{16,}"
    r"|gh[pousr]_\w{16,}|AKIA[A-Z0-9]{12,}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)$"
)


def names_a_secret(name: str) -> bool:
    """Whether a setting or header of this name would hold a key."""
    return _NAMES.search(name) is not None


def looks_secret(value: str) -> bool:
    """Whether the text has the form of a key that vendors hand out."""
    return _VALUES.match(value.strip()) is not None


def secrets_in(document: Mapping[str, Any]) -> Iterator[tuple[Path, bool]]:
    """Where the document holds a key, and whether its name gives it away (else its value does)."""
    waiting: list[tuple[Path, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping):
            in_keymap = path == ("keymap",)
            for name, inner in value.items():
                if isinstance(inner, str) and inner and not in_keymap and names_a_secret(name):
                    yield (*path, name), True
                else:
                    waiting.append(((*path, name), inner))
        elif isinstance(value, list):
            waiting.extend(((*path, number), inner) for number, inner in enumerate(value))
        elif isinstance(value, str) and looks_secret(value):
            yield path, False
