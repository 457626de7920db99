"""Every fault that can be asked of the simulator happens as its help says."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from tests.support.plain_http import ask, exchange
from tests.support.plain_parsers import PARSERS, request_for
from workbench.simulator.asked import Said
from workbench.simulator.catalog import SIM_MODELS
from workbench.simulator.compose import written
from workbench.simulator.server import SimulatorServer

PROMPT = "Sort a list"
EVERY = pytest.mark.parametrize("protocol", PARSERS)


@pytest.fixture
async def server() -> AsyncIterator[SimulatorServer]:
    server = SimulatorServer()
    await server.start()
    yield server
    await server.close()


@pytest.fixture
def port(server) -> int:
    return server.port


def answer_of(model: str = "steady") -> str:
    return written(SIM_MODELS[model], [Said("user", PROMPT)])[0]


async def asked(port: int, faults: str, protocol: str = "openai-chat", **headers):
    path, body = request_for(protocol, f"steady@tps=0{faults}", PROMPT)
    return await ask(port, path, body, {name.replace("_", "-"): value for name, value in headers.items()})


@EVERY
async def test_a_refusal_counts_down_and_then_answers(port, protocol):
    """H06: 429 twice with Retry-After, then the answer; another prompt is refused anew."""
    got = [await asked(port, "@429=2:1", protocol) for _ in range(3)]
    assert [answered.status for answered in got] == [429, 429, 200]
    assert [answered.headers.get("retry-after") for answered in got] == ["1", "1", None]
    path, body = request_for(protocol, "steady@tps=0@429=2:1", "Another prompt")
    assert (await ask(port, path, body)).status == 429


@EVERY
@pytest.mark.parametrize("status", [400, 401, 403, 413, 500, 503, 529])
async def test_statuses_come_with_the_protocol_s_error(port, protocol, status):
    """H01, H05, H10: an error body has a message where this protocol puts it."""
    answered = await asked(port, f"@{status}", protocol)
    assert answered.status == status
    found = answered.json
    message = found.get("message") or (found["error"] if protocol == "ollama" else found["error"]["message"])
    assert message


@pytest.mark.parametrize("value", ["3600", "inf", "-5", "abc", "Fri, 01 Jan 2099 00:00:00 GMT"])
async def test_retry_after_may_be_nonsense(port, value):
    """H07, H08: whatever Retry-After was asked for is sent as it is."""
    assert (await asked(port, "", x_simulate=f"429=1:{value}")).headers["retry-after"] == value


@EVERY
@pytest.mark.parametrize(("fault", "ending"), [("cut", "whole"), ("close", "dropped")])
async def test_breaks_after_tokens_keep_what_came(port, protocol, fault, ending):
    """N07, N09: a body that is cut or a connection that closes in the middle delivers the text before it."""
    answered = await asked(port, f"@{fault}=12", protocol)
    got = PARSERS[protocol](answered.text)
    assert answered.ending == ending
    assert not got.done
    assert answer_of().startswith(got.text)
    assert protocol == "gemini" or 12 < len(got.text) < 200


async def test_a_reset_is_a_reset(port):
    """N08: @rst ends the connection with a reset, not with an orderly end."""
    assert (await asked(port, "@rst=12")).ending in ("reset", "dropped")


async def test_a_break_at_a_byte_is_exact(port):
    """@cut=Nb ends the body after exactly N bytes, in the middle of a frame too."""
    assert len((await asked(port, "@cut=700b")).body) == 700


async def test_a_break_beyond_the_answer_comes_before_the_finish(port):
    """A break after more tokens than there are still leaves the finish marker out."""
    got = PARSERS["openai-chat"]((await asked(port, "@close=99999")).text)
    assert (got.text, got.finish) == (answer_of(), None)


@EVERY
async def test_a_provider_s_error_in_the_middle(port, protocol):
    """S08: the provider's own error frame follows the text, and no finish does."""
    got = PARSERS[protocol]((await asked(port, "@error=12", protocol)).text)
    assert got.error
    assert answer_of().startswith(got.text)
    assert got.finish in (None, "ERROR")


