"""What was asked, for tests: without credentials, the last 500 requests."""

import collections
import re
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_SECRET = re.compile(r"auth|key|token|cookie|secret", re.IGNORECASE)
_LARGEST_BODY = 65_536


@dataclass(slots=True)
class Entry:
    """One request and what became of it."""

    n: int
    """1, 2, 3 … since the start."""
    method: str
    path: str
    headers: dict[str, str]
    started_s: float
    """Monotonic seconds."""
    protocol: str | None = None
    model: str | None = None
    body: Any = None
    """The JSON that was sent; None when it was none, or longer than 64 KB."""
    body_bytes: int = 0
    status: int | None = None
    bytes_sent: int = 0
    """Of the body, before compression."""
    tokens_sent: int = 0
    finished: bool = False
    """The whole answer was written, breaks that were asked for included."""
    hung_up: bool = False
    """The client left before the end."""
    hung_up_after_s: float | None = None


@dataclass(slots=True)
class Log:
    """The entries, oldest first."""

    entries: collections.deque[Entry] = field(default_factory=lambda: collections.deque(maxlen=500))
    _count: int = 0

    def add(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Entry:
        """Start an entry."""
        self._count += 1
        shown = {name: "<present>" if _SECRET.search(name) else value for name, value in headers.items()}
        entry = Entry(self._count, method, path, shown, time.monotonic(), body_bytes=len(body))
        self.entries.append(entry)
        return entry

    def keep_body(self, entry: Entry, body: Any) -> None:
        """Remember what was sent, unless it is long."""
        if entry.body_bytes <= _LARGEST_BODY:
            entry.body = body

    def hang_up(self, entry: Entry) -> None:
        """The client left."""
        if not entry.finished:
            entry.hung_up = True
            entry.hung_up_after_s = round(time.monotonic() - entry.started_s, 3)

    def as_json(self) -> list[dict[str, Any]]:
        """All entries as plain objects, without the look-ups of the log itself."""
        return [asdict(entry) for entry in self.entries if not entry.path.startswith("/__")]

    def clear(self) -> None:
        """Forget everything."""
        self.entries.clear()
