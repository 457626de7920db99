"""What another process left, or is still doing."""

from pathlib import Path

from tests.unit.store import builders as make
from workbench.domain.timing import unpack_deltas
from workbench.store import locks
from workbench.store.database import Store, open_store


def die(store: Store) -> None:
    """Leave the file as a killed process would: nothing is said, the lock on the owner's file goes."""
    store.flush()
    store._readers.close()
    store._writer._checkpoints.last = lambda: None
    store._writer.close(5)
    store._opened.lock.close()
    store._opened.owner_lock.close(remove=False)


def test_answers_of_a_dead_process_are_interrupted(path: Path):
    """T01: what streamed in a dead process is interrupted at the next start, with its text, search and timing."""
    dead = open_store(path)
    (first, _) = make.begin(dead)
    dead.recorder.attempt_started(make.attempt(first))
    dead.recorder.delta(first.id, 0.5, "reasoning", "hm ")
    dead.recorder.delta(first.id, 1.0, "text", "the quick ")
    dead.recorder.delta(first.id, 1.4, "text", "brown fox")
    die(dead)

    store = open_store(path)
    (record,) = store.sessions.turns(store.sessions.list(1)[0].id)
    whole, silent = record.responses
    assert (whole.state, whole.finish_reason) == ("interrupted", "incomplete")
    assert (whole.text, whole.reasoning) == ("the quick brown fox", "hm ")
    assert list(unpack_deltas(whole.deltas)) == [(0.5, 3), (1.0, 10), (1.4, 9)]
    assert (whole.timing.first_token_s, whole.timing.first_text_s, whole.timing.end_s) == (0.5, 1.0, 1.4)
    assert whole.final_attempt == store.sessions.attempts(first.id)[0].id
    assert (silent.state, silent.text) == ("interrupted", "")
    row = store.sessions.list(1, query="brown fox")[0]
    assert row.states == {"interrupted": 2}
    assert row.cost_unknown == 1
    assert locks.owners(path) == [store._writer._saving.owner]
    store.close()


def test_living_instances_leave_each_other_alone(path: Path):
    """T01: an answer that streams in one live instance is not touched by the start of another."""
    one = open_store(path)
    (response, _) = make.begin(one)
    one.recorder.delta(response.id, 0.1, "text", "still ")
    one.flush()

    two = open_store(path)
    (record,) = two.sessions.turns(two.sessions.list(1)[0].id)
    assert {each.state for each in record.responses} == {"streaming"}
    one.recorder.delta(response.id, 0.5, "text", "here")
    one.recorder.response_ended(make.ended(response, "still here"))
    one.flush()
    two.close()
    three = open_store(path)
    (record,) = three.sessions.turns(three.sessions.list(1)[0].id)
    assert [(each.state, each.text) for each in record.responses] == [("complete", "still here"), ("streaming", "")]
    three.close()
    one.close()

    four = open_store(path)
    (record,) = four.sessions.turns(four.sessions.list(1)[0].id)
    assert [each.state for each in record.responses] == ["complete", "interrupted"]
    four.close()


def test_both_instances_see_what_both_save(path: Path):
    """D05: two instances write to one file; each lists the sessions of both, nothing is lost."""
    one, two = open_store(path), open_store(path)
    for n in range(25):
        make.answer(one, f"from the first {n}")
        make.answer(two, f"from the second {n}")
    assert len(one.sessions.list(100)) == len(two.sessions.list(100)) == 50
    assert one.lost == two.lost == ()
    one.close()
    two.close()
    store = open_store(path)
    store._writer.submit(
        lambda saving: saving.connection.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")
    ).result(5)
    assert store.sessions.turns(store.sessions.list(1)[0].id)
    store.close()
