"""The server: connections, routing, and one task per request that ends when its client leaves."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from workbench.simulator import http
from workbench.simulator.answerer import Answerer
from workbench.simulator.body import BrokeOff
from workbench.simulator.log import Entry, Log
from workbench.simulator.routes import details, listing, protocol_of

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_HEAD_LIMIT = 256 * 1024


class SimulatorServer:
    """Simulated models on a port, for as long as the event loop runs it."""

    def __init__(self) -> None:
        self.log = Log()
        self._answerer = Answerer(self.log)
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._open_to_all = False

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; port 0 takes a free one.

        Raises:
            OSError: the port is taken or the host is not ours.
            RuntimeError: it is listening already.
        """
        if self._server is not None:
            raise RuntimeError("the simulator is running")
        self._open_to_all = host not in ("127.0.0.1", "localhost", "::1")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, host, port, backlog=1024)

    @property
    def port(self) -> int:
        """Where it listens.

        Raises:
            RuntimeError: it does not.
        """
        if self._server is None or not self._server.sockets:
            raise RuntimeError("the simulator is not running")
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and drop every connection."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await server.wait_closed()

    def _accept(self) -> asyncio.Protocol:
        reader = asyncio.StreamReader(limit=_HEAD_LIMIT)
        return _Connection(reader, self._connected)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await http.read_request(reader):
                entry = self.log.add(request.method, request.path, request.headers, request.body)
                kept = await self._while_there(self._handle(request, entry, writer), entry, writer)
                if not kept or request.headers.get("connection", "").lower() == "close":
                    break
        except (http.Malformed, ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _while_there(self, work: Coroutine[Any, Any, bool], entry: Entry, writer: asyncio.StreamWriter) -> bool:
        """Run one request unless its client leaves; whether the connection can serve another."""
        connection = writer.transport.get_protocol()
        assert isinstance(connection, _Connection)  # noqa: S101
        task = asyncio.create_task(work)
        connection.on_gone = task.cancel
        if connection.gone:
            task.cancel()
        try:
            return await task
        except BrokeOff as broken:
            entry.finished = True
            return not broken.dropped
        except ConnectionError:
            self.log.hang_up(entry)
            return False
        except asyncio.CancelledError:
            if not connection.gone:
                task.cancel()
                raise
            self.log.hang_up(entry)
            return False
        finally:
            connection.on_gone = None

    async def _handle(self, request: http.Request, entry: Entry, writer: asyncio.StreamWriter) -> bool:
        if not self._trusts(request.headers.get("host", "")):
            return await _plain(writer, entry, 403, {"error": "this host is not served"})
        if request.path == "/__log":
            return await _plain(writer, entry, 200, self.log.as_json())
        if request.path == "/__reset" and request.method == "POST":
            self.log.clear()
            self._answerer.forget()
            return await _plain(writer, entry, 200, {"ok": True})
        if request.method in ("GET", "HEAD"):
            found = listing(request.path, request.headers)
            head = request.method == "HEAD"
            return await _plain(writer, entry, 200 if found else 404, found or {"error": "not found"}, head=head)
        if request.path == "/api/show":
            return await _plain(writer, entry, 200, details(request.body))
        protocol = protocol_of(request.path)
        if request.method != "POST" or protocol is None:
            return await _plain(
                writer, entry, 404, {"error": {"message": f"no route {request.path}", "type": "not_found"}}
            )
        entry.protocol = protocol
        return await self._answerer.answer(request, protocol, entry, writer)

    def _trusts(self, host: str) -> bool:
        """A web page that made its own name point here must not read what was asked."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        return self._open_to_all or name.lower() in _LOOPBACK


class _Connection(asyncio.StreamReaderProtocol):
    """Tells at once when the client has closed its side, which a reader that nobody reads does not."""

    def __init__(
        self, reader: asyncio.StreamReader, connected: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]
    ) -> None:
        super().__init__(reader, connected)
        self.gone = False
        self.on_gone: Callable[[], object] | None = None

    def eof_received(self) -> bool | None:
        kept = super().eof_received()
        self._leave()
        return kept

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._leave()

    def _leave(self) -> None:
        self.gone = True
        if self.on_gone is not None:
            self.on_gone()


async def _plain(writer: asyncio.StreamWriter, entry: Entry, status: int, body: object, *, head: bool = False) -> bool:
    entry.status = status
    whole = http.whole(status, body)
    writer.write(whole[: whole.index(b"\r\n\r\n") + 4] if head else whole)
    await writer.drain()
    entry.finished = True
    return True
