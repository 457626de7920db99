"""The JSON contract's odd corners."""

import json

import pytest

from workbench.cli.json_form import dollars, dump, event_form, failure_form, response_form
from workbench.domain.conversation import Response, ToolCall
from workbench.domain.events import BlockDelta, UsageUpdate
from workbench.domain.usage import Usage


@pytest.mark.parametrize(
    ("nano", "text"),
    [(None, None), (0, "0"), (1, "0.000000001"), (123_000, "0.000123"), (2_500_000_000, "2.5"), (10**12, "1000")],
)
def test_dollars_are_exact(nano: int | None, text: str | None) -> None:
    """Nano-dollars become decimals without rounding; unknown is null."""
    assert dollars(nano) == text


@pytest.mark.parametrize(
    ("raw", "arguments"),
    [
        ('{"a": 1}', {"a": 1}),
        ("{}", {}),
        ("", {}),
        (" ", {}),
        ("[1]", "[1]"),
        ('{"a": ', '{"a": '),
        ('{"a": NaN}', '{"a": NaN}'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_arguments_that_are_no_object_stay_text(raw: str, arguments: object) -> None:
    """P07: a tool call's arguments are the object, none at all an empty one, anything else the text as it came."""
    response = Response("r", "t", "l", "lab/x", tool_calls=(ToolCall(None, "f", raw),))
    assert response_form(response, 1, [], "lab")["tool_calls"] == [{"id": None, "name": "f", "arguments": arguments}]


def test_nothing_in_it_steers_a_terminal() -> None:
    """Controls, DEL, C1, lone surrogates and bidirectional marks are escapes in the JSON text."""
    form = response_form(Response("r", "t", "l", "lab/x", text="\x1b\x7f\x9b\ud800\u202eé"), 1, [], "lab")
    text = dump(form)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text)["text"] == "\x1b\x7f\x9b\ufffd\u202eé"


def test_what_json_has_no_word_for_is_null() -> None:
    """Infinite and undefined numbers don't make the document invalid."""
    assert json.loads(dump({"a": [float("nan"), float("inf"), 1.5]})) == {"a": [None, None, 1.5]}


def test_events_are_named_after_their_class() -> None:
    """An event is its name in small letters and its fields."""
    assert event_form(BlockDelta(0, "Hel")) == {"event": "block_delta", "block": 0, "text": "Hel"}
    form = event_form(UsageUpdate(Usage(input_tokens=1), {"prompt_tokens": 1}))
    assert (form["event"], form["usage"]["input_tokens"], form["raw"]) == ("usage_update", 1, {"prompt_tokens": 1})


def test_a_failure_has_the_shape_of_a_document() -> None:
    """Whoever reads `responses` finds an empty list."""
    assert list(failure_form("config", "no")) == ["session", "turn", "responses", "error"]
