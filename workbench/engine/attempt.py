"""One request to one deployment: reads its stream, keeps its time, and ends exactly once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Attempt, ModelRequest
from workbench.domain.errors import EMPTY_REPLY, ErrorInfo, ProviderError
from workbench.domain.events import BlockDelta, BlockEnd, BlockStart, Headers, Heartbeat
from workbench.domain.prices import rates_as_mapping
from workbench.domain.timing import PackedDeltas
from workbench.engine.accounting import attempt_cost, rates_for, usage_of
from workbench.engine.assemble import Assembly
from workbench.engine.deadlines import Deadlines, Watchdog
from workbench.engine.end_state import End, Received, end_of
from workbench.engine.events import AttemptEnded, AttemptFailed, AttemptStarted
from workbench.engine.events import Received as ReceivedEvent
from workbench.engine.means import Means
from workbench.engine.moments import Moments
from workbench.engine.words import deadline_sentence
from workbench.providers.base import Arrival, Provider

HANG_UP_S = 1.0
"""How long a finished stream may take to come to its end before it is hung up on."""


class AttemptRun:
    """An attempt at work. `run` never raises but for cancellation; afterwards `attempt` and `end` are final."""

    def __init__(
        self,
        means: Means,
        lane: str,
        attempt: Attempt,
        config: ProviderConfig,
        provider: Provider,
        request: ModelRequest,
        *,
        input_estimate: int,
        response_start_s: float | None,
        deltas: PackedDeltas,
    ) -> None:
        self.attempt = attempt
        self.end: End | None = None
        self.assembly = Assembly(config.name, config.protocol)
        self.start_s = 0.0
        self._means = means
        self._lane = lane
        self._config = config
        self._provider = provider
        self._request = request
        self._input_estimate = input_estimate
        self._response_start_s = response_start_s
        self._deltas = deltas
        self._moments = Moments(attempt.timing.queued_s)
        self._seq = 0
        self._stream: AsyncIterator[Arrival] | None = None
        self._deadlines = Deadlines(means.options, local=config.local, start_s=0.0)
        self._watchdog: Watchdog | None = None

    async def run(self) -> End:
        """Ask, and read to the end.

        Raises:
            asyncio.CancelledError: the attempt is closed and recorded as cancelled by then.
        """
        means = self._means
        self.start_s = means.clock()
        if self._response_start_s is None:
            self._response_start_s = self.start_s
        self._deadlines = Deadlines(means.options, local=self._config.local, start_s=self.start_s)
        means.record(means.recorder.attempt_started, self.attempt)
        means.tell(AttemptStarted(self._lane, self.attempt))
        try:
            error = await self._read()
        except asyncio.CancelledError:
            self.abandon()
            raise
        return self._close(error)

    def abandon(self) -> None:
        """End it as cancelled, now; whatever its stream still says is dropped."""
        self._close(None, cancelled=True)

    async def let_go(self) -> None:
        """Let a finished stream come to its end, so that its connection can be used again; hang up if it doesn't."""
        stream, self._stream = self._stream, None
        if stream is None:
            return
        try:
            if self.assembly.finish is not None:
                # The answer is complete, whatever the rest of the connection does.
                with suppress(Exception):
                    async with asyncio.timeout(HANG_UP_S):
                        async for _ in stream:
                            pass
        finally:
            await _hang_up(stream)

    async def _read(self) -> ErrorInfo | None:
        """The error that ended the stream, None after a finish."""
        try:
            async with asyncio.timeout(None) as limit:
                self._watchdog = watchdog = Watchdog(self._deadlines, limit, self._means.clock)
                try:
                    self._stream = stream = self._provider.stream(self._request)
                    async for arrival in stream:
                        self._take(arrival)
                        if self.assembly.finish is not None:
                            return None
                finally:
                    watchdog.close()
        except TimeoutError as error:
            if watchdog.expired is not None:
                sentence = deadline_sentence(watchdog.expired, self._deadlines.silence_s, self._config.name)
                return ErrorInfo(watchdog.expired, sentence, request_id=self._request_id)
            return self._unexpected(error)
        except ProviderError as error:
            return error.info
        except Exception as error:
            return self._unexpected(error)
        self._stream = None
        if self.assembly.headers is not None and not self.assembly.heard:
            said = "the server answered with an empty reply"
            return ErrorInfo("cut", said, self._status, None, self._request_id, EMPTY_REPLY)
        said = "the stream ended without its finish marker"
        return ErrorInfo("cut", said, self._status, None, self._request_id)

    def _take(self, arrival: Arrival) -> None:
        """Keep, stamp and pass on one read."""
        if self.end is not None:
            return
        t_s = max(0.0, arrival.at_s - self.start_s)
        assembly, moments = self.assembly, self._moments
        pieces: list[tuple[str, str]] = []
        alive = busy = False
        for event in arrival.events:
            kind = type(event)
            if kind is BlockDelta:
                said = assembly.delta(event)  # type: ignore[arg-type]
                if said:
                    alive = True
                    moments.content(said, t_s)
                    if said != "tool":
                        pieces.append((said, event.text))  # type: ignore[union-attr]
                continue
            if kind is Headers:
                moments.headers(t_s, arrival.connect_s)
                assembly.other(event)
                continue
            if kind is Heartbeat:
                busy = busy or event.progress is not None  # type: ignore[union-attr]
                continue
            said = assembly.other(event)
            assembly.heard = True
            if said:
                alive = True
                moments.content(said, t_s)
            elif kind is BlockStart or kind is BlockEnd:
                busy = True
        if moments.first_event_s is None and any(type(event) is not Headers for event in arrival.events):
            moments.first_event_s = t_s
        if alive:
            assembly.heard = True
            if self._deadlines.content(arrival.at_s) and self._watchdog is not None:
                self._watchdog.look_again()
        elif busy:
            self._deadlines.progress(arrival.at_s)
        if pieces:
            self._keep(arrival.at_s, pieces)
        attempt, seq = self.attempt, self._seq
        self._seq = seq + len(arrival.events)
        self._means.tell(ReceivedEvent(self._lane, attempt.response, attempt.id, seq, t_s, arrival.events))

    def _keep(self, at_s: float, pieces: list[tuple[str, str]]) -> None:
        """Hand text to the recorder, pieces of one kind together, on the response's clock."""
        response_t_s = max(0.0, at_s - (self._response_start_s or 0.0))
        recorder = self._means.recorder
        start = 0
        for place in range(1, len(pieces) + 1):
            kind = pieces[start][0]
            if place < len(pieces) and pieces[place][0] == kind:
                continue
            text = pieces[start][1] if place == start + 1 else "".join(text for _, text in pieces[start:place])
            if kind != "refusal":
                self._deltas.add(response_t_s, len(text))
            self._means.record(recorder.delta, self.attempt.response, response_t_s, kind, text)
            start = place

    def _close(self, error: ErrorInfo | None, *, cancelled: bool = False) -> End:
        """The one end: figures, row and terminal event. Only the first call counts."""
        if self.end is not None:
            return self.end
        assembly, means = self.assembly, self._means
        received = Received(
            text=assembly.has_text,
            reasoning=bool(assembly.reasoning),
            tool_call=assembly.has_tool_calls,
            refusal=assembly.has_refusal,
        )
        end = end_of(received, assembly.finish, error, cancelled=cancelled)
        served = assembly.model_served
        rates = rates_for(means.prices, self._config, self._request.model, served)
        usage = usage_of(assembly, self._input_estimate, finished=assembly.finish is not None)
        headers = assembly.headers
        self.end = end
        self.attempt = replace(
            self.attempt,
            model_served=served,
            timing=self._moments.timing(max(0.0, means.clock() - self.start_s)),
            usage=usage,
            usage_raw=assembly.usage_raw,
            cost_nano=attempt_cost(usage, rates),
            rates=None if rates is None else rates_as_mapping(rates),
            price_version=None if rates is None else rates.version,
            http_status=headers.status if headers is not None else error.status if error is not None else None,
            error=end.error,
            request_id=self._request_id or (error.request_id if error is not None else None),
            finish_reason=end.finish_reason,
            finish_raw=end.finish_raw,
            won=assembly.finish is not None or received.content,
        )
        means.record(means.recorder.attempt_ended, self.attempt)
        if end.error is not None and not cancelled:
            means.tell(AttemptFailed(self._lane, self.attempt, end.error, self._phase(end.error)))
        else:
            means.tell(AttemptEnded(self._lane, self.attempt))
        return end

    def _phase(self, error: ErrorInfo) -> str:
        if self.assembly.has_content:
            return "content"
        if self.assembly.headers is not None:
            return "first_token"
        return "connect" if error.kind in ("connect", "dns", "tls", "connect_timeout", "config") else "headers"

    def _unexpected(self, error: Exception) -> ErrorInfo:
        said = f"a fault in this program ended the answer ({type(error).__name__}); please report it"
        return ErrorInfo("internal", said, self._status, None, self._request_id)

    @property
    def _status(self) -> int | None:
        return None if self.assembly.headers is None else self.assembly.headers.status

    @property
    def _request_id(self) -> str | None:
        return None if self.assembly.headers is None else self.assembly.headers.request_id


async def _hang_up(stream: AsyncIterator[Arrival]) -> None:
    close = getattr(stream, "aclose", None)
    if close is not None:
        with suppress(Exception):
            await close()
