"""Keeps imports behind the paint out of the way of typing.

The vendors' SDKs are some 2,000 modules, half a second to a second of work in a thread, and as long as it runs each
echo of a key waits for its turn. A finder stands before all others: in work that was begun `behind_keys` the loader of
what it finds holds the module back until no key came for a moment. That module's own lock is held meanwhile, so only
packages that the loop never imports are held back, and who asks for something that may need them hurries it all.
"""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

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


class _Held(Loader):
    """A loader that waits, and then leaves its place to the real one."""

    def __init__(self, loader: Loader, hold: Callable[[], None]) -> None:
        self._loader = loader
        self._hold = hold

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """The module, later."""
        self._hold()
        spec.loader = self._loader
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Never asked: the real loader stands here by then."""
        self._loader.exec_module(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)


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

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, with a loader that waits: here, under the lock of all imports, nothing may."""
        if not _behind_keys.get() or name.partition(".")[0] in _AT_ONCE or threading.get_ident() == self._loop_thread:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in others)), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Held(spec.loader, self.hold)
        return spec

    def hold(self) -> None:
        """Keep the thread that imports until no keys come."""
        self._keep()
        while (left := self._left_s()) > 0:
            self._hurried.wait(left)

    def _left_s(self) -> float:
        """Of the time that is to pass without a key."""
        return 0.0 if self._hurried.is_set() else PAUSE_S - self._since_key_s()
