"""The file is made, checked, set aside or refused."""

import hashlib
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.domain.errors import DatabaseDamaged, DatabaseLocked, HistoryUnavailable, SchemaTooNew
from workbench.store import locks, opening, schema
from workbench.store.database import Store, open_store


@pytest.fixture
def filled(path: Path) -> Path:
    """A history with one session, closed."""
    store = open_store(path)
    for n in range(40):
        make.answer(store, f"the answer {n} " * 40)
    store.close()
    return path


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def alter(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def names(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir()}


def test_a_new_history_is_whole_and_in_place(path: Path):
    """A new file has every table, is in WAL mode, of our version, and leaves nothing else behind."""
    store = open_store(path)
    assert store.notices == ()
    assert store.sessions.list(5) == []
    store.close()
    assert names(path) == {"history.db", "history.db.lock"}
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.LATEST,)
        assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_closing_twice_does_no_harm(path: Path):
    """A closed store can be closed again, and opened again."""
    store = open_store(path)
    assert store.close()
    assert store.close()
    assert open_store(path).close()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_files_are_private_whatever_the_umask(path: Path, mask: int):
    """D13: database, log, shared memory and locks are 0600 in a 0700 folder."""
    before = os.umask(mask)
    try:
        store = open_store(path)
        make.answer(store, "secret")
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.parent.iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert {"history.db", "history.db-wal", "history.db-shm", "history.db.lock"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_an_open_file_is_closed_to_others(filled: Path):
    """D13: a history that others could read is made private when it is opened."""
    filled.chmod(0o644)
    filled.parent.chmod(0o755)
    open_store(filled).close()
    assert stat.S_IMODE(filled.stat().st_mode) == 0o600
    assert stat.S_IMODE(filled.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", ["link", "dangling", "device", "fifo", "directory", "log link"])
def test_anything_but_a_file_is_refused(path: Path, tmp_path: Path, kind: str):
    """D12, D08: a link, device, pipe or directory in the file's place is refused; nothing is written through it."""
    path.parent.mkdir()
    target = tmp_path / "target"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/null")
    elif kind == "log link":
        path.with_name("history.db-wal").symlink_to(target)
    else:
        path.symlink_to(target)
        if kind == "link":
            target.write_bytes(b"mine")
    with pytest.raises(HistoryUnavailable, match="not opened"):
        open_store(path)
    assert not target.exists() or target.read_bytes() == b"mine"


def damage_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[3] ^= 0xFF
    path.write_bytes(content)


def damage_page(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[schema.PAGE_SIZE * 3 : schema.PAGE_SIZE * 4] = os.urandom(schema.PAGE_SIZE)
    path.write_bytes(content)


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def replace_by_text(path: Path) -> None:
    path.write_text("dear diary, this is no database at all, but it is longer than one hundred bytes. " * 3)


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [damage_header, damage_page, cut_in_half, replace_by_text, empty])
def test_a_damaged_file_is_set_aside(filled: Path, harm):
    """D07: a damaged file keeps every byte under another name, a new one begins, and the user is told."""
    harm(filled)
    before = fingerprint(filled)
    store = open_store(filled)
    make.answer(store, "life goes on")
    (notice,) = store.notices
    assert "set aside as history.db.bad-" in notice
    assert len(store.sessions.list(5)) == 1
    store.close()
    (kept,) = [entry for entry in filled.parent.iterdir() if ".bad-" in entry.name]
    assert fingerprint(kept) == before
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_two_damaged_files_get_two_names(filled: Path):
    """D07: a second damaged file within the same second does not replace the first."""
    for content in (b"one", b"two"):
        filled.write_bytes(content)
        open_store(filled).close()
    assert sorted(entry.read_bytes() for entry in filled.parent.glob("*.bad-*")) == [b"one", b"two"]


def live_log(path: Path, text: str) -> tuple[bytes, bytes]:
    """A database and the log beside it as a crash would leave them."""
    store = open_store(path)
    make.answer(store, text)
    copies = path.read_bytes(), path.with_name(path.name + "-wal").read_bytes()
    store.close()
    return copies


def test_a_log_of_another_database_is_set_aside(filled: Path, tmp_path: Path):
    """D08: a log that does not belong to the file costs nothing that the file holds."""
    other = tmp_path / "other" / "history.db"
    store = open_store(other)
    for n in range(300):
        make.answer(store, f"foreign {n} " * 100)
    store.close()
    _, log = live_log(other, "foreign")
    filled.with_name("history.db-wal").write_bytes(log)
    store = open_store(filled)
    assert len(store.sessions.list(100)) == 40
    assert store.notices == () or "log" in store.notices[0]
    store.close()


def test_the_log_of_a_crash_is_used(filled: Path):
    """D08: what a killed process left in the log is in the history."""
    database, log = live_log(filled, "in the log only")
    filled.write_bytes(database)
    filled.with_name("history.db-wal").write_bytes(log)
    store = open_store(filled)
    assert store.notices == ()
    assert store.sessions.list(5, query="in the log only")
    store.close()


def test_a_log_without_its_database_is_set_aside(filled: Path):
    """D08: a log that is left alone is never applied to a new file."""
    _, log = live_log(filled, "gone")
    filled.unlink()
    filled.with_name("history.db-wal").write_bytes(log)
    store = open_store(filled)
    assert "log" in store.notices[0]
    assert store.sessions.list(5) == []
    store.close()
    (kept,) = filled.parent.glob("*.bad-*")
    assert kept.read_bytes() == log


def test_a_newer_schema_is_left_alone(filled: Path):
    """D09: a file of a newer version is refused with both versions named, and not changed."""
    alter(filled, f"PRAGMA user_version = {schema.LATEST + 7}")
    before = fingerprint(filled)
    with pytest.raises(SchemaTooNew, match=f"version {schema.LATEST + 7}.*knows {schema.LATEST}"):
        open_store(filled)
    assert fingerprint(filled) == before


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["ALTER TABLE response DROP COLUMN route"], "response lacks the column route"),
        (["ALTER TABLE turn ADD COLUMN colour TEXT"], "turn has the unknown column colour"),
        (["DROP TABLE template", "CREATE VIEW template AS SELECT 1"], "template is a view"),
        (["DROP TABLE event"], "event is missing"),
    ],
)
def test_another_shape_is_named(filled: Path, statements: list[str], named: str):
    """D11: a table that is not as this version knows it is named, and the file is not changed."""
    alter(filled, *statements)
    before = fingerprint(filled)
    with pytest.raises(HistoryUnavailable, match=named):
        open_store(filled)
    assert fingerprint(filled) == before


