"""An event loop whose clock is wound by hand: when nothing is left to do, it jumps to the next timer.

Ten minutes of silence pass in a few milliseconds, always in the same order, and nobody sleeps.
"""

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable
from typing import Any


class _NoWait(selectors.DefaultSelector):
    """Looks at the sockets, which are none, without waiting for them."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everything waits and no timer is set: this would hang")
        self.skipped_s += timeout
        return super().select(0)


class WoundLoop(asyncio.SelectorEventLoop):
    """A loop in its own time, which begins at 1,000 s."""

    def __init__(self) -> None:
        self._no_wait = _NoWait()
        super().__init__(self._no_wait)

    def time(self) -> float:
        return 1_000.0 + self._no_wait.skipped_s

    def jump(self, seconds: float) -> None:
        """Time passes without anything being run, as when the machine or the process sleeps."""
        self._no_wait.skipped_s += seconds


def on_wound_clock(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run an async test on a loop of its own whose time is wound."""

    @functools.wraps(test)
    def run(*arguments: Any, **named: Any) -> None:
        with asyncio.Runner(loop_factory=WoundLoop) as runner:
            runner.run(_awaited(test(*arguments, **named)))

    return run


async def _awaited(test: Awaitable[None]) -> None:
    await test


def now() -> float:
    """The running loop's time: the clock to give to what is tested."""
    return asyncio.get_running_loop().time()