async def test_a_stall_can_end(port):
    """N05: after @stall=N:S nothing comes for S seconds, and then the rest does."""
    clock = asyncio.get_running_loop().time
    started = clock()
    got = PARSERS["openai-chat"]((await asked(port, "@stall=5:0.3")).text)
    assert clock() - started >= 0.3
    assert got.text == answer_of()


async def test_a_stall_sends_nothing_but_comments(port):
    """N06: with @keepalive, silence holds comments only."""
    path, body = request_for("openai-chat", "steady@tps=0@stall=3@keepalive=0.02", PROMPT)
    async with exchange(port, path, body) as sent:
        await sent.head()
        async for _ in sent.chunks():
            if sent.answered.body.count(b": keep-alive") > 10:
                break
    assert PARSERS["openai-chat"](sent.answered.text).deltas == 4


async def test_a_client_that_leaves_is_noticed(port):
    """N14: when the client hangs up in a stall, the server stops and says so."""
    path, body = request_for("anthropic-messages", "staller@tps=0", PROMPT)
    async with exchange(port, path, body) as sent:
        await sent.head()
        async for _ in sent.chunks():
            if sent.answered.body.count(b"text_delta") == 45:
                break
    async with asyncio.timeout(10):
        while not (entry := (await ask(port, "/__log")).json[0])["hung_up"]:
            pass
    assert (entry["model"], entry["tokens_sent"], entry["finished"]) == ("staller@tps=0", 45, False)
    assert entry["hung_up_after_s"] < 10


async def test_the_log_knows_no_credentials(port):
    """Keys, tokens and cookies are in the log as present, never in words."""
    await asked(port, "", authorization="Bearer sk-secret", x_api_key="sk-secret", cookie="sk-secret")
    text = (await ask(port, "/__log")).text
    assert "sk-secret" not in text
    assert text.count("<present>") == 3


async def test_other_hosts_are_not_served(port):
    """A web page whose name points at the loopback address reads nothing."""
    assert (await ask(port, "/__log", headers={"host": "evil.example"})).status == 403


async def test_gzip_comes_in_pieces(port):
    """Each write is flushed, so that every chunk can be read as soon as it is there."""
    path, body = request_for("openai-chat", "steady@tps=2000@gzip", PROMPT)
    unpack = zlib.decompressobj(31)
    read = ""
    async with asyncio.timeout(10), exchange(port, path, body) as sent:
        assert (await sent.head()).headers["content-encoding"] == "gzip"
        async for chunk in sent.chunks():
            part = unpack.decompress(chunk).decode()
            assert part.endswith("\n\n") or not part
            read += part
    assert PARSERS["openai-chat"](read).text == answer_of()
    assert len(sent.answered.chunks) > 50
    assert unpack.eof


async def test_gzip_can_be_cut(port):
    """What came before a cut can be unpacked, though the stream has no end."""
    got = PARSERS["openai-chat"]((await asked(port, "@gzip@cut=10")).text)
    assert got.text
    assert answer_of().startswith(got.text)


@EVERY
async def test_line_ends_and_comments_change_nothing(port, protocol):
    """S04, S06: CRLF and comments carry the same answer."""
    answered = await asked(port, "@crlf@keepalive", protocol)
    assert b"\r\n" in answered.body
    assert PARSERS[protocol](answered.text).text == answer_of()


async def test_all_in_one_write(port):
    """@once sends the whole body as one chunk."""
    answered = await asked(port, "@once")
    assert len(answered.chunks) == 1
    assert PARSERS["openai-chat"](answered.text).text == answer_of()


@EVERY
async def test_garbage_is_one_frame(port, protocol):
    """S03: the frame that is no JSON stands alone; without it the answer is whole."""
    answered = await asked(port, "@garbage=4", protocol)
    bad = [line for line in answered.text.split("\n") if "oops" in line]
    assert len(bad) == 1
    rest = answered.text.replace(bad[0] + ("\n" if protocol == "ollama" else "\n\n"), "")
    assert PARSERS[protocol](rest).text == answer_of()


async def test_pages_and_empty_bodies(port):
    """H14, H16: a sign-in page and an empty body come with status 200; another status can be asked for."""
    page = await asked(port, "@html")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await asked(port, "@html=502")).status == 502
    empty = await asked(port, "@empty")
    assert (empty.status, empty.body) == (200, b"")