def test_a_database_of_another_program_is_refused(path: Path):
    """D11: someone else's database is refused and not changed."""
    path.parent.mkdir()
    alter(path, "CREATE TABLE bookmarks(url)")
    before = fingerprint(path)
    with pytest.raises(HistoryUnavailable, match="another program"):
        open_store(path)
    assert fingerprint(path) == before


def test_a_start_waits_for_another_start(filled: Path):
    """D04: an instance that is starting is waited for, and named when it does not finish."""
    lock = locks.FileLock(locks.lock_path(filled))
    assert lock.acquire()
    with pytest.raises(DatabaseLocked, match="starting"):
        open_store(filled, timeout=0.05)
    lock.close()
    open_store(filled).close()


def test_a_damaged_file_in_use_is_not_moved(filled: Path):
    """D07: while another instance has the file open it is not taken away from it."""
    store = open_store(filled)
    shutil.copy(filled, filled.with_name("copy"))
    damage_header(filled)
    with pytest.raises(DatabaseDamaged):
        open_store(filled)
    shutil.copy(filled.with_name("copy"), filled)
    store.close()


def test_a_backup_is_whole_while_others_write(filled: Path, tmp_path: Path):
    """D14: a copy made while the history is open is a sound database of its own."""
    store = open_store(filled)
    make.answer(store, "just written")
    copy = tmp_path / "copy.db"
    opening.backup(filled, copy)
    store.close()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM session").fetchone() == (41,)


READ_ONLY = """
import os, sys
from pathlib import Path
from workbench.domain.errors import StoreError
from workbench.store.database import Store, open_store
os.setuid(65534)
store = open_store(Path(sys.argv[1]))
print(store.read_only, store.problem, len(store.sessions.list(100)), store.flush(), store.pending)
store.recorder.event("scope", "kind", {})
try:
    store.sessions.rename(store.sessions.list(1)[0].id, "x")
except StoreError as error:
    print(error)
store.close()
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to become somebody else")
@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o444), (0o777, 0o444), (0o555, 0o666)])
def test_what_cannot_be_written_can_be_read(filled: Path, folder_mode: int, file_mode: int):
    """D03: a read-only file or folder gives a history that can be read, says so, and is not changed."""
    before = fingerprint(filled)
    with tempfile.TemporaryDirectory() as folder:
        filled = Path(shutil.move(filled, folder))
        filled.chmod(file_mode)
        Path(folder).chmod(folder_mode)
        command = [sys.executable, "-c", READ_ONLY, str(filled)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        after = fingerprint(filled)
    assert done.stdout.splitlines() == [
        "True history is read-only: nothing is saved 40 True 0",
        "history is read-only: nothing is saved",
    ], done.stderr
    assert after == before


def test_sqlite_utils_is_loaded_only_to_migrate(filled: Path):
    """Opening a history that is up to date loads neither sqlite-utils nor anything of the screen."""
    script = (
        "import sys; from pathlib import Path; from workbench.store.database import open_store;"
        " open_store(Path(sys.argv[1])).close();"
        " print([name for name in ('sqlite_utils', 'textual', 'httpx', 'platformdirs') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script, str(filled)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_children_inherit_nothing(store: Store):
    """D15: no open file of the history is passed on to a child process."""
    make.answer(store, "x")
    opened = [fd for fd in os.listdir("/proc/self/fd") if "history.db" in os.path.realpath(f"/proc/self/fd/{fd}")]
    assert len(opened) >= 4
    assert not any(os.get_inheritable(int(fd)) for fd in opened)
