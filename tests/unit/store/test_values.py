"""Odd values have a defined place in a column."""

import json
import math

import pytest

from tests.unit.store import builders as make
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.store import values
from workbench.store.database import Store


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        (2**70, 2**63 - 1),
        (-(2**70), -(2**63)),
        (math.nan, None),
        (math.inf, 2**63 - 1),
        (7.9, 7),
        ("7", None),
    ],
)
def test_whole_numbers(given, kept):
    """D19: whole numbers end at 64 bits; what is no number is unknown."""
    assert values.integer(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [(math.nan, None), (math.inf, None), (10**400, None), (0.1234567, 0.123457), ("1", None), (2, 2.0)],
)
def test_fractions(given, kept):
    """D19: nan and the infinities are unknown."""
    assert values.real(given) == kept


def test_text_that_utf8_cannot_hold():
    """D19: lone surrogates become U+FFFD, pairs are joined, bytes are decoded, NUL stays."""
    assert values.text("a\ud800b") == "a\ufffdb"
    assert values.text("\ud83d\ude00") == "😀"
    assert values.text(b"\xffok") == "\ufffdok"
    assert values.text("a\0b") == "a\0b"


def test_json_of_anything():
    """D19: any object becomes JSON that every reader accepts."""
    deep: list = []
    for _ in range(5000):
        deep = [deep]
    stored = values.to_json({"n": math.nan, "i": [math.inf], "b": b"\xff", 1: {2}, "s": "\ud800", "o": object})
    assert json.loads(stored)["n"] is None
    assert "\ufffd" in stored
    assert values.to_json(deep).startswith("[[")
    assert values.from_json("{broken", []) == []
    assert values.from_json("{}", []) == []
    assert values.from_json("[" * 100_000, []) == []


def test_a_row_with_odd_values_is_saved(store: Store):
    """D19: a response full of odd values is saved and comes back with the defined ones."""
    (response, _) = make.begin(store, prompt="NUL \0 and \ud800")
    odd = make.ended(
        response,
        "text \0 \udfff end",
        usage=Usage(2**70, 5),
        usage_raw={"big": 2**70, "nan": math.nan},
        cost_nano=2**70,
        timing=Timing(end_s=math.nan, first_token_s=math.inf),
        finish_raw="\ud800",
    )
    store.recorder.attempt_ended(make.attempt(response, usage=odd.usage, usage_raw=odd.usage_raw))
    store.recorder.response_ended(odd)
    assert store.flush()
    assert store.lost == ()
    (record,) = store.sessions.turns(store.sessions.list(1)[0].id)
    kept = record.responses[0]
    assert kept.text == "text \0 \ufffd end"
    assert kept.usage.input_tokens == 2**63 - 1
    assert kept.usage_raw == {"big": 2**70, "nan": None}
    assert kept.timing == Timing()
    assert record.turn.prompt == "NUL \0 and \ufffd"
    assert store.sessions.list(1, query="end")


def test_a_changed_bit_is_noticed(store: Store):
    """D22: a text that no longer matches its checksum is shown with a warning."""
    asked = make.answer(store, "the right words")
    store._writer.submit(
        lambda saving: saving.connection.execute("UPDATE response SET text = 'the wrong words'")
    ).result()
    (record,) = store.sessions.turns(asked.id)
    assert "checksum" in record.responses[0].warnings[-1]
