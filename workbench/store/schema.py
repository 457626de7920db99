"""The tables as data, so that a file can be checked against them without loading what migrates it.

A released step is never edited: `V1` is the first released schema; later steps bring dicts of their own. Tables for
votes, data sets, cached answers, breakers, reservations and trust come with the features that fill them.

`key` is an integer that session, turn and response share (no two rows have the same), rising with time: it is the
row's number in the full-text index and the cursor of a list. A response has one below zero while it streams and gets
its own when it ends, which appends its text behind the others instead of splitting pages. Every other reference is by
`id`.
"""

from typing import Final

APPLICATION_ID: Final = 0x57424348
"""`WBCH`: marks the file as ours."""
LATEST: Final = 1
"""`user_version` of a file that this program writes: the number of migration steps in it."""
PAGE_SIZE: Final = 8192
"""Bytes. Answers of 2 to 3 kB fill pages of 4 kB badly: measured 15 % of the file against 30 %."""

Tables = dict[str, dict[str, str]]
_USAGE = {
    "input_tokens": "INTEGER",
    "output_tokens": "INTEGER",
    "cached_input_tokens": "INTEGER",
    "cache_write_tokens": "INTEGER",
    "cache_write_1h_tokens": "INTEGER",
    "reasoning_tokens": "INTEGER",
    "server_tools_json": "TEXT",
    "usage_source": "TEXT",
    "usage_raw_json": "TEXT",
}
_TIMING = {
    "queued_s": "REAL",
    "connect_s": "REAL",
    "headers_s": "REAL",
    "first_event_s": "REAL",
    "first_reasoning_s": "REAL",
    "first_text_s": "REAL",
    "first_token_s": "REAL",
    "end_s": "REAL",
    "cold": "INTEGER NOT NULL DEFAULT 0",
}

