"""Statuses, redirects and bodies that are no streams."""

import asyncio
import gzip
import json

import pytest

from tests.support.asking import KEY, PROMPT, PROTOCOLS, ask, failure_of, provider_at
from tests.support.rude_server import Request, Wire, rude_server
from workbench.providers import guard
from workbench.providers.clients import Clients

each = pytest.mark.parametrize("protocol", PROTOCOLS)


@each
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
async def test_redirects_are_refused(protocol: str, status: str, clients: Clients) -> None:
    """H11, H12, H13: neither key nor prompt follows a redirect; the refusal names where it went."""
    for key_header in ("", "x-api-key", "api-key"):

        async def trap(_: Request, wire: Wire) -> None:
            await wire.head()

        async with rude_server(trap) as other:

            async def redirect(_: Request, wire: Wire, port: int = other.port) -> None:
                await wire.whole(status, b"", f"location: http://127.0.0.1:{port}/v1/elsewhere")

            async with rude_server(redirect) as server:
                quirks = {"key_header": key_header} if key_header else {}
                origin = f"http://127.0.0.1:{server.port}"
                error = await failure_of(provider_at(protocol, origin, clients, quirks=quirks))

                assert error.kind == "redirect"
                assert f"127.0.0.1:{other.port}" in error.message
                assert other.requests == []
                assert len(server.requests) == 1


@each
async def test_a_refused_key_is_named_by_its_source_and_never_shown(protocol: str, clients: Clients) -> None:
    """H01: a 401 names the provider and the variable; the key that the provider echoes is taken out."""

    async def refuse(_: Request, wire: Wire) -> None:
        await wire.whole("401 Unauthorized", json.dumps({"error": {"message": f"bad key {KEY}"}}).encode())

    async with rude_server(refuse) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "auth"
    assert "lab" in error.message
    assert "LAB_KEY" in error.message
    assert KEY not in repr(error)


@each
async def test_a_page_behind_a_403_is_clipped_and_cleaned(protocol: str, clients: Clients) -> None:
    """H02: an HTML error is told by its title, without tags, controls or length."""
    page = b"<html><head><title>Blocked\x1b[2J by WAF</title></head><body>" + b"x" * 100_000

    async def refuse(_: Request, wire: Wire) -> None:
        await wire.whole("403 Forbidden", page, content_type="text/html")

    async with rude_server(refuse) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "permission"
    assert "Blocked" in error.message
    assert "\x1b" not in error.message
    assert len(error.message) < 700


@each
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", 0.0),
        ("3600", 3600.0),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e400", None),
        ("abc", None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0),
    ],
)
async def test_waits_are_finite(protocol: str, value: str, expected: float | None, clients: Clients) -> None:
    """H07, H08: whatever `Retry-After` says is handed on at once, finite and not negative, and never slept here."""

    async def refuse(_: Request, wire: Wire) -> None:
        await wire.whole("429 Too Many Requests", b'{"error":{"message":"slow down"}}', f"retry-after: {value}")

    async with rude_server(refuse) as server:
        error = await asyncio.wait_for(
            failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients)), timeout=10
        )

        assert error.kind == "rate"
        assert error.retry_after_s == expected
        assert len(server.requests) == 1


@each
async def test_the_providers_wish_about_retrying_wins(protocol: str, clients: Clients) -> None:
    """H09: `x-should-retry` decides over the kind; the adapter itself never tries again."""

    async def refuse(_: Request, wire: Wire) -> None:
        await wire.whole("500 Internal Server Error", b"{}", "x-should-retry: false")

    async with rude_server(refuse) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

        assert error.retryable is False
        assert not error.worth_retrying
        assert len(server.requests) == 1


@each
async def test_an_error_in_json_under_200_is_the_error(protocol: str, clients: Clients) -> None:
    """H15: a 200 whose body is an error in JSON gives that error, whatever its label."""
    body = b'{"error": {"message": "model is warming up", "type": "overloaded_error"}}'

    for label in ("application/json", "text/event-stream", "text/plain"):

        async def answer(_: Request, wire: Wire, label: str = label) -> None:
            await wire.whole("200 OK", body, content_type=label)

        async with rude_server(answer) as server:
            error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

            assert error.kind == "overloaded", label
            assert "model is warming up" in error.message


