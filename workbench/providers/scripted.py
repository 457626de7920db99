"""Plays a script of events against a clock, without a socket: unit tests and replay.

A script is a sequence of arrivals, whose `at_s` counts from the request, and of things to happen in between: an
exception is raised, a `Pause` waits. Every request plays the next take; the last one repeats.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.domain.catalog import ModelInfo, ProviderConfig, Target
from workbench.domain.conversation import ModelRequest
from workbench.domain.errors import ConfigurationError
from workbench.domain.events import BlockDelta, BlockStart, Finish, FinishReason, Headers, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.base import Arrival


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing happens for so long; for ever when `seconds` is infinite."""

    seconds: float = math.inf


Step = Arrival | Pause | BaseException
Script = Sequence[Step]


class ScriptedProvider:
    """A provider that says what it was told to. `requests` and `hung_up` tell what was done with it."""

    def __init__(
        self,
        arrivals: Script,
        *more: Script,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.requests: list[ModelRequest] = []
        self.hung_up = 0
        """Streams that were closed before their script was over."""
        self._takes = (arrivals, *more)
        self._clock = clock
        self._sleep = sleep

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        """Play the next take.

        Raises:
            BaseException: whatever the script holds.
        """
        script = self._takes[min(len(self.requests), len(self._takes) - 1)]
        self.requests.append(request)
        start_s = self._clock()
        over = False
        try:
            for step in script:
                if isinstance(step, BaseException):
                    over = True
                    raise step
                if isinstance(step, Pause):
                    await self._pause(step.seconds)
                    continue
                wait_s = start_s + step.at_s - self._clock()
                if wait_s > 0:
                    await self._pause(wait_s)
                yield replace(step, at_s=max(start_s + step.at_s, self._clock()))
            over = True
        finally:
            self.hung_up += not over

    async def models(self) -> list[ModelInfo]:
        """None: a script has no list."""
        return []

    async def warm(self) -> None:
        """Nothing to warm."""

    async def _pause(self, seconds: float) -> None:
        if math.isinf(seconds):
            await asyncio.get_running_loop().create_future()
        await self._sleep(seconds)


class ScriptedDeployments:
    """Scripted providers by target, in the place of a registry."""

    def __init__(self, providers: Mapping[str, ScriptedProvider], *, local: bool = False) -> None:
        self._providers = dict(providers)
        self.configs: dict[str, ProviderConfig] = {}
        """By provider name, as a registry has them."""
        for target in providers:
            name = target.partition("/")[0]
            self.configs[name] = ProviderConfig(name, "openai-chat", f"http://{name}.invalid/v1", local=local)

    def open(self, target: Target) -> tuple[ProviderConfig, ScriptedProvider]:
        """The script of a target.

        Raises:
            ConfigurationError: there is none.
        """
        provider = self._providers.get(str(target))
        if provider is None:
            raise ConfigurationError(f"no provider is called {target.provider!r}")
        return self.configs[target.provider], provider


def said(
    *pieces: str,
    reasoning: Iterable[str] = (),
    usage: Usage | None = None,
    finish: FinishReason | None = "stop",
    first_s: float = 0.0,
    every_s: float = 0.0,
) -> list[Arrival]:
    """An ordinary answer: headers, reasoning, text, usage and the finish, each piece an arrival of its own.

    Args:
        pieces: the text.
        reasoning: what is thought before it.
        usage: the provider's counts; None for a provider that is silent about them.
        finish: None leaves the finish out, so that the body ends too early.
        first_s: seconds from the request to the first piece.
        every_s: seconds between pieces.
    """
    arrivals = [Arrival(0.0, (Headers(200, "req-1"),))]
    at_s, block = first_s, 0
    thoughts = list(reasoning)
    for kind, words in (("reasoning", thoughts), ("text", list(pieces))):
        for place, piece in enumerate(words):
            events: list[StreamEvent] = [BlockDelta(block, piece)]
            if place == 0:
                events.insert(0, BlockStart(block, "reasoning" if kind == "reasoning" else "text"))
            arrivals.append(Arrival(at_s, events))
            at_s += every_s
        block += bool(words)
    end: list[StreamEvent] = [] if usage is None else [UsageUpdate(usage, {})]
    if finish is not None:
        end.append(Finish(finish, finish))
    if end:
        arrivals.append(Arrival(at_s, end))
    return arrivals
