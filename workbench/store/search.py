"""Finding prompts, answers and titles, newest first, without ever looking at more than is needed.

The index keeps no positions, so words are all it can answer; phrases and words of scripts without spaces are checked in
the text. A long common prefix would make it merge the lists of every word that begins so (13 ms for 100,000 answers):
such a search begins with the short prefix, whose list is ready, and checks the newest texts; only when few of them
match, which means that the prefix is rare, is the index asked for the whole of it.
"""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workbench.store.query import Query, begins_a_word, fold

_SAMPLE = 250
_FIRST_LOOK = 40
_WINDOW = 1000
"""Keys that one slice of a scan looks at: about 2 ms."""
_SNIPPET = 96
"""Characters."""
_LONGEST_FOLDED = 20_000
"""Characters of an answer in which a snippet's place is looked for."""

_ANSWER = "SELECT text || char(10) || refusal FROM response WHERE key = ?"
_PROMPT_OR_TITLE = (
    "SELECT prompt FROM turn WHERE key = ?1"
    " UNION ALL SELECT title || char(10) || tags FROM session WHERE key = ?1 LIMIT 1"
)
MATCH = (
    "SELECT place.key, place.session FROM search CROSS JOIN place ON place.key = search.rowid"
    " WHERE search MATCH ? AND search.rowid < ? ORDER BY search.rowid DESC"
)
SLICE = "SELECT key, session FROM place WHERE key >= ?1 AND key < ?2 ORDER BY key DESC"
SLICE_WITH = (
    "SELECT key, session FROM place WHERE key IN (SELECT key FROM response WHERE key >= ?1 AND key < ?2"
    " AND (instr(text, ?3) OR instr(refusal, ?3))"
    " UNION ALL SELECT key FROM turn WHERE key >= ?1 AND key < ?2 AND instr(prompt, ?3)"
    " UNION ALL SELECT key FROM session WHERE key >= ?1 AND key < ?2 AND (instr(title, ?3) OR instr(tags, ?3)))"
    " ORDER BY key DESC"
)

Cancelled = Callable[[], bool]
_Place = tuple[int, int]
"""A key and the key of its session."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One session with the newest place that matched."""

    session: int
    """Its key."""
    key: int
    snippet: str
    """Text around the first match, as stored: to be cleaned before it is shown."""


class Search:
    """One run of a query over one connection."""

    def __init__(self, connection: sqlite3.Connection, query: Query, cancelled: Cancelled) -> None:
        self._connection = connection
        self._query = query
        self._cancelled = cancelled
        self._found: dict[int, int] = {}
        self._below = 0

    def sessions(self, limit: int, below: int) -> list[Hit]:
        """Up to `limit` sessions whose newest match has a key below `below`; what was found so far when cancelled."""
        self._below = below
        try:
            for take in (self._sample, self._match) if self._query.uses_index else (self._scan,):
                if len(self._found) < limit and not self._cancelled():
                    take(limit)
        except sqlite3.OperationalError:
            # What the index takes apart differently from us is not found; interrupting ends here too.
            pass
        return [Hit(session, key, "" if key == session else self._snippet(key)) for session, key in self._found.items()]

    def _sample(self, limit: int) -> None:
        """Look through the newest texts that have the short prefix, as long as many of them match."""
        broad = self._query.broad_prefix
        if not broad:
            return
        word = begins_a_word(self._query.prefix)
        looked = matched = 0
        for key, session in self._places(self._query.expression(broad)):
            if looked >= _SAMPLE or (looked >= _FIRST_LOOK and matched * 10 < looked):
                return
            self._below = key
            if session in self._found:
                continue
            looked += 1
            text = fold(self._text(key))
            if self._query.prefix in text and word.search(text) and self._has_literals(text):
                matched += 1
                self._found[session] = key
                if len(self._found) >= limit:
                    return
        self._below = 0

    def _match(self, limit: int) -> None:
        self._take(self._places(self._query.expression()), limit, check=bool(self._query.literals))

    def _scan(self, limit: int) -> None:
        """Look through every text, newest first, in slices; SQLite itself looks for a literal that has no case."""
        needle = self._query.literals[0]
        plain = needle == needle.upper()
        (highest,) = self._connection.execute("SELECT ifnull(max(key), 0) FROM place").fetchone()
        upper = min(self._below, highest + 1)
        while upper > 0 and len(self._found) < limit and not self._cancelled():
            lower = max(0, upper - _WINDOW)
            bounds = (lower, upper, needle) if plain else (lower, upper)
            found = self._connection.execute(SLICE_WITH if plain else SLICE, bounds).fetchall()
            self._take(((row[0], row[1]) for row in found), limit, check=True)
            upper = lower

    def _places(self, expression: str) -> Iterable[_Place]:
        if self._below <= 0:
            return ()
        cursor = self._connection.cursor()
        cursor.row_factory = None
        return cursor.execute(MATCH, (expression, self._below))

    def _take(self, places: Iterable[_Place], limit: int, *, check: bool) -> None:
        found = self._found
        for number, (key, session) in enumerate(places):
            if session in found:
                if not number % 1000 and self._cancelled():
                    return
                continue
            if check:
                if self._cancelled():
                    return
                if not self._has_literals(fold(self._text(key))):
                    continue
            found[session] = key
            if len(found) >= limit:
                return

    def _has_literals(self, folded: str) -> bool:
        return all(map(folded.__contains__, self._query.literals))

    def _text(self, key: int) -> str:
        row = self._connection.execute(_ANSWER, (key,)).fetchone()
        if row is None:
            row = self._connection.execute(_PROMPT_OR_TITLE, (key,)).fetchone()
        return (row[0] or "") if row else ""

    def _snippet(self, key: int) -> str:
        text = self._text(key)
        lowered = text[:_LONGEST_FOLDED].lower()
        terms = (*self._query.words, self._query.prefix, *self._query.literals)
        at = min((place for term in terms if term and (place := lowered.find(term)) >= 0), default=0)
        start = max(0, at - _SNIPPET // 3)
        return text[start : start + _SNIPPET]