async def test_nothing_at_all(port):
    """N04: @drop closes without a byte, @hang sends none."""
    with pytest.raises(asyncio.IncompleteReadError):
        await asked(port, "@drop")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await asked(port, "@hang")


async def test_a_refused_field(port):
    """@reject names a field that the model does not take; without it the request is fine."""
    path, body = request_for("openai-chat", "steady@tps=0@reject=temperature", PROMPT)
    assert (await ask(port, path, body)).status == 200
    refused = await ask(port, path, {**body, "temperature": 1})
    assert (refused.status, refused.json["error"]["param"]) == (400, "temperature")


async def test_a_prompt_that_does_not_fit(port):
    """H04: more than the model's window is refused with both sizes."""
    path, body = request_for("openai-chat", "hearth", "word " * 40_000)
    refused = await ask(port, path, body)
    assert refused.status == 400
    assert refused.json["error"]["code"] == "context_length_exceeded"
    assert "32000" in refused.json["error"]["message"]


async def test_an_answer_of_any_length(port):
    """@tokens gives exactly so many, the same ones each time."""
    first, second = [PARSERS["openai-chat"]((await asked(port, "@tokens=5000")).text) for _ in range(2)]
    assert first.usage["completion_tokens"] == 5000
    assert first.text == second.text


async def test_no_finish_marker(port):
    """N09: @nofinish ends the body in order after the last word."""
    got = PARSERS["openai-chat"]((await asked(port, "@nofinish")).text)
    assert (got.text, got.finish, got.done) == (answer_of(), None, False)


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"model": "steady"}', b'{"messages": []}', b"\xff"])
async def test_a_body_that_is_no_request(port, body):
    """A broken body is a 400, and the connection and the server live on."""
    assert (await ask(port, "/v1/chat/completions", body)).status == 400
    assert (await ask(port, "/v1/models")).status == 200


async def test_what_is_no_http(port):
    """Bytes that are no request end their own connection only."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"\x16\x03\x01 hello\r\n\r\n")
    assert await reader.read() == b""
    writer.close()
    assert (await ask(port, "/api/version")).status == 200


async def test_listings(port):
    """Each protocol's listing names every model."""
    names = set(SIM_MODELS)
    openai = (await ask(port, "/v1/models")).json
    anthropic = (await ask(port, "/v1/models", headers={"anthropic-version": "2026-10-21"})).json
    ollama = (await ask(port, "/api/tags")).json
    gemini = (await ask(port, "/v1beta/models")).json
    assert {model["id"] for model in openai["data"]} == names
    assert {model["id"] for model in anthropic["data"]} == names
    assert {model["name"] for model in ollama["models"]} == names
    assert {model["name"] for model in gemini["models"]} == {f"models/{name}" for name in names}
    shown = (await ask(port, "/api/show", {"model": "hearth:latest"})).json
    assert shown["model_info"]["simulated.context_length"] == 32_000


async def test_one_connection_serves_many(port):
    """Requests follow each other on a kept connection, streams too."""
    path, body = request_for("openai-chat", "terse@tps=0", PROMPT)
    async with exchange(port, path, body) as sent:
        for _ in range(3):
            await sent.head()
            async for _ in sent.chunks():
                pass
            sent.writer.write(f"GET /api/version HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n".encode())
        await sent.head()
    assert sent.answered.ending == "whole"


async def test_a_connection_is_closed_when_asked(port):
    """`connection: close` ends the connection after the answer."""
    path, body = request_for("openai-chat", "terse@tps=0", PROMPT)
    async with asyncio.timeout(10), exchange(port, path, body, {"connection": "close"}) as sent:
        await sent.head()
        async for _ in sent.chunks():
            pass
        assert await sent.reader.read() == b""


async def test_closing_the_server_ends_its_streams():
    """Open streams do not keep the server from closing."""
    server = SimulatorServer()
    await server.start()
    path, body = request_for("openai-chat", "steady@stall=0", PROMPT)
    async with exchange(server.port, path, body) as sent:
        await sent.head()
        await asyncio.wait_for(server.close(), 5)
    with pytest.raises(RuntimeError):
        _ = server.port
