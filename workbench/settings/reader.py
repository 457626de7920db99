"""Reads one table of the file: typed values, ranges and choices, and a suggestion for every name nobody knows."""

import difflib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from workbench.domain.clean import clean_line
from workbench.settings.lines import Path, line_of
from workbench.settings.secrets import looks_secret

T = TypeVar("T")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Issue(NamedTuple):
    """Something about the file that its author should know."""

    where: str
    """`FILE:LINE: key.path`."""
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(slots=True)
class Findings:
    """What reading one file brought up."""

    file: str
    text: str
    errors: list[Issue] = field(default_factory=list)
    warnings: list[Issue] = field(default_factory=list)

    def error(self, path: Path, message: str) -> None:
        """The value at `path` can't be used."""
        self.errors.append(Issue(self.where(path), message))

    def warn(self, path: Path, message: str) -> None:
        """The value at `path` can be used, but."""
        self.warnings.append(Issue(self.where(path), message))

    def where(self, path: Path) -> str:
        """`FILE:LINE: key.path`."""
        return f"{self.file}:{line_of(self.text, path)}: {spelled(path)}"


class Table:
    """One table of the document; what was not asked for when `close` is called is unknown."""

    def __init__(self, values: Mapping[str, Any], path: Path, findings: Findings) -> None:
        self._values = values
        self._known: list[str] = []
        self.path = path
        self.findings = findings

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def error(self, key: str, message: str) -> None:
        """The value of `key` can't be used."""
        self.findings.error((*self.path, key), message)

    def warn(self, key: str, message: str) -> None:
        """The value of `key` can be used, but."""
        self.findings.warn((*self.path, key), message)

    def where(self, key: str | None = None) -> str:
        """`FILE:LINE: key.path` of a key, or of the table."""
        return self.findings.where(self.path if key is None else (*self.path, key))

    def text(self, key: str, default: T, *, pattern: str = "", hint: str = "") -> str | T:
        """A string that is not blank, matching `pattern`, which `hint` says in words."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value.strip() or "\x00" in value:
            self.error(key, f"must be {hint or 'a text in quotes'}{_not(value)}")
        elif pattern and not re.fullmatch(pattern, value):
            self.error(key, f"must be {hint}{_not(value)}")
        else:
            return value
        return default

    def choice(self, key: str, allowed: Sequence[str], default: T) -> str | T:
        """One of the words in `allowed`."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, str) and value in allowed:
            return value
        self.error(key, f"must be one of {', '.join(allowed)}{_not(value)}{suggestion(value, allowed)}")
        return default

    def number(self, key: str, default: T, low: float, high: float) -> float | T:
        """A finite number from `low` to `high`."""
        value = self._take(key)
        if value is None:
            return default
        if (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and math.isfinite(value)
            and low <= value <= high
        ):
            return float(value)
        self.error(key, f"must be a number from {low:g} to {high:g}{_not(value)}")
        return default

    def integer(self, key: str, default: T, low: int, high: int) -> int | T:
        """A whole number from `low` to `high`."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        self.error(key, f"must be a whole number from {low} to {high}{_not(value)}")
        return default

    def flag(self, key: str, default: bool) -> bool:
        """`true` or `false`."""
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.error(key, f"must be true or false{_not(value)}")
        return default

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single one may stand alone."""
        value = self._take(key)
        if value is None:
            return ()
        values = [value] if isinstance(value, str) else value
        if isinstance(values, list) and all(isinstance(each, str) and each for each in values):
            return tuple(values)
        self.error(key, f"must be a list of texts{_not(value)}")
        return ()

    def items(self, key: str) -> list[Any]:
        """A list of anything."""
        value = self._take(key)
        if value is None or isinstance(value, list):
            return value or []
        self.error(key, f"must be a list{_not(value)}")
        return []

    def table(self, key: str) -> "Table":
        """A table within this one; an empty one when it is absent."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            self.error(key, f"must be a table{_not(value)}")
            value = None
        return Table(value or {}, (*self.path, key), self.findings)

    def named_tables(self) -> Iterator[tuple[str, "Table"]]:
        """Every entry, where the user chooses the names."""
        for name in self._values:
            yield name, self.table(name)

    def raw(self) -> dict[str, Any]:
        """Everything as it is, where the names are not ours."""
        self._known.extend(self._values)
        return dict(self._values)

    def close(self, later: Sequence[str] = ()) -> None:
        """Warn of the names that nobody asked for; `later` are those of a coming version."""
        for key in self._values:
            if key in later:
                self.warn(key, "is not used by this version")
            elif key not in self._known:
                self.warn(key, f"is not known and has no effect{suggestion(key, self._known)}")

    def _take(self, key: str) -> Any:
        self._known.append(key)
        return self._values.get(key)


def spelled(path: Path) -> str:
    """`path` as the file would spell it: `prices."openai/gpt-x".input`, `lineups.daily.lanes[2]`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part + 1}]"
        else:
            name = part if _BARE.fullmatch(part) else f'"{clean_line(part)}"'
            written += f".{name}" if written else name
    return written or "the file"


def suggestion(word: object, known: Sequence[str]) -> str:
    """`; did you mean …?` when one of the known words is near."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.6) if isinstance(word, str) else []
    return f"; did you mean {near[0]}?" if near else ""


def _not(value: object) -> str:
    """`, not VALUE`, unless the value is long, composed or may be a key."""
    match value:
        case str() if len(value) <= 40 and not looks_secret(value):
            return f', not "{clean_line(value)}"'
        case bool():
            return f", not {str(value).lower()}"
        case int() if abs(value) < 10**15:
            return f", not {value}"
        case float():
            return f", not {value!r}"
        case _:
            return ""
