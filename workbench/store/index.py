"""The full-text index, kept by hand: its content is a view, so whoever changes a row tells it the old words too."""

import sqlite3
from collections.abc import Iterator

_ADD = "INSERT INTO search(rowid, title, tags, prompt, answer) VALUES (?, ?, ?, ?, ?)"
_REMOVE = "INSERT INTO search(search, rowid, title, tags, prompt, answer) VALUES ('delete', ?, ?, ?, ?, ?)"
_MERGED_PAGES = 100
"""Index pages that one slice of `optimize_slices` rewrites: about 10 ms, 30 at worst."""


def add_session(connection: sqlite3.Connection, key: int, title: str, tags: str) -> None:
    """Let the search find a session by title and tags (JSON)."""
    connection.execute(_ADD, (key, title, tags, None, None))


def remove_session(connection: sqlite3.Connection, key: int, title: str, tags: str) -> None:
    """The opposite of `add_session`; the values must be those that were added."""
    connection.execute(_REMOVE, (key, title, tags, None, None))


def add_prompt(connection: sqlite3.Connection, key: int, prompt: str) -> None:
    """Let the search find a turn."""
    connection.execute(_ADD, (key, None, None, prompt, None))


def remove_prompt(connection: sqlite3.Connection, key: int, prompt: str) -> None:
    """The opposite of `add_prompt`."""
    connection.execute(_REMOVE, (key, None, None, prompt, None))


def add_answer(connection: sqlite3.Connection, key: int, words: str) -> None:
    """Let the search find a response that has ended."""
    connection.execute(_ADD, (key, None, None, None, words))


def remove_answer(connection: sqlite3.Connection, key: int, words: str) -> None:
    """The opposite of `add_answer`."""
    connection.execute(_REMOVE, (key, None, None, None, words))


def optimize_slices(connection: sqlite3.Connection) -> Iterator[None]:
    """Rewrite the whole index bit by bit, each bit to be committed for itself.

    Until that has happened a deleted word is still in the file: FTS5 only marks it (its `secure-delete` needs 3.42).
    """
    first = True
    while True:
        before = connection.total_changes
        pages = -_MERGED_PAGES if first else _MERGED_PAGES
        connection.execute("INSERT INTO search(search, rank) VALUES ('merge', ?)", (pages,))
        first = False
        finished = connection.total_changes - before < 2
        yield
        if finished:
            return
