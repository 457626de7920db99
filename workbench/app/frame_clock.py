"""The one clock that draws: what streams waits in buffers until its frame.

It is apart from the widgets because only together can they keep the screen quick: one timer drains all of them in
turn, stretches its interval when drawing costs much, and lets key presses go first.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable
from typing import Protocol
from weakref import WeakKeyDictionary

from textual.app import App

BASE_INTERVAL_S = 1 / 15
SLOWEST_INTERVAL_S = 1 / 4
FASTEST_INTERVAL_S = 1 / 30
LOOP_SHARE = 1 / 3
"""Of the event loop, at most, spent on drawing."""
FRAME_BUDGET_S = 0.012
"""Drawn in one go; what is left waits for the next turn of the loop."""
CARRY_OVER_S = 0.004
"""Given to everyone else between two parts of a frame."""
KEY_QUIET_S = 0.03
"""After a key press heavy frames wait this long, so that its echo is painted first."""
KEY_PATIENCE_S = 0.1
"""The longest that typing may hold a frame back."""


class Drawable(Protocol):
    """Something with a buffer."""

    @property
    def dirty(self) -> bool:
        """Whether `draw_frame` has something to do."""
        ...

    def draw_frame(self, now: float) -> None:
        """Draw what waits; work that would take long is done in part and leaves `dirty` set."""
        ...


class FrameClock:
    """Draws all registered drawables, 15 times a second or as often as is affordable."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.perf_counter,
        base_interval_s: float = BASE_INTERVAL_S,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        self.interval_s = base_interval_s
        """The present distance of two frames."""
        self.frames = 0
        """Drawn so far."""
        self._base_interval_s = base_interval_s
        self._clock = clock
        self._on_error = on_error
        self._drawables: list[Drawable] = []
        self._next = 0
        self._cost_s = 0.0
        self._frame_cost_s = 0.0
        self._due = 0.0
        self._last_frame = 0.0
        self._last_key = float("-inf")
        self._handle: asyncio.TimerHandle | None = None
        self._context: contextvars.Context | None = None

    def register(self, drawable: Drawable) -> None:
        """Draw it from now on, when it is dirty."""
        if drawable not in self._drawables:
            self._drawables.append(drawable)
        if drawable.dirty:
            self.wake()

    def unregister(self, drawable: Drawable) -> None:
        """Forget it."""
        if drawable in self._drawables:
            self._drawables.remove(drawable)
            self._next = 0

    def note_key(self) -> None:
        """A key was pressed: its echo goes first."""
        self._last_key = self._clock()

    @property
    def since_key_s(self) -> float:
        """Seconds since a key was pressed."""
        return self._clock() - self._last_key

    @property
    def quiet_s(self) -> float:
        """Seconds since anything was drawn or a key was pressed; 0 while a frame is due."""
        return 0.0 if self._handle is not None else self._clock() - max(self._last_frame, self._last_key)

    def wake(self) -> None:
        """Something became dirty: see that a frame comes. Without a running loop nothing happens."""
        if self._handle is not None:
            return
        now = self._clock()
        self._due = max(now, self._last_frame + self.interval_s)
        self._schedule(self._due - now)

    def flush(self, drawable: Drawable) -> None:
        """Draw it now, frame or not: the end of a stream waits for nobody."""
        if drawable.dirty:
            drawable.draw_frame(self._clock())

    def stop(self) -> None:
        """Draw nothing more until the next `wake`."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def tick(self) -> float | None:
        """One turn: draw within the budget; returns the seconds until the next turn, None when all is drawn."""
        start = self._clock()
        held_back = start - self._last_key
        if held_back < KEY_QUIET_S and start - self._due < KEY_PATIENCE_S:
            return KEY_QUIET_S - held_back
        turn = self._drawables[self._next :] + self._drawables[: self._next]
        now = start
        for position, drawable in enumerate(turn, 1):
            if drawable.dirty:
                drawable.draw_frame(now)
                now = self._clock()
                if now - start >= FRAME_BUDGET_S and any(waiting.dirty for waiting in turn[position:]):
                    self._next = (self._next + position) % len(turn)
                    self._frame_cost_s += now - start
                    return max(CARRY_OVER_S, (now - start) * (1 / LOOP_SHARE - 1) / 2)
        self._frame_cost_s += now - start
        self._finish_frame(now)
        return self.interval_s if any(drawable.dirty for drawable in turn) else None

    def _finish_frame(self, now: float) -> None:
        self.frames += 1
        self._last_frame = now
        self._cost_s += 0.2 * (self._frame_cost_s - self._cost_s)
        self._frame_cost_s = 0.0
        self.interval_s = min(max(self._base_interval_s, self._cost_s / LOOP_SHARE), SLOWEST_INTERVAL_S)

    def _schedule(self, delay_s: float) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._context is None:
            self._context = contextvars.copy_context()
        self._handle = loop.call_later(max(0.0, delay_s), self._run, context=self._context)

    def _run(self) -> None:
        self._handle = None
        try:
            delay_s = self.tick()
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(error)
            return
        if delay_s is not None and self._handle is None:
            self._due = self._clock() + delay_s
            self._schedule(delay_s)


_clocks: WeakKeyDictionary[App[object], FrameClock] = WeakKeyDictionary()


def frame_clock_of(app: App[object]) -> FrameClock:
    """The clock of an app, made at first use."""
    clock = _clocks.get(app)
    if clock is None:
        clock = _clocks[app] = FrameClock(on_error=app._handle_exception)
    return clock
