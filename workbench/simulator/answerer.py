"""One request for an answer: understood, then refused or sent on its way."""

import asyncio
import collections
import json
from collections.abc import Mapping

from workbench.simulator import http
from workbench.simulator.asked import Asked, BadRequest
from workbench.simulator.catalog import SIM_MODELS, SimModel
from workbench.simulator.faults import Faults, UnknownFault, parse_faults, split_name
from workbench.simulator.log import Entry, Log
from workbench.simulator.sending import Sending
from workbench.simulator.wires import BY_PROTOCOL, Wire

FAULT_HEADER = "x-simulate"
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
            return await Sending(wire, asked, model, faults, entry, writer).send()
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
