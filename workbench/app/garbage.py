"""Keeps the garbage collector off the loop while anything streams or is typed.

A full collection walks every object of the program: some 60 ms for an app of this size, a visible hiccup. What was
made at start-up is frozen out of its sight, young objects are collected as usual, and full collections wait for a
quiet moment, or for two minutes at most.
"""

import asyncio
import gc
from time import monotonic

from workbench.app.frame_clock import FrameClock

YOUNG = 10_000
"""New objects after which the young ones are looked at."""
MIDDLE = 2
"""Looks at the young ones after which what survived them is looked at: 30,000 objects are 8 ms, 200,000 were 55."""
QUIET_S = 2.0
EVERY_S = 5.0
LONGEST_S = 120.0
"""Without a quiet moment memory is cleaned nevertheless."""
THAW_S = 900.0
"""So often what is frozen is looked at again: closed sessions are garbage, too."""
NEVER = 1_000_000


class QuietGarbage:
    """Full collections at quiet moments."""

    def __init__(self, clock: FrameClock) -> None:
        self.collections = 0
        """Full ones so far."""
        self._clock = clock
        self._thresholds = gc.get_threshold()
        self._last = self._last_thaw = monotonic()
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Freeze what is there; call it after the first paint, before the imports that would set off collections."""
        self.keep()
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        self._plan()

    def keep(self) -> None:
        """Freeze what is there now, which is here to stay."""
        gc.freeze()

    def stop(self) -> None:
        """Leave the collector as it was found."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def look(self) -> None:
        """Collect if the moment is quiet and there is something new."""
        now = monotonic()
        quiet = self._clock.quiet_s >= QUIET_S
        if gc.get_count()[2] and (quiet or now - self._last >= LONGEST_S):
            if quiet and now - self._last_thaw >= THAW_S:
                gc.unfreeze()
                self._last_thaw = now
            gc.collect()
            gc.freeze()
            self._last = now
            self.collections += 1

    def _plan(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(EVERY_S, self._run)

    def _run(self) -> None:
        self.look()
        self._plan()
