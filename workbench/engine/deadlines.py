"""When an attempt has waited long enough: arithmetic on one clock, and the timer that enforces it.

Content is life. Bare pings, comments, headers and usage are not. A typed progress event restarts the wait as content
does, but only until `progress_idle_s` after the last content: a provider that is busy for ever is stuck.
"""

import asyncio
import math
from collections.abc import Callable

from workbench.domain.errors import ErrorKind
from workbench.engine.options import EngineOptions

LATE_S = 1.0
"""A timer that fires later than this tells of a sleeping machine, not of a silent provider: it gets one more second."""


class Deadlines:
    """The next deadline of one attempt, from what has happened; readings are of the caller's clock, in seconds."""

    def __init__(self, options: EngineOptions, *, local: bool, start_s: float) -> None:
        self._idle_s = math.inf if options.idle_s is None else options.idle_s
        first = options.first_token_local_s if local else options.first_token_s
        self._window_s = math.inf if first is None else first
        self._progress_s = options.progress_idle_s
        self._total_at_s = math.inf if options.total_s is None else start_s + options.total_s
        self._life_s = start_s
        self._progress_at_s = -math.inf
        self._started = False

    def content(self, at_s: float) -> bool:
        """Content arrived; whether it was the first, after which the next deadline may be a nearer one."""
        self._life_s = at_s
        if self._started:
            return False
        self._started = True
        self._window_s = self._idle_s
        return True

    def progress(self, at_s: float) -> None:
        """A typed sign of work arrived."""
        self._progress_at_s = at_s

    @property
    def silence_s(self) -> float:
        """How long the wait that is under way may last."""
        return self._window_s

    def next(self) -> tuple[float, ErrorKind]:
        """The reading at which to give up, and what it is then."""
        quiet_at_s = self._life_s + self._window_s
        if self._progress_at_s > self._life_s:
            busy_at_s = min(self._progress_at_s + self._window_s, self._life_s + self._progress_s)
            quiet_at_s = max(quiet_at_s, busy_at_s)
        if self._total_at_s <= quiet_at_s:
            return self._total_at_s, "total_timeout"
        return quiet_at_s, "stall" if self._started else "first_token_timeout"


class Watchdog:
    """Ends an `asyncio.timeout` when a deadline has really passed.

    One sleeping timer looks again whenever it wakes up, so that the many events of a stream move no timers.
    """

    def __init__(self, deadlines: Deadlines, limit: asyncio.Timeout, clock: Callable[[], float]) -> None:
        self.expired: ErrorKind | None = None
        self._deadlines = deadlines
        self._limit = limit
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._arm()

    def look_again(self) -> None:
        """The next deadline may have come nearer; that it went farther is noticed without being told."""
        self.close()
        self._arm()

    def close(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        at_s, _ = self._deadlines.next()
        delay_s = at_s - self._clock()
        self._timer = None if math.isinf(delay_s) else self._loop.call_later(max(0.0, delay_s), self._look)

    def _look(self) -> None:
        due = self._timer.when() if self._timer is not None else self._loop.time()
        at_s, kind = self._deadlines.next()
        # Timers run in whole ticks of the loop's clock; a nanosecond early is not early.
        if at_s - self._clock() > 1e-6:
            self._arm()
        elif self._loop.time() - due > LATE_S:
            self._timer = self._loop.call_later(LATE_S, self._look)
        else:
            self.expired = kind
            self._timer = None
            self._limit.reschedule(self._loop.time())
