"""What blocks stand in while a text is read: quotes and list items, and which of them a line goes on with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_NESTED = 10
"""Quotes and lists within each other; deeper ones are flattened."""


@dataclass(slots=True)
class Counter:
    """The list that the last item belonged to."""

    kind: str
    number: int


@dataclass(slots=True)
class Quote:
    """An open block quote, or the document."""

    counter: Counter | None = None
    fresh: bool = True
    """No leaf in it was made yet."""


@dataclass(slots=True)
class Item:
    """An open list item."""

    content: int
    """Column where its content starts, counted from its container."""
    width: int
    marker: str
    counter: Counter | None = None
    """Of the list directly inside it."""
    fresh: bool = True
    """No leaf in it was made yet."""


Container = Quote | Item


def match_containers(containers: Sequence[Container], text: str) -> tuple[int, int]:
    """Column of what is left of a line, and how many open containers it continues."""
    column = 0
    for index, container in enumerate(containers):
        if isinstance(container, Item):
            if text[column : column + container.content].strip(" "):
                return column, index
            column = min(column + container.content, len(text))
        else:
            bar = text[column : column + 4].lstrip(" ")
            if not bar.startswith(">"):
                return column, index
            column = text.index(">", column) + 1
            column += text[column : column + 1] == " "
    return column, len(containers)


def copy_container(container: Container) -> Container:
    """One that may be counted on independently."""
    counter = container.counter
    return replace(container, counter=None if counter is None else replace(counter))
