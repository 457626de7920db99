"""Finding prompts, answers and titles, newest first, without ever looking at more than is needed.

The index keeps no positions, so words are all it can answer; phrases and words of scripts without spaces are checked in
the text. A long common prefix would make it merge the lists of every word that begins so (13 ms for 100,000 answers):
such a search begins with the short prefix, whose list is ready, and checks the newest texts; only when few of them
match, which means that the prefix is rare, is the index asked for the whole of it.
"""

import re
import sqlite3
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

from workbench.store.query import Query, begins_a_word, fold

_SAMPLE = 160
_FIRST_LOOK = 40
_WINDOW = 1000
"""Keys that one slice of a scan looks at: about 2 ms."""
_SNIPPET = 96
"""Characters."""

_OWNER = (
    "SELECT t.session FROM response r JOIN turn t ON t.id = r.turn WHERE r.key = ?1"
    " UNION ALL SELECT session FROM turn WHERE key = ?1 UNION ALL SELECT id FROM session WHERE key = ?1 LIMIT 1"
)
_TEXT = (
    "SELECT text || char(10) || refusal FROM response WHERE key = ?1"
    " UNION ALL SELECT (SELECT group_concat(json_extract(value, '$.text'), '') FROM json_each(parts_json)"
    " WHERE json_extract(value, '$.kind') = 'text') FROM turn WHERE key = ?1"
    " UNION ALL SELECT title || char(10) || ifnull((SELECT group_concat(value, ' ') FROM json_each(tags)), '')"
    " FROM session WHERE key = ?1 LIMIT 1"
)
_MATCH = "SELECT rowid FROM search WHERE search MATCH ? AND rowid < ? ORDER BY rowid DESC"
_SLICE = (
    "SELECT key FROM response WHERE key >= ?1 AND key < ?2 AND state <> 'streaming'"
    " UNION ALL SELECT key FROM turn WHERE key >= ?1 AND key < ?2"
    " UNION ALL SELECT key FROM session WHERE key >= ?1 AND key < ?2 ORDER BY 1 DESC"
)
_SLICE_WITH = (
    "SELECT key FROM response WHERE key >= ?1 AND key < ?2 AND state <> 'streaming'"
    " AND (instr(text, ?3) OR instr(refusal, ?3))"
    " UNION ALL SELECT key FROM turn WHERE key >= ?1 AND key < ?2 AND instr(parts_json, ?3)"
    " UNION ALL SELECT key FROM session WHERE key >= ?1 AND key < ?2 AND (instr(title, ?3) OR instr(tags, ?3))"
    " ORDER BY 1 DESC"
)
_HIGHEST = (
    "SELECT max(ifnull((SELECT max(key) FROM session), 0), ifnull((SELECT max(key) FROM turn), 0),"
    " ifnull((SELECT max(key) FROM response), 0))"
)

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Hit:
    """One session with the newest place that matched."""

    session: str
    key: int
    snippet: str
    """Text around the first match, as stored: to be cleaned before it is shown."""


class Search:
    """One run of a query over one connection."""

    def __init__(self, connection: sqlite3.Connection, query: Query, cancelled: Cancelled | None = None) -> None:
        self._connection = connection
        self._query = query
        self._cancelled = cancelled or (lambda: False)
        self._prefix = begins_a_word(query.prefix)

    def sessions(self, limit: int, below: int) -> list[Hit]:
        """Up to `limit` sessions whose newest match has a key below `below`; what was found so far when cancelled."""
        hits: dict[str, int] = {}
        for key in self._keys(below):
            row = self._connection.execute(_OWNER, (key,)).fetchone()
            if row is not None and row[0] not in hits:
                hits[row[0]] = key
            if len(hits) >= limit or self._cancelled():
                break
        return [Hit(session, key, self._snippet(key)) for session, key in hits.items()]

    def _keys(self, below: int) -> Iterator[int]:
        try:
            yield from self._indexed(below) if self._query.uses_index else self._scan(below)
        except sqlite3.OperationalError:
            # What the index's tokenizer takes apart differently from us; interrupting ends here too.
            return

    def _indexed(self, below: int) -> Iterator[int]:
        if self._query.broad_prefix:
            below = yield from self._sampled(below)
        for (key,) in self._match(self._query.expression(), below):
            if self._cancelled():
                return
            if not self._query.literals or self._has_literals(fold(self._text(key))):
                yield key

    def _sampled(self, below: int) -> Generator[int, None, int]:
        """Matches among the newest texts that have the short prefix; returns the key down to which it has looked."""
        found = 0
        for looked, (key,) in enumerate(self._match(self._query.expression(self._query.broad_prefix), below)):
            if self._cancelled() or looked >= _SAMPLE or (looked >= _FIRST_LOOK and found * 10 < looked):
                return below
            below = key
            text = fold(self._text(key))
            if self._prefix.search(text) and self._has_literals(text):
                found += 1
                yield key
        return 0

    def _scan(self, below: int) -> Iterator[int]:
        """Every text, newest first, in slices; a literal without case is looked for by SQLite itself."""
        needle = self._query.literals[0]
        plain = needle == needle.upper() and '"' not in needle and "\\" not in needle and needle.isprintable()
        (highest,) = self._connection.execute(_HIGHEST).fetchone()
        upper = min(below, highest + 1)
        while upper > 0 and not self._cancelled():
            lower = max(0, upper - _WINDOW)
            bounds = (lower, upper, needle) if plain else (lower, upper)
            for (key,) in self._connection.execute(_SLICE_WITH if plain else _SLICE, bounds).fetchall():
                if self._has_literals(fold(self._text(key))):
                    yield key
            upper = lower

    def _has_literals(self, folded: str) -> bool:
        return all(literal in folded for literal in self._query.literals)

    def _text(self, key: int) -> str:
        row = self._connection.execute(_TEXT, (key,)).fetchone()
        return (row[0] or "") if row else ""

    def _snippet(self, key: int) -> str:
        text = self._text(key)
        terms = [*self._query.words, self._query.prefix, *self._query.literals]
        pattern = "|".join(re.escape(term) for term in terms if term)
        found = re.search(pattern, text, re.IGNORECASE) if pattern else None
        start = max(0, (found.start() if found else 0) - _SNIPPET // 3)
        return text[start : start + _SNIPPET]

    def _match(self, expression: str, below: int) -> sqlite3.Cursor:
        return self._connection.execute(_MATCH, (expression, below))