V1: Final[Tables] = {
    "session": {
        "key": "INTEGER PRIMARY KEY",
        "id": "TEXT NOT NULL UNIQUE",
        "title": "TEXT NOT NULL",
        "kind": "TEXT NOT NULL",
        "project": "TEXT NOT NULL DEFAULT ''",
        "environment": "TEXT NOT NULL DEFAULT ''",
        "tags": "TEXT NOT NULL DEFAULT '[]'",
        "pinned": "INTEGER NOT NULL DEFAULT 0",
        "archived": "INTEGER NOT NULL DEFAULT 0",
        "origin": "TEXT NOT NULL DEFAULT 'app'",
        "created_utc": "TEXT NOT NULL",
        # What a list shows, kept up on every write, so that no list reads responses.
        "updated_utc": "TEXT NOT NULL",
        "last_key": "INTEGER NOT NULL",
        "turns": "INTEGER NOT NULL DEFAULT 0",
        "responses": "INTEGER NOT NULL DEFAULT 0",
        "cost_nano": "INTEGER NOT NULL DEFAULT 0",
        "cost_unknown": "INTEGER NOT NULL DEFAULT 0",
        "cost_estimated": "INTEGER NOT NULL DEFAULT 0",
        "targets_json": "TEXT NOT NULL DEFAULT '[]'",
        "states_json": "TEXT NOT NULL DEFAULT '{}'",
    },
    "turn": {
        "key": "INTEGER PRIMARY KEY",
        "id": "TEXT NOT NULL UNIQUE",
        "session": "TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE",
        "parent_turn": "TEXT",
        "parent_response": "TEXT",
        "seq": "INTEGER NOT NULL",
        "context_mode": "TEXT NOT NULL",
        "blind_seed": "INTEGER",
        "created_utc": "TEXT NOT NULL",
        # The words stand in `prompt`, all in a row; a text part only says how many characters of it are its own.
        "parts_json": "TEXT NOT NULL",
        "prompt": "TEXT NOT NULL",
    },
    "lane": {
        "id": "TEXT NOT NULL",
        "session": "TEXT NOT NULL REFERENCES session(id) ON DELETE CASCADE",
        "position": "INTEGER NOT NULL",
        "label": "TEXT NOT NULL DEFAULT ''",
        "target": "TEXT NOT NULL",
        "system_hash": "TEXT",
        "params_json": "TEXT NOT NULL DEFAULT '{}'",
        "enabled": "INTEGER NOT NULL DEFAULT 1",
        "removed": "INTEGER NOT NULL DEFAULT 0",
        "": "PRIMARY KEY (session, id)",
    },
    "response": {
        "key": "INTEGER PRIMARY KEY",
        "id": "TEXT NOT NULL UNIQUE",
        "turn": "TEXT NOT NULL REFERENCES turn(id) ON DELETE CASCADE",
        "lane": "TEXT NOT NULL",
        "target": "TEXT NOT NULL",
        "sample": "INTEGER NOT NULL DEFAULT 0",
        "revision": "INTEGER NOT NULL DEFAULT 0",
        "role": "TEXT NOT NULL DEFAULT 'answer'",
        "state": "TEXT NOT NULL",
        "owner": "TEXT",
        "characters": "INTEGER",
        "checksum": "INTEGER",
        "tool_calls_json": "TEXT",
        "citations_json": "TEXT",
        "opaque_json": "TEXT",
        "finish_reason": "TEXT",
        "finish_raw": "TEXT",
        "error_json": "TEXT",
        "warnings_json": "TEXT",
        "final_attempt": "TEXT",
        "route": "TEXT",
        "route_version": "TEXT",
        "task": "TEXT",
        "from_cache": "INTEGER NOT NULL DEFAULT 0",
        "simulated": "INTEGER NOT NULL DEFAULT 0",
        "output_tokens": "INTEGER",
        "usage_source": "TEXT",
        "cost_nano": "INTEGER",
        "cost_estimated": "INTEGER NOT NULL DEFAULT 0",
        # Usage, timing and model served, where they differ from those of the final attempt.
        "figures_json": "TEXT",
        # What is long comes last: reading the columns before it touches no overflow page.
        "timing": "BLOB",
        "text": "TEXT NOT NULL DEFAULT ''",
        "reasoning": "TEXT NOT NULL DEFAULT ''",
        "refusal": "TEXT NOT NULL DEFAULT ''",
    },
    "delta": {
        "n": "INTEGER PRIMARY KEY",
        "response": "INTEGER NOT NULL",
        "at_s": "REAL",
        "kind": "TEXT NOT NULL",
        "text": "TEXT NOT NULL",
    },
    "attempt": {
        "id": "TEXT NOT NULL",
        "response": "TEXT NOT NULL REFERENCES response(id) ON DELETE CASCADE",
        "n": "INTEGER NOT NULL",
        "reason": "TEXT NOT NULL",
        "provider": "TEXT NOT NULL",
        "model_requested": "TEXT NOT NULL",
        "model_served": "TEXT",
        "request_hashes": "TEXT",
        "params_json": "TEXT NOT NULL DEFAULT '{}'",
        "start_utc": "TEXT NOT NULL",
        **_TIMING,
        **_USAGE,
        "cost_nano": "INTEGER",
        "price_version": "TEXT",
        "rates_json": "TEXT",
        "http_status": "INTEGER",
        "error_kind": "TEXT",
        "error_text": "TEXT",
        "error_code": "TEXT",
        "error_retryable": "INTEGER",
        "retry_after_s": "REAL",
        "request_id": "TEXT",
        "finish_reason": "TEXT",
        "finish_raw": "TEXT",
        "won": "INTEGER NOT NULL DEFAULT 0",
    },
    # Which session a key of the index belongs to, without touching the pages that hold the texts.
    "place": {"key": "INTEGER PRIMARY KEY", "session": "INTEGER NOT NULL"},
    "shape": {"id": "INTEGER PRIMARY KEY", "keys_json": "TEXT NOT NULL UNIQUE"},
    "blob": {"hash": "TEXT NOT NULL PRIMARY KEY", "data": "BLOB NOT NULL"},
    "turn_blob": {
        "turn": "TEXT NOT NULL REFERENCES turn(id) ON DELETE CASCADE",
        "hash": "TEXT NOT NULL",
        "": "PRIMARY KEY (turn, hash)",
    },
    "lineup": {
        "name": "TEXT NOT NULL PRIMARY KEY",
        "lanes_json": "TEXT NOT NULL",
        "used_utc": "TEXT NOT NULL",
    },
    "template": {"name": "TEXT NOT NULL PRIMARY KEY", "text": "TEXT NOT NULL", "used_utc": "TEXT NOT NULL"},
    "draft": {"session": "TEXT NOT NULL PRIMARY KEY", "text": "TEXT NOT NULL", "saved_utc": "TEXT NOT NULL"},
    "decision": {
        "id": "TEXT NOT NULL PRIMARY KEY",
        "response": "TEXT NOT NULL REFERENCES response(id) ON DELETE CASCADE",
        "route_version": "TEXT",
        "candidates_json": "TEXT NOT NULL",
        "chosen": "TEXT",
        "scores": "TEXT",
    },
    "event": {
        "id": "INTEGER PRIMARY KEY",
        "at": "TEXT NOT NULL",
        "scope": "TEXT NOT NULL",
        "kind": "TEXT NOT NULL",
        "data_json": "TEXT NOT NULL",
    },
    # What was begun and must be finished, at the next start if need be: the cleaning up after a deletion.
    "chore": {"name": "TEXT NOT NULL PRIMARY KEY"},
    # What was spent, by quarter of an hour: a day's total is one short range, and stays true when a session is deleted.
    "spend": {
        "quarter": "INTEGER NOT NULL",
        "target": "TEXT NOT NULL",
        "project": "TEXT NOT NULL",
        "responses": "INTEGER NOT NULL",
        "cost_nano": "INTEGER NOT NULL",
        "cost_estimated": "INTEGER NOT NULL",
        "cost_unknown": "INTEGER NOT NULL",
        "input_tokens": "INTEGER NOT NULL",
        "output_tokens": "INTEGER NOT NULL",
        "": "PRIMARY KEY (quarter, target, project)",
    },
}

