"""One answer on its way to one client: paced, framed, shaped and broken as asked."""

import asyncio
import json
import random

from workbench.simulator import http
from workbench.simulator.asked import Asked
from workbench.simulator.body import Body
from workbench.simulator.catalog import SimModel
from workbench.simulator.compose import compose
from workbench.simulator.faults import Faults
from workbench.simulator.log import Entry
from workbench.simulator.pace import Pace, pace_of
from workbench.simulator.reply import Reply
from workbench.simulator.wires import Frames, Wire

_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please <a href='/login'>sign in</a> to go on.</p></body></html>\n"
)
_BREATH = 32
"""Tokens after which the event loop gets a turn, however late the stream is."""


class Sending:
    """One answer on its way to one client."""

    def __init__(
        self, wire: Wire, asked: Asked, model: SimModel, faults: Faults, entry: Entry, writer: asyncio.StreamWriter
    ) -> None:
        self._wire = wire
        self._asked = asked
        self._faults = faults
        self._entry = entry
        self._writer = writer
        self._reply: Reply = compose(model, asked, faults)
        self._pace: Pace = pace_of(model, faults)
        self._rng = random.Random(self._reply.identity)  # noqa: S311
        self._started = asyncio.get_running_loop().time()

    async def send(self) -> bool:
        """Write it; whether the connection can serve another request."""
        faults = self._faults
        if faults.hang:
            await asyncio.Event().wait()
        if faults.drop:
            self._entry.finished = True
            return False
        await self._until(self._pace.headers_s)
        if faults.html is not None:
            return await self._plain(faults.html, _PAGE, "text/html; charset=utf-8")
        if not self._asked.stream:
            return await self._send_whole()
        await self._stream()
        self._entry.finished = True
        return True

    async def _stream(self) -> None:
        frames = self._wire.frames(self._asked, self._reply)
        hurried = self._pace.token_s == 0
        body = Body(self._writer, self._faults, self._entry, comment=frames.comment(), hurried=hurried)
        self._entry.status = 200
        self._writer.write(http.head(200, self._headers()))
        if self._faults.empty:
            return await body.end()
        await body.frame(frames.begin())
        await self._send_pieces(body, frames)
        if not self._faults.nofinish:
            await body.frame(frames.end())
        return await body.end()

    async def _send_pieces(self, body: Body, frames: Frames) -> None:
        points = self._points()
        timed = zip(self._reply.pieces, self._pace.due(self._rng), strict=False)
        for sent, (piece, due) in enumerate(timed):
            for how in [how for how, count in points.items() if count <= sent]:
                del points[how]
                await self._happen(how, body, frames)
            late = self._started + due - asyncio.get_running_loop().time()
            if late > 0 and not (sent and self._pace.token_s == 0):
                await body.wait(late)
            elif sent % _BREATH == 0:
                await asyncio.sleep(0)
            if self._faults.keepalive is not None:
                await body.frame(frames.comment())
            self._reply.count(piece)
            await body.frame(frames.piece(piece))
            self._entry.tokens_sent = sent + 1
        for how in points:
            await self._happen(how, body, frames)

    def _points(self) -> dict[str, int]:
        """What happens after how many tokens; what would come after the last one happens there."""
        named = ((how, getattr(self._faults, how)) for how in ("garbage", "error", "stall", "cut", "close", "rst"))
        return {how: point.count for how, point in named if point is not None and not point.in_bytes}

    async def _happen(self, how: str, body: Body, frames: Frames) -> None:
        if how == "garbage":
            await body.frame(frames.garbage())
        elif how == "error":
            await body.frame(frames.error())
            await body.break_off("cut")
        else:
            await body.break_off(how)

    async def _send_whole(self) -> bool:
        pieces = list(self._reply.pieces)
        due = self._pace.first_token_s
        for piece, moment in zip(pieces, self._pace.due(self._rng), strict=False):
            self._reply.count(piece)
            due = moment
        self._entry.tokens_sent = len(pieces)
        await self._until(due)
        if self._faults.stall is not None:
            await asyncio.sleep(self._faults.stall_s if self._faults.stall_s is not None else 1e9)
        content = json.dumps(self._wire.whole(self._reply, pieces), ensure_ascii=False)
        whole = b"" if self._faults.empty else content.encode("utf-8", "backslashreplace")
        if self._faults.close is not None or self._faults.cut is not None or self._faults.rst is not None:
            self._writer.write(http.head(200, {"content-type": "application/json", "content-length": str(len(whole))}))
            self._writer.write(whole[: len(whole) // 2])
            await self._writer.drain()
            self._entry.finished = True
            return False
        return await self._plain(200, whole, "application/json")

    async def _plain(self, status: int, content: bytes, media_type: str) -> bool:
        self._entry.status = status
        self._entry.bytes_sent = len(content)
        headers = {"content-type": media_type, self._wire.id_header: f"req_{self._reply.identity}"}
        self._writer.write(http.whole(status, content, headers))
        await self._writer.drain()
        self._entry.finished = True
        return True

    async def _until(self, due_s: float) -> None:
        await asyncio.sleep(max(0.0, self._started + due_s - asyncio.get_running_loop().time()))

    def _headers(self) -> dict[str, str]:
        headers = {
            "content-type": self._wire.media_type,
            "transfer-encoding": "chunked",
            "cache-control": "no-cache",
            self._wire.id_header: f"req_{self._reply.identity}",
            **self._wire.limits(),
        }
        return {**headers, "content-encoding": "gzip"} if self._faults.gzip else headers
