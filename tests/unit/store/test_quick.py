"""The first screen is read without anything heavy and without ever failing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.domain.conversation import Lane, Parameters
from workbench.store.database import open_store
from workbench.store.quick import FirstScreen, read_first_screen


@pytest.fixture
def filled(path: Path) -> Path:
    store = open_store(path)
    for n in range(12):
        make.answer(store, "x", title=f"title {n}")
    asked = make.session("the last")
    store.recorder.session_saved(
        asked, [Lane("a", 1, "sim/a", "l", "Brief.", Parameters(9, stop=("x",))), Lane("b", 2, "sim/b")]
    )
    store.recorder.turn_started(make.turn(asked), [])
    store.drafts.save("", "half a prompt")
    store.close()
    return path


def test_the_last_line_up_sessions_and_draft_are_there(filled: Path):
    """Lanes of the last session, titles of the recent ones and the draft come back, and no file appears beside it."""
    before = sorted(os.listdir(filled.parent))
    first = read_first_screen(filled)
    assert first.lanes == (Lane("a", 1, "sim/a", "l", "Brief.", Parameters(9, stop=("x",))), Lane("b", 2, "sim/b"))
    assert [session.title for session in first.recent[:2]] == ["the last", "title 11"]
    assert len(first.recent) == 8
    assert first.draft == "half a prompt"
    assert sorted(os.listdir(filled.parent)) == before


def test_what_another_instance_wrote_last_is_seen(filled: Path):
    """What is only in the log of a running instance is read too."""
    store = open_store(filled)
    make.answer(store, "x", title="newest")
    assert read_first_screen(filled).recent[0].title == "newest"
    store.close()


@pytest.mark.parametrize("harm", ["missing", "empty", "text", "directory", "link", "newer", "foreign", "broken"])
def test_whatever_is_wrong_nothing_is_found(filled: Path, harm: str):
    """A history that can't be read is an empty first screen, not an error."""
    if harm in ("missing", "directory", "link"):
        kept = filled.rename(filled.with_name("kept"))
        if harm == "directory":
            filled.mkdir()
        elif harm == "link":
            filled.symlink_to(kept)
    elif harm == "empty":
        filled.write_bytes(b"")
    elif harm == "text":
        filled.write_text("hello " * 100)
    elif harm == "broken":
        filled.write_bytes(filled.read_bytes()[:9000])
    else:
        with closing(sqlite3.connect(filled)) as connection:
            connection.execute("PRAGMA user_version = 99" if harm == "newer" else "ALTER TABLE lane DROP COLUMN label")
            connection.commit()
    assert read_first_screen(filled) == FirstScreen()


def test_it_loads_nothing_heavy(filled: Path):
    """Reading the first screen loads neither sqlite-utils nor the rest of the store."""
    script = (
        "import sys; from pathlib import Path; from workbench.store.quick import read_first_screen;"
        " read_first_screen(Path(sys.argv[1]));"
        " heavy = {'sqlite_utils', 'textual', 'workbench.store.database', 'asyncio'};"
        " print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(filled)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