WITHOUT_ROWID: Final = frozenset({"lane", "turn_blob", "lineup", "template", "draft", "chore", "spend"})

V1_INDEXES: Final = (
    "CREATE INDEX session_by_activity ON session(archived, last_key)",
    "CREATE INDEX session_pinned ON session(last_key) WHERE pinned = 1",
    "CREATE UNIQUE INDEX turn_by_session ON turn(session, seq, id)",
    "CREATE INDEX response_by_turn ON response(turn)",
    "CREATE INDEX response_by_target ON response(target, key)",
    "CREATE INDEX response_streaming ON response(owner) WHERE state = 'streaming'",
    "CREATE INDEX delta_by_response ON delta(response)",
    "CREATE INDEX attempt_by_response ON attempt(response)",
    "CREATE INDEX lane_by_system ON lane(system_hash) WHERE system_hash IS NOT NULL",
    "CREATE INDEX turn_blob_by_hash ON turn_blob(hash)",
    "CREATE INDEX decision_by_response ON decision(response)",
    "CREATE INDEX event_by_scope ON event(scope)",
)

V1_SEARCH: Final = (
    # No table functions such as json_each in it: the index could not read it then. Punctuation of JSON is no word.
    """CREATE VIEW searchable(key, title, tags, prompt, answer) AS
    SELECT key, title, tags, NULL, NULL FROM session
    UNION ALL SELECT key, NULL, NULL, prompt, NULL FROM turn
    UNION ALL SELECT key, NULL, NULL, NULL, text || char(10) || refusal FROM response WHERE state <> 'streaming'""",
    # Positions would triple the index and are needed for phrases only, which are checked in the text itself. The prefix
    # lists make a search as you type as quick for one letter as for a word.
    """CREATE VIRTUAL TABLE search USING fts5(title, tags, prompt, answer, content='searchable',
    content_rowid='key', detail=none, columnsize=0, prefix='1 2 3 4', tokenize='unicode61 remove_diacritics 2')""",
)


def create_statements(tables: Tables) -> list[str]:
    """`CREATE TABLE` for each, strict."""
    statements = []
    for name, columns in tables.items():
        body = ", ".join(f"{column} {kind}".strip() for column, kind in columns.items())
        options = "STRICT, WITHOUT ROWID" if name in WITHOUT_ROWID else "STRICT"
        statements.append(f"CREATE TABLE {name} ({body}) {options}")
    return statements


def expected_columns() -> dict[str, frozenset[str]]:
    """The columns that each table of the latest version has."""
    return {name: frozenset(filter(None, columns)) for name, columns in V1.items()}
