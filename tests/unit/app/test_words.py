"""The lines under an answer."""

import pytest

from workbench.app.words import notice_of, retry_words
from workbench.domain.conversation import Response, ToolCall
from workbench.domain.errors import ErrorInfo

_CUT = ErrorInfo("cut", "the connection was closed")


@pytest.mark.parametrize(
    ("changes", "words", "kind"),
    [
        ({"state": "complete"}, None, "muted"),
        ({"state": "cancelled", "text": "x" * 412}, "stopped by you after 412 characters", "muted"),
        ({"state": "cancelled", "reasoning": "x" * 41}, "stopped by you after 41 characters of reasoning", "muted"),
        ({"state": "truncated", "finish_reason": "length"}, "output limit", "warning"),
        (
            {"state": "truncated", "error": _CUT, "text": "abc"},
            "cut after 3 characters: the connection was closed",
            "error",
        ),
        (
            {"state": "failed", "error": ErrorInfo("rate", "rate limited", retry_after_s=3.0)},
            "asks to wait 3.00 s",
            "error",
        ),
        ({"state": "empty", "finish_reason": "stop", "finish_raw": "stop"}, "without any text", "warning"),
        ({"state": "refused", "refusal": "no"}, "refused by the model", "warning"),
        ({"state": "interrupted"}, "the program ended here", "warning"),
    ],
)
def test_every_end_has_plain_words(changes, words, kind):
    """How an answer ended stands under it, and what can be done about it."""
    notice, found = notice_of(Response("r", "t", "l", "sim/a", **changes))
    assert found == kind
    assert notice is None if words is None else words in notice


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("auth", "start again (`workbench doctor`"),
        ("config", "`workbench config check`"),
        ("not_found", "Ctrl+L chooses another model"),
        ("server", "r asks again"),
    ],
)
def test_advice_fits_the_error(kind, advice):
    """Asking again is the only advice where it may help; else the way to a key, the file or another model is told."""
    response = Response("r", "t", "l", "a/b", state="failed", error=ErrorInfo(kind, "no (source: A_KEY)"))
    first, second = notice_of(response)[0].splitlines()
    assert first == "no (source: A_KEY)"
    assert advice in second
    assert ("another model" in second) == (kind != "server")


def test_words_from_servers_are_cleaned():
    """C08: an error message or tool name with escapes shows them as placeholders."""
    response = Response(
        "r",
        "t",
        "l",
        "a/b",
        state="failed",
        error=ErrorInfo("server", "bad \x1b[2J"),
        tool_calls=(ToolCall(None, "\x07", "{}"),),
    )
    notice, _ = notice_of(response)
    assert "\x1b" not in notice
    assert "\x07" not in notice


def test_a_retry_counts_down():
    """A wait is told in seconds with its place among the tries."""
    assert retry_words(3.2, 2, 3) == "again in 3 s (2 of 3)"
    assert retry_words(0.42, 1, 2) == "again in 0.4 s (1 of 2)"
