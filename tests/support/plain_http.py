"""An HTTP client of a few lines that shows every chunk as it came and how the connection ended."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Answered:
    """One response, as the wire had it."""

    status: int
    headers: dict[str, str]
    chunks: list[bytes] = field(default_factory=list)
    ending: str = "whole"
    """whole: the body ended in order; dropped: the connection closed before; reset: it was reset."""

    @property
    def body(self) -> bytes:
        """Everything that came, still compressed if it was."""
        return b"".join(self.chunks)

    @property
    def text(self) -> str:
        """The body as text, uncompressed."""
        body = self.body
        if self.headers.get("content-encoding") == "gzip":
            body = zlib.decompressobj(31).decompress(body)
        return body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Exchange:
    """One request on a connection of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.answered = Answered(0, {})

    async def head(self) -> Answered:
        """Read the status line and the headers."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.answered.status = int(lines[0].split(" ")[1])
        self.answered.headers = {
            name.lower(): value.strip() for name, colon, value in (line.partition(":") for line in lines[1:]) if colon
        }
        return self.answered

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body's chunks as they come; keeps them and notes how it ended."""
        try:
            if "content-length" in self.answered.headers:
                body = await self.reader.readexactly(int(self.answered.headers["content-length"]))
                self.answered.chunks.append(body)
                yield body
                return
            while size := int(await self.reader.readuntil(b"\r\n"), 16):
                chunk = (await self.reader.readexactly(size + 2))[:-2]
                self.answered.chunks.append(chunk)
                yield chunk
            await self.reader.readexactly(2)
        except asyncio.IncompleteReadError as error:
            self.answered.chunks.append(error.partial)
            self.answered.ending = "dropped"
        except ConnectionResetError:
            self.answered.ending = "reset"


@asynccontextmanager
async def exchange(
    port: int, path: str, body: object = None, headers: dict[str, str] | None = None
) -> AsyncIterator[Exchange]:
    """Send a request (POST with a body, else GET) and hang up in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"host": f"127.0.0.1:{port}", "content-length": str(len(content)), **(headers or {})}
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in fields.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + content)
    try:
        yield Exchange(reader, writer)
    finally:
        writer.close()


async def ask(port: int, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answered:
    """Send a request and read all that comes."""
    async with asyncio.timeout(20), exchange(port, path, body, headers) as sent:
        answered = await sent.head()
        async for _ in sent.chunks():
            pass
        return answered
