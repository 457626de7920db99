"""Links: shown with their real target, and offered only where opening is harmless."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from workbench.app.answer.look import Row

OFFERED = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link where it is drawn."""

    text: str
    target: str
    """In full, as written."""
    line: int
    start: int
    """Characters in the line, air not counted."""
    end: int

    @property
    def offered(self) -> bool:
        """Whether it may be opened, after asking."""
        return is_offered(self.target)


def is_offered(target: str) -> bool:
    """Whether a target is a web or mail address that says openly where it leads."""
    if any(character.isspace() for character in target) or target.startswith("-"):
        return False
    try:
        parts = urlsplit(target)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme.lower() not in OFFERED:
        return False
    return bool(host) if parts.scheme.lower() != "mailto" else "@" in parts.path


def links_of(rows: Iterable[Row], first_line: int = 0) -> list[Link]:
    """The links in some rows."""
    found: list[Link] = []
    for line, row in enumerate(rows, first_line):
        offset = 0
        for run in row.runs:
            if run.link is not None:
                found.append(Link(run.text, run.link, line, offset, offset + len(run.text)))
            offset += len(run.text)
    return found
