"""Streams that go wrong on the way, or only look odd."""

import asyncio
import gzip
import json
import zlib

import pytest

from tests.support.asking import PROTOCOLS, REQUEST, ask, ask_timed, failure_of, provider_at
from tests.support.rude_server import Request, Wire, rude_server
from tests.wire import frames
from workbench.domain.events import BlockDelta, Finish, Headers
from workbench.providers.clients import Clients

each = pytest.mark.parametrize("protocol", PROTOCOLS)
BODIES = {
    "openai-chat": frames.CHAT,
    "openai-responses": frames.RESPONSES,
    "anthropic-messages": frames.MESSAGES,
    "gemini": frames.GEMINI,
    "cohere": frames.COHERE,
    "ollama": frames.OLLAMA,
}
LABELS = {"ollama": "application/x-ndjson"}


def label(protocol: str) -> str:
    """The content type of a protocol's streams."""
    return LABELS.get(protocol, "text/event-stream")


async def plainly(protocol: str, clients: Clients) -> str:
    """The text of the body when nothing goes wrong."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        await wire.send(BODIES[protocol])

    async with rude_server(answer) as server:
        whole = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))
    assert whole.finish is not None
    return whole.text


@each
async def test_arrivals_are_stamped_before_they_are_read(protocol: str, clients: Clients) -> None:
    """N10: the head comes first and alone, with the time of connecting; stamps never run backwards."""
    released = asyncio.Event()

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        await released.wait()
        await wire.send(BODIES[protocol])

    async with rude_server(answer) as server:
        provider = provider_at(protocol, f"http://127.0.0.1:{server.port}", clients)
        stream = provider.stream(REQUEST)
        first = await anext(stream)
        assert isinstance(first.events[0], Headers)
        assert first.connect_s is not None
        assert 0 < first.connect_s < 5
        released.set()
        stamps = [first.at_s] + [arrival.at_s async for arrival in stream]

    assert stamps == sorted(stamps)


async def test_megabytes_in_one_write(clients: Clients) -> None:
    """N11: what a server throws out at once, of which no write waits for a reader, is read whole and in order."""
    words = "".join(f"{number:07d} " for number in range(650_000))

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label("openai-chat"))
        pieces = (words[at : at + 4000] for at in range(0, len(words), 4000))
        body = "".join(f"data: {json.dumps({'choices': [{'delta': {'content': piece}}]})}\n\n" for piece in pieces)
        await wire.send(body.encode() + b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')

    async with rude_server(answer) as server:
        whole = await ask(provider_at("openai-chat", f"http://127.0.0.1:{server.port}", clients))
    assert whole.text == words
    assert whole.finish is not None


@each
async def test_comments_are_no_sign_of_life(protocol: str, clients: Clients) -> None:
    """N06: keep-alive comments and blank lines give no arrival at all."""
    quiet = asyncio.Event()

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        for _ in range(20):
            await wire.send(b"\n" if protocol == "ollama" else b": keep-alive\n\n")
            await asyncio.sleep(0)
        quiet.set()
        await wire.send(BODIES[protocol])

    async with rude_server(answer) as server:
        whole, arrivals = await ask_timed(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert whole.finish is not None
    assert all(arrival.events for arrival in arrivals)


@each
async def test_closing_early_hangs_up(protocol: str, clients: Clients) -> None:
    """N14: a stream that is closed after its first text hangs up at once and frees its connection."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        await wire.send(BODIES[protocol][: len(BODIES[protocol]) * 2 // 3])
        await wire.gone.wait()

    async with rude_server(answer) as server:
        stream = provider_at(protocol, f"http://127.0.0.1:{server.port}", clients).stream(REQUEST)
        async for arrival in stream:
            if any(isinstance(event, BlockDelta) for event in arrival.events):
                break
        await stream.aclose()  # type: ignore[attr-defined]

        async with asyncio.timeout(1):
            await server.hung_up.wait()


@each
async def test_cancelling_before_the_head_hangs_up(protocol: str, clients: Clients) -> None:
    """N04, N14: a request that is cancelled while nothing has come leaves no connection behind."""
    asked = asyncio.Event()

    async def answer(_: Request, wire: Wire) -> None:
        asked.set()
        await wire.gone.wait()

    async with rude_server(answer) as server:
        asking = asyncio.create_task(ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients)))
        await asked.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

        async with asyncio.timeout(1):
            await server.hung_up.wait()


