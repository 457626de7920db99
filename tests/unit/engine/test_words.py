"""Sentences for people."""

import pytest

from workbench.domain.conversation import Response
from workbench.domain.errors import ERROR_KINDS, ErrorInfo
from workbench.domain.usage import Usage
from workbench.engine.words import SHORT, deadline_sentence, queued_sentence, retry_sentence, seconds, state_sentence


def response(state, **named):
    return Response("r", "t", "a", "p/m", state=state, **named)


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (response("complete", text="x"), None),
        (response("cancelled", text="x" * 1412), "stopped by you after 1,412 characters"),
        (response("cancelled"), "stopped by you before an answer came"),
        (response("cancelled", reasoning="hm"), "stopped by you while it was reasoning"),
        (
            response("truncated", text="x" * 12, error=ErrorInfo("cut", "connection lost")),
            "connection lost (after 12 characters)",
        ),
        (
            response("truncated", text="x", finish_reason="length", usage=Usage(1, 4096)),
            "cut at the output limit after 4,096 tokens; continue, or raise the maximum output",
        ),
        (
            response("truncated", text="x", finish_reason="length", usage=Usage(1, 40, source="estimated")),
            "cut at the output limit after ~40 tokens; continue, or raise the maximum output",
        ),
        (
            response("truncated", text="xy", finish_reason="paused"),
            "the provider paused the turn after 2 characters; continue to go on",
        ),
        (response("refused", text="no"), "the model declined to answer"),
        (
            response("filtered", text="abc"),
            "stopped by the provider's content filter after 3 characters; rephrase the prompt",
        ),
        (response("empty"), "empty answer: the model finished without a word; retry or rephrase"),
        (response("empty", reasoning="hm"), "no answer: the model reasoned and then finished without a word; retry"),
        (response("failed", error=ErrorInfo("auth", "key rejected: set A_KEY")), "key rejected: set A_KEY"),
    ],
)
def test_every_end_is_one_sentence(found, sentence):
    """P02 P03 P04 P05: what happened and what to do, in one sentence under the answer."""
    assert state_sentence(found) == sentence


def test_a_wait_counts_tries():
    """H06: the wait and the try it leads to are told."""
    assert retry_sentence(ErrorInfo("rate", "x"), 2.2, 1, 2) == "rate limited, trying again in 3 s (2 of 3)"


def test_every_kind_of_error_has_words():
    """No kind of error is without a few words for rails and lists."""
    assert set(SHORT) == set(ERROR_KINDS)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.26, "0.3 s"), (1.0, "1 s"), (2.01, "2 s"), (59.5, "60 s"), (600, "10 min"), (1e999, "a while")],
)
def test_waits_never_read_as_nothing(value, text):
    """Waits are whole seconds, rounded up, and never 0 s."""
    assert seconds(value) == text


def test_deadlines_say_who_and_how_long():
    """N04 N05: a deadline names the provider, the time and the way out."""
    assert deadline_sentence("stall", 60, "acme") == "acme fell silent: nothing came for 60 s; continue or retry"
    assert "acme sent no answer within 2 min" in deadline_sentence("first_token_timeout", 120, "acme")
    assert "total_s" in deadline_sentence("total_timeout", 5, "acme")
    assert queued_sentence(1) != queued_sentence(3)
