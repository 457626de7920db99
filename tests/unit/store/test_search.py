"""Words are found newest first, whatever is typed, without reading what is not shown."""

import random
import threading
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.store import builders as make
from workbench.store import query, search
from workbench.store.database import Store


def titles(store: Store, typed: str) -> list[str]:
    return [row.title for row in store.sessions.list(50, query=typed)]


@pytest.fixture
def library(store: Store) -> Store:
    for title, prompt, answer in (
        ("one", "how do I sort in C++?", "Use std::sort with a comparator."),
        ("two", "wie heißt die Straße?", "Die Übergröße der Straße ist égal."),
        ("three", "排序算法在哪里", "快速排序 is quick sort; 100% sure"),
        ("four", "emoji 🎉 please", "snake_case and kebab-case, a_b"),
        ("five", "the quick brown fox", "the internationalization of internal interns"),
    ):
        make.answer(store, answer, prompt=prompt, title=title)
    return store


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("sort", ["three", "one"]),
        ("SORT", ["three", "one"]),
        ("so", ["three", "one"]),
        ("sort ", ["three", "one"]),
        ("so ", []),
        ("compar", ["one"]),
        ("comparable", []),
        ("ubergröße", ["two"]),
        ("strasse", []),
        ("straße", ["two"]),
        ("egal", ["two"]),
        ("算法", ["three"]),
        ("排序", ["three"]),
        ("快速 quick", ["three"]),
        ("速快", []),
        ("🎉", ["four"]),
        ("snake_case", ["four"]),
        ("a_b", ["four"]),
        ('"quick brown"', ["five"]),
        ('"brown quick"', []),
        ('"quick sort"', ["three"]),
        ("internat", ["five"]),
        ("international interns", []),
        ("internationalization intern", ["five"]),
        ("five", ["five"]),
        ("C++", ["one"]),
        ("100%", ["three"]),
        ("%", ["three"]),
        ("_", ["four"]),
        ("sort AND", []),
        ("nothing like this", []),
    ],
)
def test_what_is_found(library: Store, typed: str, found: list[str]):
    """Words and beginnings of words, phrases, scripts without spaces and signs; D17: `%` and `_` mean themselves."""
    assert titles(library, typed) == found


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        "'",
        '""',
        "foo AND",
        "NOT",
        "OR",
        "a-b",
        "C++",
        "*",
        "^x",
        "sort*",
        "NEAR(",
        "NEAR(a b, 2)",
        "col:x",
        "title:one",
        "{a b}:c",
        "\0",
        "a\0b",
        " ",
        "",
        "\n\t",
        str(uuid.UUID(int=7)),
        "x" * 100_000,
        "word " * 20_000,
        "🎉" * 1000,
        "\ud800",
        "-- ; DROP TABLE session",
        "\\",
        "٣٤",
        "é́́",
        "ªº²",
        "\u200b",
    ],
)
def test_no_text_makes_the_search_fail(library: Store, typed: str):
    """D16: anything may be typed; there are results or none."""
    assert isinstance(titles(library, typed), list)
    assert len(titles(library, "")) == 5


@settings(max_examples=300, deadline=None)
@given(typed=st.text(max_size=40))
def test_any_text_can_be_taken_apart(typed: str):
    """D16: no text makes the parser fail or leaves a quote in the index's query."""
    parsed = query.parse(typed)
    expression = parsed.expression()
    assert expression.replace('"*', '"').count('"') == 2 * (len(parsed.words) + bool(parsed.prefix))
    assert parsed.is_blank == (not typed.replace("\0", " ").strip())


VOCABULARY = [a + b for a in ("int", "inter", "con", "s", "über") for b in ("", "e", "ern", "national", "x1")]