@each
async def test_a_body_that_never_ends_after_its_finish(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S10: a server that keeps the connection open after the answer does not keep the answer open."""
    monkeypatch.setattr("workbench.providers.pump.LINGER_S", 0.1)
    monkeypatch.setattr("workbench.providers.pump.DRAIN_S", 0.1)

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        await wire.send(BODIES[protocol].removesuffix(b"data: [DONE]\n\n"))
        await wire.gone.wait()

    async with rude_server(answer) as server:
        async with asyncio.timeout(10):
            whole = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

        assert whole.finish is not None
        await server.hung_up.wait()


@each
async def test_a_reset_after_the_finish_leaves_the_answer_whole(protocol: str, clients: Clients) -> None:
    """N08: a connection that is lost once the finish reason came is a warning."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.send(
            f"HTTP/1.1 200 OK\r\ncontent-type: {label(protocol)}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )
        body = BODIES[protocol].removesuffix(b"data: [DONE]\n\n")
        await wire.send(b"%x\r\n%s\r\n" % (len(body), body))
        wire.writer.close()

    async with rude_server(answer) as server:
        whole = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert whole.finish is not None


@each
async def test_a_line_without_end_is_stopped(protocol: str, clients: Clients) -> None:
    """S11: one event of hundreds of megabytes ends in an error while memory is bounded."""
    sent = 0

    async def flood(_: Request, wire: Wire) -> None:
        nonlocal sent
        await wire.head(content_type=label(protocol))
        await wire.send(b"data: ")
        while sent < 300 << 20:
            await wire.send(b"x" * (1 << 20))
            sent += 1 << 20

    async with rude_server(flood) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "too_large"
    assert sent < 60 << 20


@each
async def test_a_response_over_the_cap_is_stopped(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H18: a stream, and what a compressed one unpacks to, is read up to the cap; its text so far stays."""
    monkeypatch.setattr("workbench.providers.pump.MAX_BODY_BYTES", 1 << 20)
    body = BODIES[protocol][: len(BODIES[protocol]) * 2 // 3]
    filler = b"\n" * (4 << 20)

    async def bomb(_: Request, wire: Wire) -> None:
        await wire.head("200 OK", "content-encoding: gzip", content_type=label(protocol))
        packer = zlib.compressobj(wbits=31)
        await wire.send(packer.compress(body) + packer.flush(zlib.Z_SYNC_FLUSH))
        await asyncio.sleep(0.05)
        await wire.send(packer.compress(filler) + packer.flush())

    async with rude_server(bomb) as server:
        whole = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert whole.error is not None
    assert whole.error.kind == "too_large"
    assert whole.content


@each
async def test_compression_in_layers_is_refused(protocol: str, clients: Clients) -> None:
    """H18: a body packed twice, which unpacks a millionfold, is not unpacked at all."""

    async def bomb(_: Request, wire: Wire) -> None:
        await wire.whole("200 OK", gzip.compress(gzip.compress(b"x")), "content-encoding: gzip, gzip")

    async with rude_server(bomb) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "parse"


@each
async def test_a_broken_compression_is_told(protocol: str, clients: Clients) -> None:
    """S02: bytes that are no gzip although they say so are an error with words."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head("200 OK", "content-encoding: gzip", content_type=label(protocol))
        await wire.send(b"this is no gzip at all")

    async with rude_server(answer) as server:
        error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert error.kind == "parse"


@each
async def test_a_huge_delta_is_whole(protocol: str, clients: Clients) -> None:
    """S12: a delta of ten megabytes arrives as it was sent."""
    big = "ab\u00e9d" * (10 << 18)
    marked = {
        "openai-chat": "Gr\u00fc\u00dfe, ",
        "openai-responses": "na\u00efve ",
        "anthropic-messages": "Zw\u00f6lf ",
        "gemini": "Gr\u00f6\u00dfe ",
        "cohere": "Gr\u00f6\u00dfe ",
        "ollama": "Gr\u00fc\u00dfe ",
    }[protocol]
    expected = (await plainly(protocol, clients)).replace(marked, big)

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head(content_type=label(protocol))
        await wire.send(BODIES[protocol].replace(marked.encode(), big.encode()))

    async with rude_server(answer) as server:
        whole = await ask(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

    assert whole.text == expected


async def test_streams_label_themselves_in_many_ways(clients: Clients) -> None:
    """S06: a stream that calls itself text, JSON or nothing is read for what it is."""
    for content_type in ("text/plain", "application/json", "application/octet-stream", "TEXT/EVENT-STREAM"):

        async def answer(_: Request, wire: Wire, content_type: str = content_type) -> None:
            await wire.head(content_type=content_type)
            await wire.send(frames.CHAT)

        async with rude_server(answer) as server:
            whole = await ask(provider_at("openai-chat", f"http://127.0.0.1:{server.port}", clients))

        assert isinstance(whole.finish, Finish), content_type


@each
async def test_a_connection_is_used_again(protocol: str, clients: Clients) -> None:
    """N15: an answer that was read to its end leaves its connection to the next request."""
    connections = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
                json.loads(await reader.readexactly(length))
                body = BODIES[protocol]
                writer.write(
                    f"HTTP/1.1 200 OK\r\ncontent-type: {label(protocol)}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
                )
                writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        provider = provider_at(protocol, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", clients)
        _, first = await ask_timed(provider)
        _, second = await ask_timed(provider)
        await clients.close()

    assert len(connections) == 1
    assert first[0].connect_s is not None
    assert second[0].connect_s is None
