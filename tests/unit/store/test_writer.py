"""Nothing is lost while the file can't be written, and the user is told."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.domain.errors import DatabaseLocked
from workbench.store import database, problems, writer
from workbench.store.database import Store, open_store

FULL = "history not saved: disk full"
HELD = "history not saved yet: another program holds the file"


def wait_for(condition: Callable[[], bool]) -> None:
    """Until it holds; the writer's pauses are short, so this ends soon."""
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came true")


class Failing:
    """A connection whose statements fail on demand, as a disk would make them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.fails: Callable[[str], Exception | None] = lambda sql: None

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        error = self.fails(sql)
        if error is not None:
            raise error
        return self._connection.execute(sql, *parameters)

    def executemany(self, sql: str, rows: object) -> sqlite3.Cursor:
        error = self.fails(sql)
        if error is not None:
            raise error
        return self._connection.executemany(sql, rows)

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("the disk says no")
    error.sqlite_errorcode = code
    return error


@pytest.fixture
def failing(path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Store, Failing]:
    made: list[Failing] = []
    real = database.open_writer
    monkeypatch.setattr(database, "open_writer", lambda where: made.append(Failing(real(where))) or made[-1])
    store = open_store(path)
    yield store, made[0]
    made[0].fails = lambda sql: None
    store.close()


def test_a_full_disk_is_told_and_what_waits_is_saved_later(failing: tuple[Store, Failing]):
    """D02: while the disk is full the banner says so and the backlog grows; with space again all of it is saved."""
    store, connection = failing
    (response, other) = make.begin(store)
    assert store.flush()
    connection.fails = lambda sql: disk_error(sqlite3.SQLITE_FULL) if sql == "COMMIT" else None
    store.recorder.delta(response.id, 0.0, "text", "one ")
    wait_for(lambda: store.problem == FULL)
    store.recorder.delta(response.id, 0.3, "text", "two ")
    store.recorder.response_ended(make.ended(other, "done meanwhile"))
    assert not store.flush(0.05)
    assert store.pending > 0

    connection.fails = lambda sql: None
    assert store.flush()
    assert store.problem is None
    assert store.pending == 0
    (record,) = store.sessions.turns(store.sessions.list(1)[0].id)
    assert record.responses[1].text == "done meanwhile"
    rows = store.sessions._readers.connection().execute("SELECT text FROM delta ORDER BY n").fetchall()
    assert [row[0] for row in rows] == ["one ", "two "]


def test_a_really_full_file_is_told(store: Store):
    """D02: the same with SQLite's own page limit in place of a full disk."""
    make.begin(store)
    assert store.flush()
    (pages,) = store._writer.submit(lambda s: s.connection.execute("PRAGMA page_count").fetchone()).result(5)
    store._writer.submit(lambda s: s.connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()).result(5)
    begun = make.begin(store)
    store.recorder.response_ended(make.ended(begun[0], "long " * 20_000))
    wait_for(lambda: store.problem == FULL)
    # The limit belongs to the connection; the writer, which tries again and again, is the one to lift it.
    store._writer._connection.execute("PRAGMA max_page_count = 1000000").fetchone()
    assert store.flush()
    assert store.problem is None
    assert store.sessions.list(1)[0].states == {"complete": 1, "streaming": 1}


def test_every_failing_statement_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch):
    """D01: whichever statement fails, once or thrice, everything is saved in the end and the file is whole."""
    real = database.open_writer
    for nth in range(1, 60, 3):
        made: list[Failing] = []
        monkeypatch.setattr(
            database, "open_writer", lambda where, made=made: made.append(Failing(real(where))) or made[-1]
        )
        store = open_store(path)
        left = [nth, nth + 1, nth + 2]
        count = [0]

        def fails(sql: str, left=left, count=count) -> Exception | None:
            count[0] += 1
            return disk_error(sqlite3.SQLITE_IOERR) if count[0] in left else None

        made[0].fails = fails
        asked = make.answer(store, f"answer number {nth}")
        store.sessions.tag(asked.id, ["kept"])
        assert store.flush()
        assert store.lost == ()
        assert store.problem is None
        (record,) = store.sessions.turns(asked.id)
        assert record.responses[0].text == f"answer number {nth}"
        assert store.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (20,)


