"""No connection: each cause is named for itself, with the address, and never with an empty sentence."""

import asyncio
import shutil
import socket
import ssl
import subprocess

import pytest

from tests.support.asking import KEY, PROTOCOLS, failure_of, provider_at
from tests.support.rude_server import Request, Wire, rude_server
from workbench.providers.clients import Clients


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody signed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    place = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=127.0.0.1 -days 1 -keyout key.pem -out cert.pem"
    subprocess.run(command.split(), cwd=place, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert.pem", place / "key.pem")
    return context


each = pytest.mark.parametrize("protocol", PROTOCOLS)


@each
async def test_a_closed_port_is_named(protocol: str, clients: Clients) -> None:
    """N01: a refused connection says which host and port could not be reached."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{port}", clients))

    assert error.kind == "connect"
    assert f"cannot reach 127.0.0.1:{port}" in error.message


@each
async def test_an_unknown_name_is_told_from_a_closed_port(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N02: a name that does not resolve is a fault of its own kind."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    error = await failure_of(provider_at(protocol, "http://lab.invalid:8000", clients))

    assert error.kind == "dns"
    assert "lab.invalid:8000" in error.message


@each
async def test_a_full_backlog_meets_the_connect_deadline(protocol: str) -> None:
    """N03: a socket that never accepts costs the connect deadline and no more."""
    clients = Clients(connect_s=0.2)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        port = listening.getsockname()[1]
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)

        error = await asyncio.wait_for(failure_of(provider_at(protocol, f"http://127.0.0.1:{port}", clients)), 5)

        for filler in fillers:
            filler.close()
    await clients.close()
    assert error.kind == "connect_timeout"
    assert f"127.0.0.1:{port}" in error.message


@each
async def test_a_connection_closed_before_the_head_is_told(protocol: str, clients: Clients) -> None:
    """N08: a server that hangs up or resets before it answers is named, though the exception's own text is empty."""

    async def reset(_: Request, wire: Wire) -> None:
        wire.reset()

    async def close(_: Request, wire: Wire) -> None:
        wire.writer.close()

    for behaviour in (reset, close):
        async with rude_server(behaviour) as server:
            error = await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))

            assert error.kind == "connect"
            assert f"127.0.0.1:{server.port}" in error.message
            assert error.worth_retrying


@each
async def test_an_untrusted_certificate_is_the_named_cause(
    protocol: str, clients: Clients, self_signed: ssl.SSLContext
) -> None:
    """N12: a self-signed certificate is named, not retried, and the key never leaves."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.head()

    async with rude_server(answer, self_signed) as server:
        error = await failure_of(provider_at(protocol, f"https://127.0.0.1:{server.port}", clients))

        assert error.kind == "tls"
        assert "certificate" in error.message
        assert not error.worth_retrying
        assert server.requests == []


@each
async def test_no_proxy_of_the_environment_sees_a_plain_request(
    protocol: str, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    """N13: over plain HTTP a proxy could read the key, so none of the environment is used; loopback needs none."""
    served: list[str] = []

    async def refuse(request: Request, wire: Wire) -> None:
        served.append(request.path)
        await wire.whole("500 Internal Server Error", b'{"error":{"message":"here"}}')

    async with rude_server(refuse) as trap, rude_server(refuse) as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{trap.port}")
        await failure_of(provider_at(protocol, f"http://127.0.0.1:{server.port}", clients))
        await failure_of(provider_at(protocol, "http://127.0.0.2:9", clients))

        assert trap.requests == []
        assert KEY in str(server.requests[0].headers)


@each
async def test_warming_sends_nothing_of_ours(protocol: str, clients: Clients) -> None:
    """I5: warming opens a connection at most: no key, no prompt, and it never fails, not even at a closed port."""

    async def answer(_: Request, wire: Wire) -> None:
        await wire.whole("404 Not Found", b"")

    async with rude_server(answer) as server:
        await provider_at(protocol, f"http://127.0.0.1:{server.port}", clients, local=False).warm()
        await provider_at(protocol, f"http://127.0.0.1:{server.port}", clients).warm()

        assert [request.method for request in server.requests] == ["HEAD"]
        assert KEY not in str(server.requests)
    await provider_at(protocol, "http://127.0.0.1:9", clients, local=False).warm()
