import json
from dataclasses import replace

import pytest

from workbench.simulator.asked import Asked, Said, Tool
from workbench.simulator.catalog import SIM_MODELS
from workbench.simulator.compose import compose, first_words, written
from workbench.simulator.faults import Faults

STEADY = SIM_MODELS["steady"]
ASKED = Asked("steady", (Said("user", "Sort a list"),))


def text_of(reply, kind="text"):
    return "".join(piece.text for piece in reply.pieces if piece.kind == kind)


def test_models_answer_differently():
    """Side by side, the same prompt gets another answer from every voice."""
    names = ("swift", "steady", "thinker", "sage", "coder", "polyglot", "rambler", "terse")
    assert len({text_of(compose(SIM_MODELS[name], ASKED, Faults())) for name in names}) == len(names)


def test_ids_are_made_from_the_request():
    """The same request has the same identity, another prompt or model another one."""
    same = {compose(STEADY, ASKED, Faults()).identity for _ in range(3)}
    assert len(same) == 1
    assert compose(SIM_MODELS["coder"], ASKED, Faults()).identity not in same
    assert compose(STEADY, replace(ASKED, messages=(Said("user", "Other"),)), Faults()).identity not in same


@pytest.mark.parametrize("length", [10, 26, 200])
def test_a_cut_answer_goes_on_where_it_stopped(length):
    """Asked to continue, or given the beginning as the last message, a model says the rest."""
    full, _ = written(STEADY, ASKED.messages)
    partial = full[:length]
    history = (*ASKED.messages, Said("assistant", partial))
    asked = replace(ASKED, messages=(*history, Said("user", "Continue exactly where you stopped.")))
    assert partial + text_of(compose(STEADY, asked, Faults())) == full
    assert partial + text_of(compose(STEADY, replace(ASKED, messages=history), Faults())) == full


def test_the_fallback_quotes_the_prompt():
    """A prompt that nobody wrote an answer for is answered about its own first words."""
    asked = replace(ASKED, messages=(Said("user", "How do {words} moss gardens survive winter in Kyoto these days?"),))
    assert "“How do {words} moss gardens survive winter in …”" in text_of(compose(STEADY, asked, Faults()))


@pytest.mark.parametrize(("prompt", "shown"), [("", ""), ("a\nb", "a b"), ("x" * 200, "x" * 80 + " …")])
def test_first_words_are_one_short_line(prompt, shown):
    """Line breaks become blanks and long words are cut."""
    assert first_words(prompt) == shown


def test_attachments_and_tool_results_are_acknowledged():
    """What was sent along, and what a tool answered, is in the answer."""
    asked = replace(ASKED, messages=(Said("user", "Sort", 2), Said("assistant", ""), Said("tool", "42\n43")))
    text = text_of(compose(SIM_MODELS["toolsmith"], asked, Faults(tool=True)))
    assert "2 attachments" in text
    assert "> 42\n> 43" in text


def test_a_schema_is_satisfied():
    """Where a schema is asked for, the answer is JSON that has its form."""
    schema = {"type": "object", "properties": {"verdict": {"enum": ["yes", "no"]}, "score": {"type": "number"}}}
    assert json.loads(text_of(compose(STEADY, replace(ASKED, schema=schema), Faults()))) == {
        "verdict": "yes",
        "score": 1,
    }


def test_tools_are_called_only_when_allowed():
    """A tool caller calls the offered tool, one of its own when none is offered, and none when it may not."""
    tool = Tool("lookup", {"type": "object", "properties": {"q": {"type": "string"}}})
    offered = compose(STEADY, replace(ASKED, tools=(tool,)), Faults(tool=True))
    assert {piece.call.name for piece in offered.pieces if piece.call} == {"lookup"}
    assert compose(STEADY, ASKED, Faults(tool=True)).finish == "tool_calls"
    assert compose(STEADY, replace(ASKED, tools_off=True), Faults(tool=True)).finish == "stop"


def test_limits_end_an_answer():
    """The smallest of the request's, the model's and the fault's limit holds."""
    assert compose(STEADY, replace(ASKED, max_tokens=10), Faults()).finish == "length"
    assert len(list(compose(STEADY, replace(ASKED, max_tokens=10), Faults(length=5)).pieces)) == 5
    assert len(list(compose(SIM_MODELS["clipped"], ASKED, Faults()).pieces)) == 96
    assert len(list(compose(STEADY, ASKED, Faults(tokens=20_000)).pieces)) == 20_000


def test_a_long_conversation_is_partly_cached():
    """Whole steps of what came before the last message count as cached, for models that cache."""
    messages = (Said("user", "Sort " * 200), Said("assistant", "x" * 400), Said("user", "And?"))
    asked = replace(ASKED, messages=messages)
    reply = compose(STEADY, asked, Faults())
    assert 0 < reply.cached_tokens < reply.input_tokens
    assert reply.cached_tokens % 64 == 0
    assert compose(SIM_MODELS["hearth"], asked, Faults()).cached_tokens == 0
