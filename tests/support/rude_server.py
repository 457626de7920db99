"""A server on loopback that answers each request with whatever a test wants, byte by byte if need be."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Request:
    """What arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Wire:
    """The answering side of one request."""

    writer: asyncio.StreamWriter
    gone: asyncio.Event

    async def send(self, data: bytes) -> None:
        """Bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: str = "200 OK", *headers: str, content_type: str = "text/event-stream") -> None:
        """A head whose body ends with the connection."""
        lines = [f"HTTP/1.1 {status}", f"content-type: {content_type}", "connection: close", *headers]
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def whole(self, status: str, body: bytes, *headers: str, content_type: str = "application/json") -> None:
        """A whole response."""
        await self.head(status, f"content-length: {len(body)}", *headers, content_type=content_type)
        await self.send(body)

    def reset(self) -> None:
        """End the connection with a reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(1, 13, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Request, Wire], Awaitable[None]]


@dataclass
class RudeServer:
    """A running server."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    """A client went away before its answer was over."""


@asynccontextmanager
async def rude_server(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[RudeServer]:
    """Serve until the block ends."""
    served = RudeServer()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Request(method, path, headers, body)
            served.requests.append(request)
            gone = asyncio.Event()
            answering = asyncio.ensure_future(behaviour(request, Wire(writer, gone)))
            leaving = asyncio.ensure_future(reader.read())
            await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                served.hung_up.set()
                gone.set()
                answering.cancel()
            leaving.cancel()
            await asyncio.gather(answering, leaving, return_exceptions=True)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
