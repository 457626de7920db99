"""One request for an answer: refused, or composed, paced and put on the wire."""

import asyncio
import collections
import json
import random
from collections.abc import Mapping

from workbench.simulator import http
from workbench.simulator.asked import Asked, BadRequest
from workbench.simulator.body import Body
from workbench.simulator.catalog import SIM_MODELS, SimModel
from workbench.simulator.compose import compose
from workbench.simulator.faults import Faults, UnknownFault, parse_faults, split_name
from workbench.simulator.log import Entry, Log
from workbench.simulator.pace import Pace, pace_of
from workbench.simulator.reply import Reply
from workbench.simulator.wires import BY_PROTOCOL, Frames, Wire

FAULT_HEADER = "x-simulate"
_PAGE = (
    b"<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\n"
    b"<body><h1>Welcome</h1><p>Please <a href='/login'>sign in</a> to go on.</p></body></html>\n"
)
_MESSAGES = {
    400: "The request could not be understood.",
    401: "Incorrect API key provided. Check the key in your configuration.",
    402: "Your credit balance is too low. Add credit to go on.",
    403: "Your key does not have permission to use this model.",
    404: "The model `{model}` does not exist or you do not have access to it.",
    408: "The request timed out.",
    413: "The request is larger than this model takes.",
    429: "Rate limit reached for {model} on requests per min: limit 3, used 3. Please try again in {after}s.",
    500: "The server had an error while processing your request. Sorry about that!",
    503: "The service is temporarily unavailable.",
    529: "Overloaded",
}
_MOST_COUNTED = 10_000
_BREATH = 32
"""Tokens after which the event loop gets a turn, however late the stream is."""


class Refused(Exception):
    """The request gets an error instead of an answer."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None, after: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.after = after


class Answerer:
    """Answers requests, and remembers how often each was refused."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._refusals: collections.OrderedDict[tuple[str, str, int], int] = collections.OrderedDict()

    def forget(self) -> None:
        """Start counting refusals anew."""
        self._refusals.clear()

    async def answer(self, request: http.Request, protocol: str, entry: Entry, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; whether the connection can serve another.

        Raises:
            BrokeOff: the answer was broken off, as was asked for.
            ConnectionError: the client left.
        """
        wire = BY_PROTOCOL[protocol]
        try:
            body = _json(request.body)
            asked = wire.read(body, request.path)
            entry.model = asked.model
            self._log.keep_body(entry, body)
            model, faults = _model(asked, request.headers)
            self._refuse(asked, model, faults, body, request.headers)
        except BadRequest as bad:
            refused = Refused(400, bad.message, param=bad.param)
        except Refused as error:
            refused = error
        else:
            return await _Answer(wire, asked, model, faults, entry, writer).send()
        return await _send_refusal(wire, refused, entry, writer)

    def _refuse(
        self, asked: Asked, model: SimModel, faults: Faults, body: Mapping[str, object], headers: Mapping[str, str]
    ) -> None:
        if faults.reject is not None and faults.reject in body:
            message = f"Unsupported parameter: '{faults.reject}' is not supported with this model."
            raise Refused(400, message, param=faults.reject, code="unsupported_parameter")
        if faults.status is not None and self._still_refused(asked, faults, headers):
            after = faults.retry_after or ("1" if faults.status == 429 else None)
            message = _MESSAGES.get(faults.status, "The simulator was asked for status {status}.")
            filled = message.format(model=model.name, after=after, status=faults.status)
            raise Refused(faults.status, filled, after=after)
        reply_tokens = len(asked.words.encode("utf-8", "surrogatepass")) // 4
        if reply_tokens > model.context_window:
            message = (
                f"This model's maximum context length is {model.context_window} tokens. "
                f"However, your messages resulted in {reply_tokens} tokens. Please reduce the length of the messages."
            )
            raise Refused(400, message, param="messages", code="context_length_exceeded")

    def _still_refused(self, asked: Asked, faults: Faults, headers: Mapping[str, str]) -> bool:
        if faults.status_times is None:
            return True
        key = (asked.model + headers.get(FAULT_HEADER, ""), asked.prompt, len(asked.messages))
        count = self._refusals.get(key, 0) + 1
        self._refusals[key] = count
        while len(self._refusals) > _MOST_COUNTED:
            self._refusals.popitem(last=False)
        return count <= faults.status_times


class _Answer:
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


def _json(body: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(body)
    except ValueError as error:
        raise BadRequest(f"We could not parse the JSON body of your request: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest("The body of the request is no JSON object.")
    return found


def _model(asked: Asked, headers: Mapping[str, str]) -> tuple[SimModel, Faults]:
    name, words = split_name(asked.model)
    model = SIM_MODELS.get(name)
    if model is None:
        raise Refused(404, _MESSAGES[404].format(model=asked.model))
    try:
        return model, parse_faults(model.faults, words, headers.get(FAULT_HEADER))
    except UnknownFault as error:
        raise Refused(404, f"The model `{asked.model}` does not exist: {error}.") from error


async def _send_refusal(wire: Wire, refused: Refused, entry: Entry, writer: asyncio.StreamWriter) -> bool:
    entry.status = refused.status
    headers = {wire.id_header: f"req_refused{entry.n}"}
    if refused.after is not None:
        headers["retry-after"] = refused.after
    body = wire.refusal(refused.status, refused.message, refused.param, refused.code)
    writer.write(http.whole(refused.status, body, headers))
    await writer.drain()
    entry.finished = True
    return True
