"""Makes any provider suffer on purpose, to see what a line-up or a route does about it (`ask --chaos`)."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from workbench.domain.catalog import ModelInfo, ProviderConfig, Target
from workbench.domain.conversation import ModelRequest
from workbench.domain.errors import ConfigurationError, ErrorInfo, ErrorKind, ProviderError
from workbench.domain.events import BlockDelta, BlockStart, StreamEvent
from workbench.providers.base import Arrival, Provider

SLOW_START_S = 2.0
SLOW_STEP_S = 0.25
_STATUSES: dict[str, tuple[ErrorKind, float | None]] = {
    "429": ("rate", 1.0),
    "529": ("overloaded", None),
    "500": ("server", None),
}
_PLAIN = (*_STATUSES, "slow", "stall")
_COUNTED = ("cut", "error")
_CONTENT = ("text", "reasoning", "refusal")


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble."""

    kind: str
    after: int = 0
    """Characters of the answer that still arrive."""


def parse_fault(text: str) -> Fault:
    """The fault that a word names.

    Raises:
        ConfigurationError: none.
    """
    kind, colon, number = text.partition(":")
    if not colon and kind in _PLAIN:
        return Fault(kind)
    if kind in _COUNTED and number.isascii() and number.isdigit() and len(number) < 10:
        return Fault(kind, int(number))
    raise ConfigurationError(f"{text!r} is no fault: write 429, 529, 500, slow, stall, cut:N or error:N")


class _Deployments(Protocol):
    @property
    def configs(self) -> Mapping[str, ProviderConfig]: ...

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]: ...


class ChaosDeployments:
    """Deployments whose every answer suffers from one fault."""

    def __init__(self, inner: _Deployments, fault: Fault) -> None:
        self._inner = inner
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @property
    def configs(self) -> Mapping[str, ProviderConfig]:
        """As the deployments within."""
        return self._inner.configs

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]:
        """The provider of a target, in trouble.

        Raises:
            ConfigurationError: as the deployments within.
        """
        config, provider = self._inner.open(target)
        return config, ChaosProvider(provider, self._fault)


class ChaosProvider:
    """A provider that suffers from one fault."""

    def __init__(
        self,
        inner: Provider,
        fault: Fault,
        *,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Any] = asyncio.sleep,
    ) -> None:
        self._inner = inner
        self._fault = fault
        self._clock = clock
        self._sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def models(self) -> list[ModelInfo]:
        """As the provider within."""
        return await self._inner.models()

    async def warm(self) -> None:
        """As the provider within."""
        await self._inner.warm()

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        """The answer of the provider within, until the fault strikes.

        Raises:
            ProviderError: the fault, or one of the provider's own.
        """
        if self._fault.kind in _STATUSES:
            kind, retry_after_s = _STATUSES[self._fault.kind]
            raise _injected(kind, f"answered {self._fault.kind}", int(self._fault.kind), retry_after_s)
        arrivals = cast(Any, self._inner.stream(request))
        async with contextlib.aclosing(arrivals):
            if self._fault.kind == "slow":
                await self._sleep(SLOW_START_S)
            passed = _Passed(self._fault.after if self._fault.kind in _COUNTED else None)
            async for arrival in arrivals:
                if self._fault.kind == "slow":
                    await self._sleep(SLOW_STEP_S)
                    yield replace(arrival, at_s=self._clock())
                    continue
                events = list(passed.through(arrival.events))
                if events:
                    yield replace(arrival, events=events)
                if passed.full:
                    raise self._strike()
                if self._fault.kind == "stall" and passed.characters:
                    await asyncio.Event().wait()

    def _strike(self) -> ProviderError:
        after = f"after {self._fault.after} characters"
        if self._fault.kind == "cut":
            return _injected("cut", f"cut the connection {after}", None, None)
        return _injected("server", f"reported an error {after}", None, None)


class _Passed:
    """Lets so many characters through; None is all."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._content: set[int] = set()
        self.characters = 0
        self.full = False

    def through(self, events: Sequence[StreamEvent]) -> Iterator[StreamEvent]:
        for event in events:
            match event:
                case BlockStart(block, kind):
                    if kind in _CONTENT:
                        self._content.add(block)
                    if self._most == 0:
                        self.full = True
                        return
                case BlockDelta(block, text) if block in self._content:
                    room = len(text) if self._most is None else self._most - self.characters
                    self.characters += min(len(text), room)
                    if self._most is not None and len(text) >= room:
                        self.full = True
                        yield BlockDelta(block, text[:room])
                        return
            yield event


def _injected(kind: ErrorKind, what: str, status: int | None, retry_after_s: float | None) -> ProviderError:
    return ProviderError(ErrorInfo(kind, f"the provider {what} (injected by --chaos)", status, retry_after_s))
