"""Keeps imports behind the paint out of the way of typing.

The vendors' SDKs are some 2,000 modules, half a second to a second of work in a thread, and as long as it runs each
echo of a key waits for its turn. A finder that finds nothing stands before all others: in work that was begun
`behind_keys` it holds the next module back until no key came for a moment. Only modules of packages that nobody but
such work imports are held back: of another the loop itself could be waiting for the lock.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import ModuleType

PAUSE_S = 0.3
"""Without a key; longer than between two letters, shorter than between two thoughts."""
SWITCH_S = 0.001
"""A thread that imports lets the loop have its turn after this time; with Python's 5 ms and several such threads the
loop was up to 28 ms late."""
_AT_ONCE = frozenset({"workbench", "textual", "rich", *sys.stdlib_module_names})

_behind_keys: ContextVar[bool] = ContextVar("behind_keys", default=False)


@contextmanager
def behind_keys() -> Iterator[None]:
    """What is begun inside, in threads and tasks too, imports while no keys are coming."""
    token = _behind_keys.set(True)
    try:
        yield
    finally:
        _behind_keys.reset(token)


class QuietImports:
    """Imports in pauses of typing."""

    def __init__(self, since_key_s: Callable[[], float], keep: Callable[[], None] = lambda: None) -> None:
        """Args: `keep` is called between two modules, whose objects are here to stay: no use to search for garbage."""
        self._since_key_s = since_key_s
        self._keep = keep
        self._hurried, self._wanted = threading.Event(), asyncio.Event()
        """The same for threads and for the loop."""
        self._loop_thread = threading.get_ident()
        self._switch_s = sys.getswitchinterval()

    def start(self) -> None:
        """Hold imports back from now on; to be called on the loop."""
        sys.meta_path.insert(0, self)
        sys.setswitchinterval(SWITCH_S)

    def stop(self) -> None:
        """No longer, and let go on what waits."""
        self.hurry()
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            sys.setswitchinterval(self._switch_s)

    def hurry(self) -> None:
        """Something that was asked for waits for the imports: hold nothing back any more."""
        self._hurried.set()
        self._wanted.set()

    def take_time(self) -> None:
        """Nothing waits any more."""
        self._hurried.clear()
        self._wanted.clear()

    async def pause(self) -> None:
        """Wait for a pause in typing, before work that can't be held back once it began."""
        while (left := self._left_s()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._wanted.wait()

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None) -> None:
        """Nothing, but perhaps a moment later."""
        if not _behind_keys.get() or name.partition(".")[0] in _AT_ONCE or threading.get_ident() == self._loop_thread:
            return
        self._keep()
        while (left := self._left_s()) > 0:
            self._hurried.wait(left)

    def _left_s(self) -> float:
        """Of the time that is to pass without a key."""
        return 0.0 if self._hurried.is_set() else PAUSE_S - self._since_key_s()
