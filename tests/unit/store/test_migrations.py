"""A migration leaves the old or the new file, never something between."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from sqlite_utils import Database, Migrations

from tests.unit.store import builders as make
from workbench.domain.errors import HistoryUnavailable
from workbench.store import health, migrations, schema
from workbench.store.database import open_store


def next_version() -> Migrations:
    """The released steps and one that is still to come."""
    steps = Migrations("workbench")
    steps(name="m001_history")(migrations.m001_history)

    @steps(name="m002_notes")
    def m002_notes(db: Database) -> None:
        db.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
        db.execute("INSERT INTO note SELECT key, title FROM session")
        db.execute("ALTER TABLE session ADD COLUMN colour TEXT")
        db.execute("PRAGMA user_version = 2")

    return steps


def schema_of(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()


@pytest.fixture
def filled(path: Path) -> Path:
    store = open_store(path)
    make.answer(store, "words")
    store.close()
    return path


def test_an_older_file_is_backed_up_and_migrated(filled: Path, monkeypatch: pytest.MonkeyPatch):
    """D10: the old file is copied first, the new one has the new tables and the old rows, and the user is told."""
    released = migrations.migrate
    monkeypatch.setattr(schema, "LATEST", 2)
    monkeypatch.setattr(health, "check_shape", lambda path, in_use=False: None)
    monkeypatch.setattr(migrations, "migrate", lambda connection: released(connection, next_version()))
    store = open_store(filled)
    assert "history.db.backup-1" in store.notices[0]
    assert len(store.sessions.list(5)) == 1
    store.close()
    assert "note" in dict(schema_of(filled))
    assert "note" not in dict(schema_of(filled.with_name("history.db.backup-1")))
    again = open_store(filled)
    assert again.notices == ()
    again.close()


@pytest.mark.parametrize("statement", range(1, 8))
def test_a_migration_that_stops_leaves_the_old_file(filled: Path, statement: int):
    """D10: whichever statement is the last, the file is old or new, and the next start finishes the work."""
    before = schema_of(filled)
    connection = sqlite3.connect(filled, isolation_level=None)
    left = statement

    def count(sql: str) -> None:
        nonlocal left
        if sql.split()[0].upper() in {"CREATE", "INSERT", "ALTER", "PRAGMA"}:
            left -= 1

    connection.set_trace_callback(count)
    connection.set_progress_handler(lambda: left <= 0, 1)
    with suppress(sqlite3.OperationalError):
        migrations.migrate(connection, next_version())
    connection.close()

    after = schema_of(filled)
    assert after == before or "note" in dict(after)
    with closing(sqlite3.connect(filled, isolation_level=None)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        assert version == (2 if "note" in dict(after) else 1)
        migrations.migrate(connection, next_version())
        assert connection.execute("SELECT count(*) FROM note").fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_new_file_that_was_not_finished_is_made_again(path: Path, monkeypatch: pytest.MonkeyPatch):
    """D10: a start that ended while it made the file leaves no file of that name, and the next one makes it."""

    def stop(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE session(half)")
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(migrations, "migrate", stop)
        with pytest.raises(HistoryUnavailable, match="can't be made"):
            open_store(path)
    assert not path.exists()
    path.with_name("history.db.new").write_bytes(b"half of a database")
    store = open_store(path)
    assert store.notices == ()
    store.close()
    assert not path.with_name("history.db.new").exists()


def test_the_released_schema_is_not_edited():
    """D10: what the first released step creates is what it created when it was released."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        migrations.migrate(connection)
        made = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in schema.expected_columns()
        }
        assert made == {table: set(columns) for table, columns in schema.expected_columns().items()}
        strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'"))
        assert all(strict[table] for table in made)
