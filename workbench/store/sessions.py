"""What is read from the history, and the few changes that its user makes to it. Every method blocks."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from workbench.domain.conversation import Attempt, Lane, Response, Session, TurnRecord
from workbench.domain.errors import StoreError
from workbench.store import decode, removal, statistics, totals
from workbench.store.connections import Readers, reads
from workbench.store.query import parse
from workbench.store.rows import SESSION_COLUMNS, SessionRow, session_row
from workbench.store.saving import Saving
from workbench.store.search import Cancelled, Search
from workbench.store.shapes import ShapeReader
from workbench.store.totals import Totals
from workbench.store.values import from_json, text, to_json

_END = 2**62
Rows = list[SessionRow]


class SessionStore:
    """Sessions with their turns and answers."""

    def __init__(
        self,
        readers: Readers,
        change: Callable[[Callable[[Saving], Any]], Any],
        begin_clean_up: Callable[[Callable[[Saving], Iterator[None]]], None],
        path: Path,
    ) -> None:
        self._readers = readers
        self._change = change
        self._begin_clean_up = begin_clean_up
        self._path = path
        self._shapes = ShapeReader()

    @reads
    def list(
        self,
        limit: int,
        before: str | None = None,
        query: str | None = None,
        *,
        archived: bool = False,
        cancelled: Cancelled | None = None,
    ) -> Rows:
        """Sessions, pinned first, then by their newest prompt; with a query those that match, by their newest match.

        Args:
            limit: at most this many.
            before: the `cursor` of the last row of the page before.
            query: words that one prompt, answer or title must all have; the last one may be unfinished. Any text will
                do. Archived sessions are found too.
            archived: list these instead of the others.
            cancelled: asked between slices of a long search; when it says so what was found so far is returned.
        """
        connection = self._readers.connection()
        below = int(before) if before and before.isdecimal() else _END
        parsed = parse(query or "")
        if not parsed.is_blank:
            ended = self._ended_by(cancelled)
            return self._found(connection, Search(connection, parsed, ended), limit, below)
        pinned: list[SessionRow] = []
        if before is None and not archived:
            rows = connection.execute(
                f"SELECT {SESSION_COLUMNS} FROM session INDEXED BY session_pinned"  # noqa: S608
                " WHERE pinned = 1 AND archived = 0 ORDER BY last_key DESC LIMIT ?",
                (limit,),
            )
            # A page that ends within the pinned ones goes on with the newest of the others.
            pinned = [session_row(row, cursor=_END) for row in rows]
        rows = connection.execute(
            f"SELECT {SESSION_COLUMNS} FROM session INDEXED BY session_by_activity"  # noqa: S608
            " WHERE archived = ? AND last_key < ? AND (pinned = 0 OR archived = 1) ORDER BY last_key DESC LIMIT ?",
            (int(archived), below, limit - len(pinned)),
        )
        return [*pinned, *(session_row(row) for row in rows)]

    @reads
    def session(self, session: str, /) -> Session:
        """One session.

        Raises:
            StoreError: there is none of that id.
        """
        return decode.session(self._row(session))

    @reads
    def row(self, session: str, /) -> SessionRow:
        """One session as the list shows it.

        Raises:
            StoreError: there is none of that id.
        """
        return session_row(self._row(session))

    @reads
    def lanes(self, session: str, /) -> Sequence[Lane]:
        """The lanes that the session has now, in order."""
        rows = self._readers.connection().execute(
            "SELECT lane.*, blob.data AS system FROM lane LEFT JOIN blob ON blob.hash = lane.system_hash"
            " WHERE session = ? AND removed = 0 ORDER BY position, id",
            (session,),
        )
        return [decode.lane(row) for row in rows]

    @reads
    def turns(self, session: str, /) -> Sequence[TurnRecord]:
        """Its turns in order, each with its responses by lane, sample and revision."""
        connection = self._readers.connection()
        blobs = {}
        rows = connection.execute("SELECT * FROM turn WHERE session = ? ORDER BY seq, key", (session,)).fetchall()
        for row in rows:
            for name in decode.file_hashes(row["parts_json"]):
                found = connection.execute("SELECT data FROM blob WHERE hash = ?", (name,)).fetchone()
                blobs[name] = found["data"] if found else b""
        positions = dict(connection.execute("SELECT id, position FROM lane WHERE session = ?", (session,)).fetchall())
        responses = self._responses(connection, session, positions)
        return [TurnRecord(decode.turn(row, blobs), tuple(responses[row["id"]])) for row in rows]

    @reads
    def attempts(self, response: str, /) -> Sequence[Attempt]:
        """Every request that was made for a response, in order."""
        query = "SELECT * FROM attempt WHERE response = ? ORDER BY n, start_utc, id"
        connection, unpack = self._readers.connection(), self._shapes.unpack
        return [
            decode.attempt(row, unpack(connection, row["usage_raw_json"]), unpack(connection, row["rates_json"]))
            for row in connection.execute(query, (response,)).fetchall()
        ]

    def delete(self, session: str, /) -> None:
        """Delete it for good. `Store.flush` returns once its words have left the index and the log too.

        Raises:
            StoreError: there is none of that id, or the file can't be written now.
        """
        if not self._change(partial(removal.delete_session, session=session)):
            raise StoreError(f"there is no session {session}")
        removal.remove_backups(self._path)
        self._begin_clean_up(removal.clean_up)

    def rename(self, session: str, title: str, /) -> None:
        """Give it another title."""
        self._edit(session, {"title": text(title)})

    def tag(self, session: str, tags: Sequence[str], /) -> None:
        """Give it these tags instead of those that it has."""
        self._edit(session, {"tags": to_json([text(tag) for tag in tags])})

    def pin(self, session: str, pinned: bool = True, /) -> None:
        """Keep it on top of the list, or no longer."""
        self._edit(session, {"pinned": int(pinned)})

    def archive(self, session: str, archived: bool = True, /) -> None:
        """Take it out of the list, or put it back."""
        self._edit(session, {"archived": int(archived)})

    @reads
    def totals(
        self, day_start_utc: str | None = None, session: str | None = None, day_end_utc: str | None = None
    ) -> Totals:
        """What one session has cost; without a session what everything has cost since `day_start_utc` (or ever)."""
        connection = self._readers.connection()
        if session is not None:
            return totals.of_session(connection, session)
        return totals.of_span(connection, day_start_utc or "1970-01-01T00:00:00+00:00", day_end_utc)

    @reads
    def output_lengths(self, target: str, /) -> tuple[int, int, int] | None:
        """Output tokens of this target's last answers: 10th percentile, median, 90th; None with fewer than three."""
        return statistics.output_lengths(self._readers.connection(), target)

    @reads
    def characters_per_token(self, target: str, /) -> float | None:
        """Characters of this target's last answers per token that it counted; None while nobody knows."""
        return statistics.characters_per_token(self._readers.connection(), target)

    def _ended_by(self, cancelled: Cancelled | None) -> Cancelled:
        return lambda: self._readers.closed or (cancelled is not None and cancelled())

    def _row(self, session: str) -> sqlite3.Row:
        query = f"SELECT {SESSION_COLUMNS} FROM session WHERE id = ?"  # noqa: S608 - names of our own
        row: sqlite3.Row | None = self._readers.connection().execute(query, (session,)).fetchone()
        if row is None:
            raise StoreError(f"there is no session {session}")
        return row

    def _found(self, connection: sqlite3.Connection, search: Search, limit: int, below: int) -> Rows:
        found = []
        for hit in search.sessions(limit, below):
            query = f"SELECT {SESSION_COLUMNS} FROM session WHERE key = ?"  # noqa: S608 - names of our own
            row = connection.execute(query, (hit.session,)).fetchone()
            if row is not None:
                found.append(session_row(row, cursor=hit.key, snippet=hit.snippet))
        return found

    def _responses(
        self, connection: sqlite3.Connection, session: str, positions: Mapping[str, int]
    ) -> Mapping[str, Sequence[Response]]:
        final = {
            row["response"]: dict(row)
            for row in connection.execute(
                "SELECT attempt.* FROM turn JOIN response ON response.turn = turn.id JOIN attempt"
                " ON attempt.response = response.id AND attempt.id = response.final_attempt"
                " WHERE turn.session = ? AND response.figures_json IS NULL",
                (session,),
            )
        }
        by_turn: defaultdict[str, list[Response]] = defaultdict(list)
        rows = connection.execute(
            "SELECT response.* FROM turn JOIN response ON response.turn = turn.id WHERE turn.session = ?", (session,)
        ).fetchall()
        for row in rows:
            figures = final.get(row["id"]) or from_json(row["figures_json"], {})
            usage_raw = self._shapes.unpack(connection, figures.get("usage_raw_json"))
            by_turn[row["turn"]].append(decode.response(row, figures, usage_raw))
        for responses in by_turn.values():
            responses.sort(
                key=lambda each: (positions.get(each.lane, 0), each.lane, each.sample, each.revision, each.id)
            )
        return by_turn

    def _edit(self, session: str, changed: Mapping[str, Any]) -> None:
        if not self._change(partial(Saving.edit_session, session=session, changed=changed)):
            raise StoreError(f"there is no session {session}")
