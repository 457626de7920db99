"""The bytes of a streamed answer: chunked framing, compression, shaping and the ways to break off."""

import asyncio
import socket
import struct
import zlib

from workbench.simulator.faults import Faults, Point
from workbench.simulator.log import Entry

_AT_ONCE = 16 * 1024
"""Bytes that may wait at full speed before they are written."""


class BrokeOff(Exception):
    """The answer ended before its end, as was asked for."""

    def __init__(self, *, dropped: bool) -> None:
        super().__init__()
        self.dropped = dropped
        """The connection is gone; else the body ended in order."""


class Body:
    """Writes frames to one client, shaped and broken as the faults say."""

    def __init__(
        self, writer: asyncio.StreamWriter, faults: Faults, entry: Entry, *, comment: bytes, hurried: bool
    ) -> None:
        self._writer = writer
        self._faults = faults
        self._entry = entry
        self._hurried = hurried
        self._held = bytearray()
        self._sent = 0
        self._gzip = zlib.compressobj(6, zlib.DEFLATED, 31) if faults.gzip else None
        self._breaks: list[tuple[str, Point]] = [
            (word, point)
            for word in ("cut", "close", "rst", "stall")
            if (point := getattr(faults, word)) is not None and point.in_bytes
        ]
        self._comment = comment

    async def frame(self, frame: bytes) -> None:
        """Send a frame; at full speed or `@once` it may wait for others."""
        if not frame:
            return
        if self._faults.crlf:
            frame = frame.replace(b"\n", b"\r\n")
        self._held += frame
        if self._faults.once or (self._hurried and len(self._held) < _AT_ONCE and not self._faults.split):
            return
        await self.flush()

    async def flush(self) -> None:
        """Send what waits.

        Raises:
            BrokeOff: a break in bytes was reached.
            ConnectionError: the client is gone.
        """
        held, self._held = bytes(self._held), bytearray()
        step = self._faults.split or len(held)
        for start in range(0, len(held), step or 1):
            await self._write(held[start : start + step])
        if self._hurried:
            await asyncio.sleep(0)

    async def end(self) -> None:
        """Finish the body in order."""
        await self.flush()
        if self._gzip is not None:
            self._chunk(self._gzip.flush(zlib.Z_FINISH))
        self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def break_off(self, how: str) -> None:
        """Do what a fault says at its point; returns only from a stall that ends.

        Raises:
            BrokeOff: the answer is over.
        """
        if self._held:
            await self.flush()
        match how:
            case "cut":
                self._writer.write(b"0\r\n\r\n")
                await self._writer.drain()
                raise BrokeOff(dropped=False)
            case "close":
                await self._writer.drain()
                raise BrokeOff(dropped=True)
            case "rst":
                await self._writer.drain()
                self._reset()
                raise BrokeOff(dropped=True)
            case _:
                await self.wait(self._faults.stall_s)

    async def wait(self, seconds: float | None) -> None:
        """Send nothing for so long, or for ever, but for keep-alive comments where they are asked for."""
        if self._held and not self._faults.once:
            await self.flush()
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while self._faults.keepalive is not None and (until is None or until - loop.time() > self._faults.keepalive):
            await asyncio.sleep(self._faults.keepalive)
            await self._put(self._comment)
        if until is None:
            await asyncio.Event().wait()
        else:
            await asyncio.sleep(max(0.0, until - loop.time()))

    async def _write(self, part: bytes) -> None:
        for how, point in self._breaks:
            if self._sent + len(part) >= point.count:
                keep = point.count - self._sent
                self._breaks.remove((how, point))
                await self._put(part[:keep])
                await self.break_off(how)
                part = part[keep:]
                break
        await self._put(part)

    async def _put(self, part: bytes) -> None:
        if not part:
            return
        self._sent += len(part)
        self._entry.bytes_sent = self._sent
        if self._gzip is not None:
            part = self._gzip.compress(part) + self._gzip.flush(zlib.Z_SYNC_FLUSH)
        self._chunk(part)
        await self._writer.drain()
        if self._faults.split or self._faults.drip:
            await asyncio.sleep(self._faults.drip or 0)

    def _chunk(self, part: bytes) -> None:
        self._writer.write(b"%x\r\n%b\r\n" % (len(part), part))

    def _reset(self) -> None:
        raw = self._writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