def test_a_lock_of_another_program_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch):
    """D04: a short lock is no news; a long one shows a banner; when it goes everything is saved."""
    monkeypatch.setattr(writer, "PATIENCE_S", 0.3)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        make.begin(store)
        assert store.problem is None
        wait_for(lambda: store.problem == HELD)
        store.recorder.event("scope", "kind", {})
        other.execute("ROLLBACK")
        assert store.flush()
    assert store.problem is None
    assert len(store.sessions.list(5)) == 1


def test_reading_goes_on_while_writing_is_blocked(store: Store):
    """D04: a writer that can't write does not keep anyone from reading."""
    asked = make.answer(store, "readable")
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        make.begin(store)
        assert store.sessions.turns(asked.id)[0].responses[0].text == "readable"
        other.execute("ROLLBACK")


def test_a_transaction_never_begins_by_reading(failing: tuple[Store, Failing]):
    """D06: every transaction is begun for writing, so that none can fail by turning from reader to writer."""
    store, connection = failing
    seen: list[str] = []
    connection.fails = lambda sql: seen.append(sql)
    make.answer(store, "x")
    begins = [sql for sql in seen if sql.startswith("BEGIN")]
    assert begins
    assert set(begins) == {"BEGIN IMMEDIATE"}


def test_a_change_that_can_not_be_made_now_says_so(store: Store, monkeypatch: pytest.MonkeyPatch):
    """D04: a rename that the file does not take in time raises instead of hanging."""
    asked = make.answer(store, "x")
    monkeypatch.setattr(database, "_CHANGE_S", 0.05)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseLocked):
            store.sessions.rename(asked.id, "new")
        other.execute("ROLLBACK")


def test_a_file_that_was_removed_is_noticed(store: Store):
    """D01: when the file's name is gone nothing is claimed to be saved."""
    make.answer(store, "x")
    away = store.path.with_name("away.db")
    store.path.rename(away)
    make.begin(store)
    wait_for(lambda: store.problem == problems.REMOVED)
    assert store.pending
    away.rename(store.path)
    assert store.flush()
    assert store.problem is None


def test_closing_gives_up_in_time(path: Path):
    """D04: a close with a lock that never goes ends, and tells that not everything was saved."""
    store = open_store(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        make.begin(store)
        assert not store.close(0.3)
        other.execute("ROLLBACK")


def test_damage_while_running_is_told_and_examined_at_the_next_start(failing: tuple[Store, Failing]):
    """D07: damage that shows up while writing is told, and the next start looks at every page."""
    store, connection = failing
    make.answer(store, "x")
    connection.fails = lambda sql: disk_error(sqlite3.SQLITE_CORRUPT) if sql == "COMMIT" else None
    make.begin(store)
    wait_for(lambda: "damaged" in (store.problem or ""))
    mark = store.path.with_name("history.db.check")
    wait_for(mark.exists)
    connection.fails = lambda sql: None
    assert store.flush()
    store.close()
    open_store(store.path).close()
    assert not mark.exists()


def test_the_log_is_emptied_when_it_has_grown(store: Store, monkeypatch: pytest.MonkeyPatch):
    """The log never grows far beyond its limit, and is empty after a close."""
    monkeypatch.setattr("workbench.store.checkpoints.LOG_BYTES", 200_000)
    log = store.path.with_name("history.db-wal")
    largest = 0
    for n in range(60):
        make.answer(store, f"{n} " * 3000)
        largest = max(largest, log.stat().st_size)
    assert largest < 1_000_000
    assert store.close()
    assert not log.exists()


def test_many_threads_may_record_and_read(store: Store):
    """D05: eight threads that record and read at once lose nothing."""
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for n in range(10):
                asked = make.answer(store, f"threaded {n}")
                assert store.sessions.turns(asked.id)[0].responses[0].text == f"threaded {n}"
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(store.sessions.list(100)) == 80