@each
async def test_a_page_under_200_is_no_stream(protocol: str, clients: Clients) -> None:
    """H14: a captive portal's page is named as what it is, also when it calls itself a stream."""
    for label in ("text/html; charset=utf-8", "text/event-stream"):

        async def answer(_: Request, wire: Wire, label: str = label) -> None:
            await wire.whole("200 OK", b"<html><title>Log in to the WiFi</title>", content_type=label)

        async with rude_server(answer) as server:
            error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

            assert error.kind == "not_a_stream"
            assert "Log in" in error.message


@each
async def test_huge_error_bodies_are_not_read(protocol: str, clients: Clients) -> None:
    """H18: of an error body no more than a megabyte is taken, compressed or not."""
    sent = 0

    async def flood(_: Request, wire: Wire) -> None:
        nonlocal sent
        await wire.head("500 Internal Server Error", content_type="application/json")
        for _ in range(400):
            await wire.send(b"x" * (1 << 18))
            sent += 1 << 18

    async with rude_server(flood) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "server"
    assert sent < 50 << 20

    async def bomb(_: Request, wire: Wire) -> None:
        packed = gzip.compress(b'{"error":{"message":"boom"}}' + b" " * (20 << 20))
        await wire.whole("500 Internal Server Error", packed, "content-encoding: gzip")

    async with rude_server(bomb) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "server"


@each
async def test_an_error_body_that_trickles_meets_a_deadline(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H10: an error body without an end is read for its deadline; what came of it is told."""
    monkeypatch.setattr(guard, "ERROR_BODY_S", 0.2)

    async def trickle(_: Request, wire: Wire) -> None:
        await wire.head("503 Service Unavailable", content_type="text/plain")
        await wire.send(b"please wait ")
        await wire.gone.wait()

    async with rude_server(trickle) as server:
        error = await asyncio.wait_for(
            failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients)), timeout=10
        )

    assert error.kind == "overloaded"
    assert "please wait" in error.message


@each
async def test_nothing_of_the_environment_is_sent(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A06, H13: keys, organizations, headers and addresses of the environment reach no provider, keyless ones least."""
    canary = "environment-canary"
    for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.setenv(name, canary)
    for name in (
        "AZURE_OPENAI_API_KEY",
        "AZURE_OPENAI_AD_TOKEN",
        "GEMINI_API_KEY",
        "COHERE_API_KEY",
        "OPENAI_ADMIN_KEY",
    ):
        monkeypatch.setenv(name, canary)
    for name in ("OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"):
        monkeypatch.setenv(name, f"x-custom: {canary}\nauthorization: Bearer {canary}")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/v1")

    async def refuse(_: Request, wire: Wire) -> None:
        await wire.whole("400 Bad Request", b'{"error":{"message":"no"}}')

    async with rude_server(refuse) as server:
        origin = f"http://127.0.0.1:{server.port}"
        for quirks in ({}, {"azure": True, "api_version": "v"}):
            await failure_of(provider_at(protocol, origin, clients, key=None, env=None, quirks=quirks))
            await failure_of(provider_at(protocol, origin, clients, quirks=quirks))

    keyless, keyed = server.requests[0::2], server.requests[1::2]
    assert len(keyless) == len(keyed) == 2
    for request in server.requests:
        assert canary not in str(request)
        assert PROMPT in request.body.decode()
    for request in keyless:
        assert not {"authorization", "x-api-key", "api-key", "x-goog-api-key"} & request.headers.keys()
    for request in keyed:
        assert KEY in str(request.headers)


@each
async def test_headers_are_read_into_one_shape(protocol: str, clients: Clients) -> None:
    """H06: the request's id and the limits come with the head, before any text."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(
            "200 OK", "x-request-id: req-1", "x-ratelimit-limit-tokens: 100", "x-ratelimit-reset-tokens: 1s"
        )

    async with rude_server(answer) as server:
        answer_ = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert answer_.headers is not None
    assert answer_.headers.request_id == "req-1"
    assert answer_.headers.limits is not None
    assert answer_.headers.limits.tokens_limit == 100
    assert answer_.headers.limits.tokens_reset_s == 1.0
    assert answer_.error is not None
    assert answer_.error.request_id in (None, "req-1")
