"""The list, its summaries, totals, drafts and line-ups."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.store import builders as make
from workbench.domain.conversation import Lane, LineUp, Parameters
from workbench.domain.errors import StoreError
from workbench.domain.usage import Usage
from workbench.store.database import Store, open_store
from workbench.store.quick import read_lineups


def utc(**ago: float) -> str:
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def test_pages_follow_each_other(store: Store):
    """Pages by cursor give every session once, newest prompt first, pinned ones on top of the first."""
    made = [make.answer(store, f"{n}").id for n in range(25)]
    store.sessions.pin(made[3])
    pages, before = [], None
    while rows := store.sessions.list(10, before=before):
        pages.append([row.id for row in rows])
        before = rows[-1].cursor
    expected = [made[3], *(each for each in reversed(made) if each != made[3])]
    assert [each for page in pages for each in page] == expected
    assert [len(page) for page in pages] == [10, 10, 5]


def test_a_new_prompt_brings_a_session_to_the_top(store: Store):
    """The order is that of the newest prompt, not of the session's beginning."""
    first = make.answer(store, "one")
    make.answer(store, "two")
    store.recorder.turn_started(make.turn(first, seq=2), [])
    store.flush()
    assert store.sessions.list(1)[0].id == first.id


def test_archived_sessions_are_out_of_the_way(store: Store):
    """An archived session is listed only when asked for, and is still found."""
    asked = make.answer(store, "rhubarb")
    store.sessions.archive(asked.id)
    assert store.sessions.list(5) == []
    assert [row.id for row in store.sessions.list(5, archived=True)] == [asked.id]
    assert [row.archived for row in store.sessions.list(5, query="rhubarb")] == [True]
    store.sessions.archive(asked.id, False)
    assert len(store.sessions.list(5)) == 1


def test_changes_are_found_and_kept(store: Store):
    """A new title and new tags are found, the old ones are not."""
    asked = make.answer(store, "x", title="before")
    store.sessions.rename(asked.id, "afterwards \ud800")
    store.sessions.tag(asked.id, ["red", "blue"])
    session = store.sessions.session(asked.id)
    assert (session.title, session.tags) == ("afterwards \ufffd", ("red", "blue"))
    assert store.sessions.list(5, query="afterwards")
    assert store.sessions.list(5, query="blue")
    assert not store.sessions.list(5, query="before")


def test_an_unknown_session_is_an_error(store: Store):
    """Reading or changing what is not there raises, except for its turns, which are none."""
    for call in (store.sessions.session, store.sessions.row, store.sessions.pin):
        with pytest.raises(StoreError, match="no session nope"):
            call("nope")
    assert store.sessions.turns("nope") == []


def test_a_row_sums_up_its_session(store: Store):
    """Turns, responses, targets, states and cost stand in the row; unknown and estimated costs are counted apart."""
    begun = make.begin(store, targets=("sim/a", "sim/b", "sim/a", "sim/c"))
    store.recorder.response_ended(make.ended(begun[0], cost_nano=100))
    store.recorder.response_ended(make.ended(begun[1], cost_nano=50, cost_estimated=True))
    store.recorder.response_ended(make.ended(begun[2], cost_nano=None))
    store.recorder.response_ended(make.ended(begun[3], "", state="failed", cost_nano=None))
    store.flush()
    (row,) = store.sessions.list(1)
    assert (row.turns, row.responses, row.targets) == (1, 4, ("sim/a", "sim/b", "sim/c"))
    assert row.states == {"complete": 3, "failed": 1}
    assert (row.cost_nano, row.cost_unknown, row.cost_estimated_nano) == (150, 1, 50)
    totals = store.totals(session=row.id)
    assert (totals.cost_nano, totals.unknown, totals.estimated_nano, totals.estimated) == (150, 1, 50, True)


def test_the_day_counts_what_was_spent_in_it(store: Store):
    """A day is a span of UTC given by the caller; demo sessions and simulated answers don't count."""
    (first, second) = make.begin(store)
    store.recorder.response_ended(make.ended(first, cost_nano=100))
    store.recorder.response_ended(make.ended(second, cost_nano=7, simulated=True))
    demo = make.session(kind="demo")
    turn = make.turn(demo)
    (played,) = make.responses(turn, make.lanes("sim/a"))
    store.recorder.session_saved(demo, make.lanes("sim/a"))
    store.recorder.turn_started(turn, [played])
    store.recorder.response_ended(make.ended(played, cost_nano=1000))
    store.flush()
    assert store.totals(utc(hours=1)).cost_nano == 100
    assert store.totals(utc(hours=-1)).cost_nano == 0
    assert store.sessions.totals(utc(days=2), day_end_utc=utc(days=1)).cost_nano == 0


def test_history_tells_how_long_answers_are(store: Store):
    """Percentiles of output tokens come from complete answers of the target, and none from too few."""
    begun = make.begin(store, targets=["sim/a"] * 11)
    for n, response in enumerate(begun[:2]):
        store.recorder.response_ended(make.ended(response, "x" * 40, usage=Usage(1, n)))
    store.flush()
    assert store.sessions.output_lengths("sim/a") is None
    for n, response in enumerate(begun[2:], 2):
        store.recorder.response_ended(make.ended(response, "x" * 40, usage=Usage(1, n * 2)))
    store.flush()
    assert store.sessions.output_lengths("sim/a") == (1, 10, 18)
    assert store.sessions.output_lengths("sim/b") is None
    assert store.sessions.characters_per_token("sim/a") == pytest.approx(400 / 109)
    assert store.sessions.characters_per_token("sim/b") is None


def test_a_draft_survives(path):
    """U08: what was typed is there at the next start, until it is forgotten."""
    store = open_store(path)
    assert store.drafts.load("") is None
    store.drafts.save("", "half a promp\ud83d")
    store.close()
    store = open_store(path)
    assert store.drafts.load("") == "half a promp\ufffd"
    store.drafts.save("", "")
    assert store.drafts.load("") is None
    store.close()


def test_line_ups_are_kept_by_name(store: Store):
    """A line-up comes back as it was saved, until it is forgotten."""
    lanes = (
        Lane("a", 0, "sim/a", "x", "Be brief.", Parameters(5, stop=("a",))),
        Lane("b", 1, "route:code", enabled=False),
    )
    store.lineups.save(LineUp("daily", lanes))
    store.lineups.save(LineUp("other", ()))
    kept = read_lineups(store.path)
    assert set(kept) == {"daily", "other"}
    assert kept["daily"] == LineUp("daily", lanes)
    store.lineups.delete("daily")
    assert list(read_lineups(store.path)) == ["other"]
