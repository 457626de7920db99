"""Errors in every vendor's shape become one kind and one clean sentence."""

import json
from typing import Any

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.domain.errors import ErrorInfo
from workbench.providers.errors import Caller, caller_of, connection_error, host_of, status_error, stream_error

KEY = "sk-proj-0123456789abcdefghijkl"
CALLER = Caller("lab", "api.lab:443", "LAB_KEY", KEY)


def told(status: int, body: Any, **headers: str) -> ErrorInfo:
    """The error of a response."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return status_error(
        status, {name.replace("_", "-"): value for name, value in headers.items()}, content, CALLER
    ).info


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (400, {"error": {"message": "bad value", "type": "invalid_request_error"}}, "bad_request", "bad value"),
        (422, {"detail": [{"loc": ["body", "x"], "msg": "field required"}]}, "bad_request", "x: field required"),
        (422, {"message": {"detail": [{"msg": "too hot"}]}, "object": "error"}, "bad_request", "too hot"),
        (400, {"detail": "no such thing"}, "bad_request", "no such thing"),
        (400, {"error": "plain words"}, "bad_request", "plain words"),
        (
            400,
            [{"error": {"code": 400, "message": "in a list", "status": "INVALID_ARGUMENT"}}],
            "bad_request",
            "in a list",
        ),
        (400, {"code": "Some requested entity was not found", "error": "xai says"}, "bad_request", "xai says"),
        (400, {"errors": ["one", "two"]}, "bad_request", "one; two"),
        (422, {"error": ["`top_p` is too high"], "warnings": []}, "bad_request", "`top_p` is too high"),
        (400, b'data: {"error":{"message":"framed"}}\n\n', "bad_request", "framed"),
        (401, {"message": "Unauthorized"}, "auth", "Unauthorized"),
        (400, {"error": {"message": "API key not valid. Please pass a valid API key."}}, "auth", "API key not valid"),
        (400, {"error": "Incorrect API key provided: xa***"}, "auth", "Incorrect API key"),
        (402, {"error": {"message": "Insufficient Balance"}}, "billing", "Insufficient Balance"),
        (
            429,
            {"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}},
            "billing",
            "quota",
        ),
        (
            400,
            {"error": {"message": "Your credit balance is too low", "type": "invalid_request_error"}},
            "billing",
            "credit",
        ),
        (403, {"error": {"message": "not yours", "status": "PERMISSION_DENIED"}}, "permission", "not yours"),
        (429, {"error": {"message": "slow", "status": "RESOURCE_EXHAUSTED"}}, "rate", "slow"),
        (529, {"error": {"type": "overloaded_error", "message": "Overloaded"}}, "overloaded", "Overloaded"),
        (503, {"error": {"message": "try later", "type": "server_error"}}, "overloaded", "try later"),
        (500, {"error": {"message": "oops", "type": "api_error"}}, "server", "oops"),
        (520, b"<html><head><title>520: unknown error</title>", "server", "520: unknown error"),
        (502, b"", "server", "HTTP 502 from api.lab:443"),
        (400, {"error": {"message": "This model's maximum context length is 4096 tokens"}}, "context_length", "4096"),
        (400, {"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}, "context_length", "9 tokens > 8"),
        (400, {"error": {"message": "The input token count (9) exceeds the maximum"}}, "context_length", "(9)"),
        (400, {"error": {"code": "context_length_exceeded", "message": "x"}}, "context_length", "x"),
        (413, {"error": {"message": "big"}}, "too_large", "big"),
        (
            400,
            {"error": {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}},
            "filtered",
            "",
        ),
        (
            404,
            {"error": {"message": "The model `x` does not exist", "code": "model_not_found"}},
            "not_found",
            "does not",
        ),
        (400, {"error": {"message": "foo/bar is not a valid model ID"}}, "not_found", "foo/bar"),
        (
            404,
            {"error": {"message": "The model `x` has been deprecated", "code": "model_not_found"}},
            "retired",
            "deprec",
        ),
        (
            400,
            {"error": {"message": "The model has been decommissioned", "code": "model_decommissioned"}},
            "retired",
            "",
        ),
        (404, {"message": "model 'command-r' was removed on September 15, 2025"}, "retired", "was removed"),
        (400, {"error": {"message": "anthropic-version: 1999-01-01 is not a valid version"}}, "retired", "1999"),
        (410, {"error": {"message": "Gone"}}, "retired", "Gone"),
        (400, {"error": {"message": "parameter max_tokens is deprecated for this model"}}, "bad_request", "max_tokens"),
        (498, {"error": {"message": "flex tier capacity exceeded"}}, "overloaded", "flex"),
    ],
)
def test_bodies_of_vendors(status: int, body: Any, kind: str, words: str) -> None:
    """H01-H05, H10: the kind is found and the provider's own words are in the message."""
    error = told(status, body)

    assert error.kind == kind
    assert words in error.message
    assert error.message.strip()
    assert error.status == status


