"""The first screen is read without anything heavy and without ever failing."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.domain.conversation import Lane, Parameters, Session
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


def test_the_last_line_up_and_draft_are_there(filled: Path):
    """Lanes of the last session and the draft come back, and no file appears beside it."""
    before = sorted(os.listdir(filled.parent))
    first = read_first_screen(filled)
    assert first.lanes == (Lane("a", 1, "sim/a", "l", "Brief.", Parameters(9, stop=("x",))), Lane("b", 2, "sim/b"))
    assert first.draft == "half a prompt"
    assert sorted(os.listdir(filled.parent)) == before


@pytest.fixture
def left(path: Path) -> tuple[Path, Session]:
    """A session of two turns that was left with a draft; one of its lanes was asked a second time."""
    store = open_store(path)
    asked, to = make.session("sorting"), make.lanes()
    store.recorder.session_saved(asked, to)
    for seq, prompt in ((1, "first"), (2, "second")):
        turn = make.turn(asked, prompt, seq)
        fast, slow = make.responses(turn, to)
        again = replace(fast, id=make.new("response"), revision=1)
        store.recorder.turn_started(turn, [fast, slow, again])
        store.recorder.response_ended(make.ended(fast, f"old {prompt}"))
        store.recorder.response_ended(make.ended(again, f"new {prompt}"))
        store.recorder.response_ended(make.ended(slow, f"begin{'.' * 9_000}{prompt} end"))
    store.drafts.save(asked.id, "half a thought")
    store.close()
    return path, asked


def test_a_page_of_the_last_session_is_there(left: tuple[Path, Session]):
    """Title, draft, the last prompt, and of each lane's newest answer to it the end, or the beginning."""
    path, asked = left
    last = read_first_screen(path).last
    assert last is not None
    assert (last.session, last.draft, last.prompt, last.turns) == (asked, "half a thought", "second", 2)
    assert last.texts["lane-1"] == "new second"
    assert last.texts["lane-2"].endswith("..second end")
    assert len(last.texts["lane-2"]) == 8_000
    first = read_first_screen(path, from_end=False).last
    assert first is not None
    assert first.texts["lane-2"].startswith("begin..")


def test_an_answer_that_is_too_long_comes_later(left: tuple[Path, Session]):
    """What would take its time to be looked through is not looked at."""
    path, asked = left
    store = open_store(path)
    turn = make.turn(asked, "third", 3)
    (response,) = make.responses(turn, make.lanes("sim/fast"))
    store.recorder.turn_started(turn, [response])
    store.recorder.response_ended(make.ended(response, "x" * 200_001))
    store.close()
    last = read_first_screen(path).last
    assert last is not None
    assert last.texts == {"lane-1": ""}


def test_what_the_command_line_asked_is_not_the_last_session(left: tuple[Path, Session]):
    """The app's own last session is gone on with, whatever others asked since; without one theirs gives the lanes."""
    path, asked = left
    store = open_store(path)
    other = make.session("later", origin="ask")
    store.recorder.session_saved(other, make.lanes("sim/other"))
    store.recorder.turn_started(make.turn(other), [])
    assert store.flush()
    store.close()
    first = read_first_screen(path)
    assert first.last is not None
    assert first.last.session == asked
    assert [lane.target for lane in first.lanes] == ["sim/fast", "sim/slow"]

    store = open_store(path)
    store.sessions.archive(asked.id)
    store.close()
    first = read_first_screen(path)
    assert first.last is None
    assert [lane.target for lane in first.lanes] == ["sim/other"]


def test_a_session_that_another_instance_may_show_is_left_alone(left: tuple[Path, Session]):
    """While a process has the history open its last session is that one's; a dead process has nothing open."""
    path, _ = left
    store = open_store(path)
    assert read_first_screen(path).last is None
    (owner,) = path.parent.glob("*.owner-*")
    os.utime(owner, (0, 0))
    assert read_first_screen(path).last is None
    store.close()
    owner.touch()
    assert read_first_screen(path).last is None
    os.utime(owner, (0, 0))
    assert read_first_screen(path).last is not None


def test_what_another_instance_wrote_last_is_seen(filled: Path):
    """What is only in the log of a running instance is read too."""
    store = open_store(filled)
    make.answer(store, "x", title="newest")
    assert [lane.target for lane in read_first_screen(filled).lanes] == ["sim/fast"]
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
