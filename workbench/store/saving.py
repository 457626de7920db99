"""What is written when something happened: one method per event, run inside the writer's transaction.

Every method may run again after a rollback, so none keeps anything in memory that a rollback would make untrue.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from workbench.domain.conversation import Attempt, Lane, Response, Session, Turn
from workbench.store import encode, index
from workbench.store.ledger import Ledger
from workbench.store.shapes import ShapeWriter
from workbench.store.values import real, text, text_or_none, to_json, to_json_or_none

_EDITABLE = ("title", "project", "environment", "tags", "pinned", "archived")


class DeltaRow(NamedTuple):
    """Text of one kind that arrived within one tick."""

    response: str
    at_s: float
    kind: str
    text: str


def utc_now() -> str:
    """ISO 8601 with milliseconds, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Saving:
    """The statements of the one writing connection. `owner` marks what this process streams."""

    def __init__(self, connection: sqlite3.Connection, owner: str, now: Callable[[], str] = utc_now) -> None:
        self.connection = connection
        self.owner = owner
        self.now = now
        self._execute = connection.execute
        self._ledger = Ledger(connection)
        self._shapes = ShapeWriter(connection)
        self._next_key = 0
        self._was_committed = True
        self._given: dict[str, dict[str, Any]] = {}
        self._given_now: dict[str, dict[str, Any]] = {}
        self._keys: dict[str, int] = {}

    def begin(self) -> None:
        """Forget what another process may have changed since the last transaction."""
        self._next_key = 0
        self._given_now.clear()
        if not self._was_committed:
            self._shapes.forget()
        self._was_committed = False

    def committed(self) -> None:
        """The transaction is in the file."""
        self._was_committed = True
        self._given.update(self._given_now)
        self._given_now.clear()

    def take_key(self) -> int:
        """The next number of the sequence that sessions, turns and responses share."""
        if not self._next_key:
            (highest,) = self._execute(
                "SELECT max(ifnull((SELECT max(key) FROM session), 0), ifnull((SELECT max(key) FROM turn), 0),"
                " ifnull((SELECT max(key) FROM response), 0))"
            ).fetchone()
            self._next_key = highest
        self._next_key += 1
        return self._next_key

    def save_session(self, session: Session, lanes: Sequence[Lane]) -> None:
        """Add it, or write what changed since it was given the last time: a rename in the list is not undone."""
        given = {
            "title": text(session.title),
            "project": text(session.project),
            "environment": text(session.environment),
            "tags": to_json(list(session.tags)),
            "pinned": int(session.pinned),
            "archived": int(session.archived),
        }
        known = self._execute("SELECT key FROM session WHERE id = ?", (session.id,)).fetchone()
        if known is None:
            self._add_session(session, given)
        else:
            before = self._given_now.get(session.id) or self._given.get(session.id, given)
            changed = {name: value for name, value in given.items() if before[name] != value}
            if changed:
                self.edit_session(session.id, changed)
        self._given_now[session.id] = given
        self._save_lanes(session.id, lanes)

    def edit_session(self, session: str, changed: Mapping[str, Any]) -> bool:
        """Write some of title, project, environment, tags, pinned, archived; whether the session exists."""
        row = self._execute("SELECT key, title, tags FROM session WHERE id = ?", (session,)).fetchone()
        if row is None:
            return False
        names = [name for name in _EDITABLE if name in changed]
        assignments = ", ".join(f"{name} = ?" for name in names)
        self._execute(
            f"UPDATE session SET {assignments} WHERE id = ?",  # noqa: S608 - names of our own
            (*(changed[name] for name in names), session),
        )
        key, title, tags = row
        index.remove_session(self.connection, key, title, tags)
        index.add_session(self.connection, key, changed.get("title", title), changed.get("tags", tags))
        return True

    def start_turn(self, turn: Turn, responses: Sequence[Response]) -> None:
        """Add a turn, its files and its responses, which are in state streaming."""
        parts_json, prompt, blobs = encode.parts(turn.parts)
        key = self.take_key()
        self._execute(
            "INSERT INTO turn(key, id, session, parent_turn, parent_response, seq, context_mode, created_utc,"
            " parts_json, prompt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                key,
                turn.id,
                turn.session,
                turn.parent_turn,
                turn.parent_response,
                turn.seq,
                turn.context_mode,
                text(turn.created_utc),
                parts_json,
                prompt,
            ),
        )
        self._add_blobs(blobs)
        self.connection.executemany("INSERT INTO turn_blob VALUES (?, ?)", [(turn.id, name) for name in blobs])
        index.add_prompt(self.connection, key, prompt)
        self._execute("INSERT INTO place SELECT ?, key FROM session WHERE id = ?", (key, turn.session))
        for response in responses:
            self._insert_response(response)
        self._ledger.began(turn.session, key, self.now(), [response.target for response in responses], turns=1)

    def add_response(self, response: Response) -> None:
        """Add a retry or a sample to a turn that is already there."""
        found = self._execute("SELECT session FROM turn WHERE id = ?", (response.turn,)).fetchone()
        self._insert_response(response)
        if found is not None:
            self._ledger.began(found[0], 0, self.now(), [response.target], turns=0)

    def append_deltas(self, rows: Iterable[DeltaRow]) -> None:
        """Text of answers that still stream; of one that has ended or is gone nothing is kept."""
        known = []
        for row in rows:
            key = self._keys.get(row.response) or self._find_key(row.response)
            if key is not None:
                known.append((key, real(row.at_s), row.kind, text(row.text)))
        self.connection.executemany("INSERT INTO delta(response, at_s, kind, text) VALUES (?, ?, ?, ?)", known)

    def start_attempt(self, attempt: Attempt) -> None:
        """Add an attempt that is about to be made."""
        self.end_attempt(attempt)

    def end_attempt(self, attempt: Attempt) -> None:
        """Write an attempt with everything that is known of it; one that was not announced is added."""
        columns = encode.attempt(attempt)
        columns["usage_raw_json"] = self._shapes.pack(attempt.usage_raw)
        columns["rates_json"] = self._shapes.pack(encode.rates(attempt.rates))
        # Deleting and adding appends the row where an update would split its page.
        self._execute("DELETE FROM attempt WHERE response = ? AND id = ?", (attempt.response, attempt.id))
        _insert(self.connection, "attempt", columns)

    def end_response(self, response: Response) -> None:
        """Write an answer and its end state, drop its delta rows, let the search find its words."""
        row = self._execute(
            "SELECT r.key, r.state, r.text, r.refusal, r.cost_nano, t.session, s.key FROM response r"
            " JOIN turn t ON t.id = r.turn JOIN session s ON s.id = t.session WHERE r.id = ?",
            (response.id,),
        ).fetchone()
        if row is None:
            return
        key, state, old_text, old_refusal, old_cost, session, session_key = row
        if state != "streaming":
            index.remove_answer(self.connection, key, encode.answer_words(old_text, old_refusal))
        columns = encode.response_end(response)
        columns["figures_json"] = self._own_figures(response)
        ended_key = self.take_key()
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self._execute(
            f"UPDATE response SET key = ?, {assignments} WHERE key = ?",  # noqa: S608 - names of our own
            (ended_key, *columns.values(), key),
        )
        self._execute("DELETE FROM delta WHERE response = ?", (key,))
        index.add_answer(self.connection, ended_key, encode.answer_words(columns["text"], columns["refusal"]))
        self._execute("DELETE FROM place WHERE key = ?", (key,))
        self._execute("INSERT INTO place VALUES (?, ?)", (ended_key, session_key))
        self._keys.pop(response.id, None)
        self._ledger.ended(session, response, was=state, old_cost=old_cost, now=self.now())

    def add_event(self, scope: str, kind: str, data: Mapping[str, Any]) -> None:
        """A line of the audit trail."""
        self._execute(
            "INSERT INTO event(at, scope, kind, data_json) VALUES (?, ?, ?, ?)",
            (self.now(), text(scope), text(kind), to_json(dict(data))),
        )

    def _add_session(self, session: Session, given: Mapping[str, Any]) -> None:
        key = self.take_key()
        created = text(session.created_utc)
        columns = {
            "key": key,
            "id": session.id,
            **given,
            "kind": session.kind,
            "origin": text(session.origin),
            "created_utc": created,
            "updated_utc": created,
            "last_key": key,
        }
        _insert(self.connection, "session", columns)
        index.add_session(self.connection, key, given["title"], given["tags"])
        self._execute("INSERT INTO place VALUES (?, ?)", (key, key))

    def _save_lanes(self, session: str, lanes: Sequence[Lane]) -> None:
        self._execute("UPDATE lane SET removed = 1 WHERE session = ?", (session,))
        for lane in lanes:
            system = text_or_none(lane.system)
            hashed = None
            if system is not None:
                data = system.encode()
                hashed = encode.digest(data)
                self._add_blobs({hashed: data})
            self._execute(
                "INSERT INTO lane(id, session, position, label, target, system_hash, params_json, enabled, removed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT(session, id) DO UPDATE SET"
                " position = excluded.position, label = excluded.label,"
                " target = excluded.target, system_hash = excluded.system_hash,"
                " params_json = excluded.params_json, enabled = excluded.enabled, removed = 0",
                (
                    lane.id,
                    session,
                    lane.position,
                    text(lane.label),
                    text(lane.target),
                    hashed,
                    encode.parameters(lane.parameters),
                    int(lane.enabled),
                ),
            )

    def _add_blobs(self, blobs: Mapping[str, bytes]) -> None:
        self.connection.executemany("INSERT OR IGNORE INTO blob VALUES (?, ?)", list(blobs.items()))

    def _insert_response(self, response: Response) -> None:
        # Below zero while it streams: rows that come and go at the other end leave no gaps between the ended ones.
        (lowest,) = self._execute("SELECT min(ifnull(min(key), 0), 0) FROM response").fetchone()
        key = lowest - 1
        self._execute(
            "INSERT INTO response(key, id, turn, lane, target, sample, revision, state, owner, simulated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'streaming', ?, ?)",
            (
                key,
                response.id,
                response.turn,
                response.lane,
                text(response.target),
                response.sample,
                response.revision,
                self.owner,
                int(response.simulated),
            ),
        )
        self._keys[response.id] = key

    def _own_figures(self, response: Response) -> str | None:
        """The figures as JSON; None when the final attempt has the same, which is the rule."""
        figures = encode.figures(response)
        if response.usage_raw:
            figures["usage_raw_json"] = self._shapes.pack(response.usage_raw)
        if response.timing.paused_s:
            figures["paused_s"] = real(response.timing.paused_s)
        elif response.final_attempt:
            row = self._execute(
                f"SELECT {', '.join(figures)} FROM attempt WHERE response = ? AND id = ?",  # noqa: S608
                (response.id, response.final_attempt),
            ).fetchone()
            if row == tuple(figures.values()):
                return None
        return to_json_or_none({name: value for name, value in figures.items() if value})

    def _find_key(self, response: str) -> int | None:
        found = self._execute("SELECT key FROM response WHERE id = ? AND state = 'streaming'", (response,)).fetchone()
        if found is None:
            return None
        self._keys[response] = found[0]
        return int(found[0])


def _insert(connection: sqlite3.Connection, table: str, columns: Mapping[str, Any]) -> None:
    names = ", ".join(columns)
    marks = ", ".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table}({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608