def test_what_a_gateway_passes_on() -> None:
    """OpenRouter's upstream words are told beside its own."""
    body = {"error": {"code": 429, "message": "Provider returned error", "metadata": {"raw": "upstream is busy"}}}

    assert told(429, body).message == "Provider returned error: upstream is busy"
    assert stream_error(body["error"]).info.message == "Provider returned error: upstream is busy"


def test_advice() -> None:
    """H01, H03: what can be done stands behind the provider's words."""
    assert told(401, {"error": {"message": "no"}}).message == "no (key rejected for lab, source: LAB_KEY)"
    assert "`workbench models`" in told(404, {"error": {"message": "no model"}}).message


def test_ids_codes_and_waits() -> None:
    """The request's id, the provider's code, Google's wait in the body and the wish about retrying are kept."""
    body = {"error": {"status": "RESOURCE_EXHAUSTED", "message": "m", "details": [{"retryDelay": "30s"}]}}
    error = told(429, body, x_request_id="r-1", x_should_retry="true")

    assert (error.request_id, error.provider_code, error.retry_after_s, error.retryable) == (
        "r-1",
        "RESOURCE_EXHAUSTED",
        30.0,
        True,
    )


@pytest.mark.parametrize("form", [KEY, "sk-proj-another0123456789abcdef", "AIza" + "x" * 35])
def test_keys_are_taken_out(form: str) -> None:
    """H01: neither our key nor one that looks like a key stands in a message."""
    assert form not in told(401, {"error": {"message": f"wrong: {form}."}}).message
    assert KEY not in repr(CALLER)


def test_long_and_dirty_texts() -> None:
    """H02: a message is one line, clipped, with nothing in it that a terminal would obey."""
    message = told(400, {"error": {"message": "a\nb\x1b]0;title\x07" + "x" * 5000}}).message

    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) <= 500


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ("boom", "server"),
        ({"message": "boom"}, "server"),
        ({"type": "overloaded_error", "message": "boom"}, "overloaded"),
        ({"code": 429, "message": "boom"}, "rate"),
        ({"code": "429", "message": "boom"}, "rate"),
        (
            {"type": "invalid_request_error", "code": "tool_use_failed", "status_code": 400, "message": "boom"},
            "bad_request",
        ),
        ({"code": "context_length_exceeded", "message": "boom"}, "context_length"),
        ({"message": None}, "server"),
        ([], "server"),
        (7, "server"),
    ],
)
def test_events_inside_a_200(payload: Any, kind: str) -> None:
    """S08: an error event is classified by its own words, because the status was 200."""
    error = stream_error(payload).info

    assert error.kind == kind
    assert error.message.strip()


def test_blank_exceptions_get_words() -> None:
    """N08: an exception without a text becomes a sentence that names the server."""

    class ReadError(Exception):
        pass

    lost = connection_error(ReadError(), CALLER, "content").info
    assert lost.kind == "cut"
    assert "api.lab:443" in lost.message
    assert connection_error(TimeoutError(), CALLER, "content").info.kind == "stall"


def test_the_reason_of_a_lost_connection_is_the_network_s() -> None:
    """N08: a look-up that failed inside of a library before the reset is not given as its reason."""
    reset = ConnectionResetError(104, "Connection reset by peer")
    reset.__context__ = IndexError("pop from an empty deque")
    info = connection_error(reset, CALLER, "content").info
    assert "reset by peer" in info.message
    assert "deque" not in info.message


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.lab/v1", "api.lab:443"),
        ("http://user:secret@h:8000/v1", "h:8000"),
        ("http://[::1]:99", "[::1]:99"),
        ("http://h:99999", "an unreadable address"),
    ],
)
def test_addresses_hold_no_credentials(url: str, host: str) -> None:
    """A08: what a message says about an address is its host and port."""
    assert host_of(url) == host


def test_a_caller_knows_where_its_key_is_from() -> None:
    """A key that a command printed is named by the command's option, never by its text."""
    config = ProviderConfig("lab", "openai-chat", "https://api.lab/v1", key_command="pass show lab")

    assert caller_of(config, KEY).key_source == "key_command"
