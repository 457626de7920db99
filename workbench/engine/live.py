"""The figures of one answer while it comes: hears engine events, is read a few times a second.

Hearing costs a few additions per event; nothing here looks at text beyond its length.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from workbench.domain.conversation import Attempt, Response
from workbench.domain.errors import ErrorInfo
from workbench.domain.events import BlockDelta, BlockStart, Meta, UsageUpdate
from workbench.domain.prices import Rates, cost_nano, rates_from_mapping
from workbench.domain.timing import tokens_per_second
from workbench.domain.usage import Usage
from workbench.engine.events import (
    AttemptEnded,
    AttemptFailed,
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    ResponseQueued,
    ResponseStarted,
    RetryScheduled,
    ToolAnswered,
    ToolCalled,
)

SAMPLES_PER_S = 4
SAMPLES = 32
"""Eight seconds of sparkline."""

Activity = Literal["queued", "connecting", "waiting", "thinking", "writing", "calling a tool", "retrying", "ended"]


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """A snapshot; seconds, tokens and nano-dollars. `…_estimated` figures are shown with `~`, None with `?` or not."""

    state: str
    """"queued", or a response state."""
    activity: Activity
    attempt: int = 0
    """Number of the attempt under way, 0 before the first."""
    model_served: str | None = None
    queued_s: float = 0.0
    elapsed_s: float = 0.0
    """Since the request went out; whole time once it ended."""
    headers_s: float | None = None
    first_token_s: float | None = None
    first_text_s: float | None = None
    silent_s: float = 0.0
    """Since the last content, or since the request when none has come."""
    input_tokens: int | None = None
    input_estimated: bool = True
    cached_tokens: int | None = None
    output_tokens: int | None = None
    output_estimated: bool = True
    reasoning_tokens: int | None = None
    speed: float | None = None
    """Output tokens a second since the first token."""
    speed_estimated: bool = True
    speeds: tuple[float, ...] = ()
    """Tokens a second, estimated, at `SAMPLES_PER_S`, oldest first."""
    cost_nano: int | None = None
    cost_estimated: bool = True
    cold: bool = False
    characters: int = 0
    retry_in_s: float | None = None
    retry: int = 0
    retries: int = 0
    error: ErrorInfo | None = None
    """Of the answer, or of the failed attempt that is being retried."""
    tries: tuple[str, ...] = ()
    """What each attempt before the newest was answered: a status, or a kind of error."""

    @property
    def running(self) -> bool:
        """Something may still come."""
        return self.activity != "ended"


class LaneMeter:
    """Figures of one response in a lane: the one named, else the first that is heard of.

    It may be given every event of the comparison and picks out its own.
    """

    def __init__(self, lane: str, response: str | None = None, clock: Callable[[], float] = time.perf_counter) -> None:
        self.lane = lane
        self.response = response
        self._clock = clock
        self._made_at_s = clock()
        self._started_at_s: float | None = None
        self._attempt_at_s = 0.0
        self._attempt: Attempt | None = None
        self._ended: Response | None = None
        self._activity: Activity = "waiting"
        self._rates: Rates | None = None
        self._spent_nano: int | None = 0
        self._usage: Usage | None = None
        self._input_estimate: int | None = None
        self._model_served: str | None = None
        self._headers_s: float | None = None
        self._first_token_s: float | None = None
        self._first_text_s: float | None = None
        self._last_content_s: float | None = None
        self._bytes = 0
        self._characters = 0
        self._kinds: dict[int, str] = {}
        self._samples: deque[float] = deque(maxlen=SAMPLES)
        self._bucket = 0
        self._bucket_bytes = 0
        self._round_nano: int | None = 0
        self._retry_at_s: float | None = None
        self._retry = self._retries = 0
        self._error: ErrorInfo | None = None
        self._tries: tuple[str, ...] = ()

    def heard(self, event: EngineEvent) -> bool:
        """Take an event in; whether it was about this response."""
        if self.response is None:
            self._adopt(event)
        match event:
            case Received(response=response):
                if response != self.response:
                    return False
                self._receive(event)
            case ResponseQueued(response=response):
                if response != self.response:
                    return False
                self._activity = "queued"
            case ResponseStarted(response=started):
                if started.id != self.response:
                    return False
                self._activity = "waiting"
                self._characters = len(started.text)
            case AttemptStarted(attempt=attempt):
                if attempt.response != self.response:
                    return False
                self._begin(attempt)
            case AttemptFailed(attempt=attempt):
                if attempt.response != self.response:
                    return False
                self._error = attempt.error
                self._spend(attempt.cost_nano)
            case AttemptEnded(attempt=attempt):
                if attempt.response != self.response:
                    return False
                self._round_nano = attempt.cost_nano
            case ToolCalled(response=response) | ToolAnswered(response=response):
                if response != self.response:
                    return False
                self._activity = "calling a tool"
            case RetryScheduled(response=response):
                if response != self.response:
                    return False
                self._activity = "retrying"
                self._retry_at_s = self._clock() + event.wait_s
                self._retry, self._retries = event.retry, event.of
                self._tries += (said(event.error),)
            case ResponseEnded(response=ended):
                if ended.id != self.response:
                    return False
                self._ended, self._activity = ended, "ended"
            case _:
                return False
        return True

    def figures(self, now_s: float | None = None) -> LiveFigures:
        """The figures at a reading of the clock, by default now."""
        now_s = self._clock() if now_s is None else now_s
        if self._ended is not None:
            return self._final(self._ended)
        elapsed_s = 0.0 if self._started_at_s is None else max(0.0, now_s - self._started_at_s)
        usage = self._live_usage()
        attempt_s = max(0.0, now_s - self._attempt_at_s)
        silent_since_s = self._last_content_s if self._last_content_s is not None else 0.0
        since_first_s = attempt_s - (self._first_token_s or 0.0)
        speed = None
        if self._first_token_s is not None and since_first_s > 0.2:
            speed = (usage.output_tokens or 0) / since_first_s
        cost = None if self._attempt is None else cost_nano(usage, self._rates)
        if cost is not None and self._spent_nano is not None:
            cost += self._spent_nano
        offset_s = self._attempt_at_s - (self._started_at_s if self._started_at_s is not None else self._attempt_at_s)
        return LiveFigures(
            state="queued" if self._activity == "queued" else "streaming",
            activity=self._activity,
            attempt=0 if self._attempt is None else self._attempt.n,
            model_served=self._model_served,
            queued_s=self._queued_s(now_s),
            elapsed_s=elapsed_s,
            headers_s=_later(self._headers_s, offset_s),
            first_token_s=_later(self._first_token_s, offset_s),
            first_text_s=_later(self._first_text_s, offset_s),
            silent_s=0.0 if self._attempt is None else max(0.0, attempt_s - silent_since_s),
            input_tokens=usage.input_tokens,
            input_estimated=self._usage is None or self._usage.input_tokens is None,
            cached_tokens=usage.cached_input_tokens,
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            speed=speed,
            speeds=self._speeds(attempt_s),
            cost_nano=cost,
            characters=self._characters,
            retry_in_s=None if self._retry_at_s is None else max(0.0, self._retry_at_s - now_s),
            retry=self._retry,
            retries=self._retries,
            error=self._error,
            tries=self._tries,
        )

    def _adopt(self, event: EngineEvent) -> None:
        match event:
            case ResponseStarted(response=started) if started.lane == self.lane:
                self.response = started.id
            case ResponseQueued(response=response, lane=lane) if lane == self.lane:
                self.response = response

    def _spend(self, cost_nano: int | None) -> None:
        known = self._spent_nano is not None and cost_nano is not None
        self._spent_nano = (self._spent_nano or 0) + (cost_nano or 0) if known else None

    def _begin(self, attempt: Attempt) -> None:
        if attempt.reason == "tool" and self._attempt is not None and self._attempt.error is None:
            self._spend(self._round_nano)
        self._round_nano = 0
        self._attempt = attempt
        self._attempt_at_s = self._clock()
        if self._started_at_s is None:
            self._started_at_s = self._attempt_at_s
        self._activity = "connecting"
        self._rates = None if attempt.rates is None else rates_from_mapping(attempt.rates)
        self._input_estimate = attempt.usage.input_tokens
        self._usage = None
        self._headers_s = self._first_token_s = self._first_text_s = self._last_content_s = None
        self._bytes = 0
        self._kinds.clear()
        self._samples.clear()
        self._bucket = self._bucket_bytes = 0
        self._retry_at_s = None

    def _receive(self, event: Received) -> None:
        t_s = event.t_s
        if self._headers_s is None:
            self._headers_s = t_s
            self._activity = "waiting"
        weight = 0
        for item in event.events:
            kind = type(item)
            if kind is BlockDelta:
                text = item.text  # type: ignore[union-attr]
                weight += len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
                self._content(self._kinds.get(item.block, "text"), len(text), t_s)  # type: ignore[union-attr]
            elif isinstance(item, BlockStart):
                self._kinds[item.block] = item.kind
                if item.kind == "tool":
                    self._content("tool", 0, t_s)
            elif isinstance(item, UsageUpdate):
                self._usage = item.usage
            elif isinstance(item, Meta) and item.model_served:
                self._model_served = item.model_served
        if weight:
            self._bytes += weight
            self._advance(t_s)
            self._bucket_bytes += weight

    def _content(self, kind: str, length: int, t_s: float) -> None:
        if self._first_token_s is None:
            self._first_token_s = t_s
        self._last_content_s = t_s
        if kind == "reasoning":
            self._activity = "thinking"
        elif kind == "tool":
            self._activity = "calling a tool"
        else:
            self._activity = "writing"
            self._characters += length
            if self._first_text_s is None and kind == "text":
                self._first_text_s = t_s

    def _advance(self, t_s: float) -> None:
        """Close the buckets that are over at `t_s`."""
        bucket = int(t_s * SAMPLES_PER_S)
        steps = bucket - self._bucket
        if steps <= 0:
            return
        if self._bytes or self._samples:
            self._samples.append(self._bucket_bytes / 4 * SAMPLES_PER_S)
            self._samples.extend([0.0] * min(steps - 1, SAMPLES))
        self._bucket, self._bucket_bytes = bucket, 0

    def _speeds(self, t_s: float) -> tuple[float, ...]:
        """The ring as it would be at `t_s`, without changing it."""
        if self._first_token_s is None:
            return ()
        missing = int(t_s * SAMPLES_PER_S) - self._bucket
        if missing <= 0:
            return tuple(self._samples)
        tail = [self._bucket_bytes / 4 * SAMPLES_PER_S, *[0.0] * min(missing - 1, SAMPLES)]
        return (*self._samples, *tail)[-SAMPLES:]

    def _live_usage(self) -> Usage:
        """The provider's counts so far, or estimates where they lag behind what arrived."""
        said = self._usage or Usage()
        estimate = self._bytes // 4 if self._bytes >= 4 else int(self._bytes > 0)
        return Usage(
            input_tokens=self._input_estimate if said.input_tokens is None else said.input_tokens,
            output_tokens=max(estimate, said.output_tokens or 0),
            cached_input_tokens=said.cached_input_tokens,
            cache_write_tokens=said.cache_write_tokens,
            cache_write_1h_tokens=said.cache_write_1h_tokens,
            reasoning_tokens=said.reasoning_tokens,
            source="estimated",
        )

    def _queued_s(self, now_s: float) -> float:
        if self._attempt is not None:
            return self._attempt.timing.queued_s if self._attempt.n == 1 else 0.0
        return max(0.0, now_s - self._made_at_s)

    def _final(self, ended: Response) -> LiveFigures:
        usage, timing = ended.usage, ended.timing
        estimated = usage.source == "estimated"
        return LiveFigures(
            state=ended.state,
            activity="ended",
            attempt=0 if self._attempt is None else self._attempt.n,
            model_served=ended.model_served,
            queued_s=timing.queued_s,
            elapsed_s=timing.end_s or 0.0,
            headers_s=timing.headers_s,
            first_token_s=timing.first_token_s,
            first_text_s=timing.first_text_s,
            input_tokens=usage.input_tokens,
            input_estimated=estimated,
            cached_tokens=usage.cached_input_tokens,
            output_tokens=usage.output_tokens,
            output_estimated=estimated,
            reasoning_tokens=usage.reasoning_tokens,
            speed=tokens_per_second(usage.output_tokens, timing),
            speed_estimated=estimated,
            speeds=(*self._samples, self._bucket_bytes / 4 * SAMPLES_PER_S) if self._bytes else (),
            cost_nano=ended.cost_nano,
            cost_estimated=ended.cost_estimated,
            cold=timing.cold,
            characters=len(ended.text),
            retry=self._retry,
            retries=self._retries,
            error=ended.error,
            tries=self._tries,
        )


def said(error: ErrorInfo) -> str:
    """An error in a word: a status, or its kind."""
    return error.kind.replace("_", " ") if error.status is None else str(error.status)


def _later(value: float | None, offset_s: float) -> float | None:
    return None if value is None else value + offset_s