def test_results_equal_those_of_reading_everything(store: Store):
    """Sampling, prefix lists and the index give what a reading of every text would, newest first, page by page."""
    chance = random.Random(11)
    texts: list[tuple[str, str]] = []
    for n in range(400):
        count = chance.randint(1, 6) if n % 3 else 1
        text = " ".join(chance.choices(VOCABULARY, range(len(VOCABULARY), 0, -1), k=count))
        asked = make.answer(store, text, prompt="-", title="-")
        texts.append((asked.id, query.fold(text)))
    for _ in range(60):
        typed = chance.choice(VOCABULARY)
        typed = typed[: chance.randint(1, len(typed))]
        whole = chance.choice(["", chance.choice(VOCABULARY) + " "])
        expected = [
            session
            for session, text in reversed(texts)
            if any(word.startswith(query.fold(typed)) for word in text.split())
            and (not whole or query.fold(whole.strip()) in text.split())
        ]
        found: list[str] = []
        before = None
        while rows := store.sessions.list(40, before=before, query=whole + typed):
            found += [row.id for row in rows]
            before = rows[-1].cursor
        assert found == expected, (whole, typed)


def test_a_snippet_shows_the_match(store: Store):
    """A result carries the text around its newest match."""
    make.answer(store, "x" * 500 + " needle " + "y" * 500)
    (row,) = store.sessions.list(5, query="needle")
    assert " needle " in row.snippet
    assert len(row.snippet) < 120


def test_a_running_answer_is_not_found_until_it_ends(store: Store):
    """The words of an answer enter the index when it ends."""
    (response, _) = make.begin(store)
    store.recorder.delta(response.id, 0.0, "text", "walrus")
    store.flush()
    assert titles(store, "walrus") == []
    store.recorder.response_ended(make.ended(response, "walrus"))
    store.flush()
    assert titles(store, "walrus") == ["a title"]


def test_a_scan_stops_when_it_is_cancelled(library: Store):
    """A search that nobody waits for any more ends at the next slice."""
    asked = iter([False, True])
    assert library.sessions.list(5, query="排序", cancelled=lambda: next(asked, True)) == []


def test_searching_while_closing_ends(library: Store):
    """A search in another thread does not keep the store from closing."""
    begun = threading.Event()

    def slow() -> bool:
        begun.set()
        return False

    thread = threading.Thread(target=lambda: library.sessions.list(5, query="zzz", cancelled=slow))
    thread.start()
    begun.wait(5)
    assert library.close()
    thread.join(5)
    assert not thread.is_alive()


PLANS = {
    search.MATCH: ("word", 9),
    search.SLICE: (0, 9),
    search.SLICE_WITH: (0, 9, "x"),
    "SELECT id FROM session INDEXED BY session_by_activity WHERE archived = 0 AND last_key < 9"
    " AND (pinned = 0 OR archived = 1) ORDER BY last_key DESC LIMIT 5": (),
    "SELECT id FROM session INDEXED BY session_pinned WHERE pinned = 1 AND archived = 0"
    " ORDER BY last_key DESC LIMIT 5": (),
    "SELECT * FROM response WHERE turn = 'x'": (),
    "SELECT * FROM attempt WHERE response = 'x' ORDER BY n": (),
    "SELECT state, output_tokens FROM response WHERE target = 'x' ORDER BY key DESC LIMIT 5": (),
    "SELECT sum(cost_nano) FROM spend WHERE quarter >= 1 AND quarter < 9": (),
    "SELECT DISTINCT owner FROM response WHERE state = 'streaming'": (),
    "DELETE FROM delta WHERE response = 1": (),
    "SELECT * FROM turn WHERE session = 'x' ORDER BY seq, key": (),
}


@pytest.mark.parametrize("statement", PLANS)
def test_no_query_reads_whole_tables(library: Store, statement: str):
    """D20: every query of the hot paths finds its rows by an index; none scans responses, turns or sessions."""
    connection = library.sessions._readers.connection()
    plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", PLANS[statement])]
    for step in plan:
        scans = step.startswith("SCAN") and "VIRTUAL TABLE" not in step
        assert not scans or any(partial in step for partial in ("response_streaming", "session_pinned")), plan
