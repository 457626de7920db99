"""Model lists over a real socket: where they are, with which key, in which shape."""

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.support.asking import KEY, PROTOCOLS, REQUEST, ask, provider_at
from tests.support.rude_server import Request, Wire, rude_server
from workbench.domain.conversation import Parameters
from workbench.domain.errors import ProviderError
from workbench.providers.clients import Clients

OPENAI = ("/v1/models", "authorization", {"object": "list", "data": [{"id": "m-1"}]})
LISTS: dict[str, tuple[str, str, Any]] = {
    "openai-chat": OPENAI,
    "openai-responses": OPENAI,
    "anthropic-messages": (
        "/v1/models",
        "authorization",
        {"data": [{"type": "model", "id": "m-1"}], "has_more": False},
    ),
    "gemini": ("/v1beta/models?pageSize=1000", "x-goog-api-key", {"models": [{"name": "models/m-1"}]}),
    "cohere": ("/v1/models?endpoint=chat&page_size=1000", "authorization", {"models": [{"name": "m-1"}]}),
    "ollama": ("/api/tags", "authorization", {"models": [{"name": "m-1", "model": "m-1", "size": 3}]}),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_list_is_asked_for_where_it_is(protocol: str, clients: Clients) -> None:
    """Each protocol's list has its own place and shape; the key goes along in its own header."""
    path, header, document = LISTS[protocol]

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("200 OK", json.dumps(document).encode())

    async with rude_server(answer) as server:
        models = await provider_at(protocol, f"http://127.0.0.1:{server.port}", clients).models()

    assert [model.name for model in models] == ["m-1"]
    (request,) = server.requests
    assert (request.method, request.path) == ("GET", path)
    assert request.headers[header].removeprefix("Bearer ") == KEY


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("status", "body"), [("200 OK", b"<html>"), ("200 OK", b'{"x": 1}'), ("401 No", b'{"message": "bad key"}')]
)
async def test_what_is_no_list_is_an_error(protocol: str, status: str, body: bytes, clients: Clients) -> None:
    """A page, another document or a refusal is an error, never an empty list."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole(status, body)

    async with rude_server(answer) as server:
        with pytest.raises(ProviderError):
            await provider_at(protocol, f"http://127.0.0.1:{server.port}", clients).models()


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_vendor_without_a_list_is_not_asked(protocol: str, clients: Clients) -> None:
    """A row that says that there is no list saves the request."""
    provider = provider_at(protocol, "http://127.0.0.1:9", clients, quirks={"models_path": "none"})

    assert await provider.models() == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_refused_parameter_is_repaired_by_every_adapter(protocol: str, clients: Clients) -> None:
    """What a server refuses by name is left out and tried once more, whatever the protocol."""
    refusal = b'{"error": {"message": "Unsupported parameter: \'temperature\'", "type": "invalid_request_error"}}'

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("400 Bad Request", refusal)

    request = replace(REQUEST, parameters=Parameters(temperature=0.5))
    async with rude_server(answer) as server:
        answered = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients), request)

    assert answered.error is not None
    assert answered.error.kind == "bad_request"
    nested = protocol == "ollama"  # under `options`, which no server refuses
    assert ["temperature" in request.body.decode() for request in server.requests] == (
        [True] if nested else [True, False]
    )
