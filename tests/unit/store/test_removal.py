"""What is deleted is gone from every byte of the history."""

from pathlib import Path

import pytest

from tests.unit.store import builders as make
from workbench.domain.conversation import FilePart, TextPart
from workbench.domain.errors import StoreError
from workbench.store import removal
from workbench.store.database import Store, open_store

CANARIES = (
    "xylophonecanary",
    "zeppelincanary",
    "quokkacanary",
    "tagcanary",
    "systemcanary",
    "titlecanary",
    "draftcanary",
)


def bytes_of(store: Store) -> bytes:
    return b"".join(entry.read_bytes().lower() for entry in store.path.parent.iterdir() if entry.is_file())


def test_a_deleted_session_is_in_no_byte(store: Store, path: Path):
    """D18: after a deletion no word of it is in the file, its index, its log or a backup."""
    kept = make.answer(store, "an answer that stays")
    asked = make.session("titlecanary", tags=("tagcanary",))
    to = make.lanes("sim/a", "sim/b")
    to[0] = to[0].__class__("lane-1", 1, "sim/a", system="systemcanary")
    parts = [TextPart("xylophonecanary?"), FilePart("f", "text/plain", "cXVva2thY2FuYXJ5", 12)]
    first = make.turn(asked, parts)
    begun = make.responses(first, to)
    store.recorder.session_saved(asked, to)
    store.recorder.turn_started(first, begun)
    store.recorder.attempt_ended(make.attempt(begun[0], model_served="zeppelincanary"))
    store.recorder.response_ended(make.ended(begun[0], "zeppelincanary " * 3000, refusal="zeppelincanary"))
    store.recorder.delta(begun[1].id, 0.0, "text", "zeppelincanary")
    store.recorder.event(begun[0].id, "warning", {"text": "zeppelincanary"})
    store.drafts.save(asked.id, "draftcanary")
    assert store.flush()
    path.with_name("history.db.backup-0").write_bytes(b"xylophonecanary")
    assert any(canary.encode() in bytes_of(store) for canary in CANARIES)

    store.sessions.delete(asked.id)
    assert store.flush()
    left = bytes_of(store)
    assert [canary for canary in CANARIES if canary.encode() in left] == []
    # FTS5 keeps only what differs from the word before: the endings must be gone too.
    assert b"ylophonecan" not in left
    assert b"eppelincan" not in left
    assert [row.id for row in store.sessions.list(5)] == [kept.id]
    assert store.sessions.list(5, query="stays")
    store._writer.submit(
        lambda saving: saving.connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
    ).result(5)


def test_what_others_use_stays(store: Store):
    """A file and a system prompt that another session has too are not deleted with the first."""
    picture = FilePart("a.png", "image/png", "aGVsbG8=", 5)
    sessions = []
    for _ in range(2):
        asked = make.session()
        lane = make.lanes("sim/a")[0].__class__("lane-1", 1, "sim/a", system="Be brief.")
        first = make.turn(asked, [TextPart("see"), picture])
        store.recorder.session_saved(asked, [lane])
        store.recorder.turn_started(first, make.responses(first, [lane]))
        sessions.append(asked)
    store.flush()
    store.sessions.delete(sessions[0].id)
    assert store.flush()
    assert store.sessions.turns(sessions[1].id)[0].turn.parts[1] == picture
    assert store.sessions.lanes(sessions[1].id)[0].system == "Be brief."


def test_money_stays_spent(store: Store):
    """The day's total keeps what a deleted session has cost."""
    (response, _) = make.begin(store)
    store.recorder.response_ended(make.ended(response, cost_nano=500))
    store.flush()
    store.sessions.delete(store.sessions.list(1)[0].id)
    store.flush()
    assert store.totals().cost_nano == 500


def test_a_session_that_streams_can_be_deleted(store: Store):
    """What still arrives for a deleted session is dropped without harm."""
    (response, _) = make.begin(store)
    store.flush()
    store.sessions.delete(store.sessions.list(1)[0].id)
    store.recorder.delta(response.id, 0.0, "text", "late")
    store.recorder.response_ended(make.ended(response, "late"))
    assert store.flush()
    assert store.sessions.list(5) == []
    assert store.problem is None


def test_deleting_what_is_not_there_says_so(store: Store):
    """An unknown id is an error, not a silence."""
    with pytest.raises(StoreError, match="no session nope"):
        store.sessions.delete("nope")


def test_cleaning_up_is_finished_at_the_next_start(store: Store, path: Path):
    """D18: a deletion whose cleaning up did not fit into the time left is finished later."""
    for n in range(50):
        make.answer(store, f"{n} " * 500)
    asked = make.answer(store, "platypuscanary")
    store._writer.submit(lambda saving: removal.delete_session(saving, asked.id)).result(5)
    store.close()
    assert b"platypuscanary" in path.read_bytes()
    again = open_store(path)
    assert again.flush()
    assert b"platypuscanary" not in bytes_of(again)
    assert not again._writer.submit(removal.is_unfinished).result(5)
    again.close()
