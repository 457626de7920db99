"""A comparison on a wound clock with scripted providers, and everything that it told."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

from tests.support.wound_clock import now
from workbench.domain.conversation import Attempt, Lane, Response, Session, Turn
from workbench.domain.prices import Rates
from workbench.engine.comparison import Comparison
from workbench.engine.events import (
    AttemptEnded,
    AttemptFailed,
    AttemptStarted,
    EngineEvent,
    Received,
    ResponseEnded,
    RetryScheduled,
)
from workbench.engine.options import EngineOptions
from workbench.engine.ports import NullRecorder
from workbench.providers.scripted import Script, ScriptedDeployments, ScriptedProvider

PRICE = Rates(input=3_000_000_000, output=15_000_000_000)
"""$3 and $15 per million tokens: 3 and 15 micro-dollars a token."""


class KeptRecorder(NullRecorder):
    """Keeps the calls in order."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.attempts: dict[str, Attempt] = {}
        self.responses: dict[str, Response] = {}
        self.streamed: dict[tuple[str, str], str] = {}

    def session_saved(self, session: Session, lanes: Sequence[Lane]) -> None:
        self.calls.append(("session_saved", (session, lanes)))

    def turn_started(self, turn: Turn, responses: Sequence[Response]) -> None:
        self.calls.append(("turn_started", (turn, responses)))

    def response_added(self, response: Response) -> None:
        self.calls.append(("response_added", (response,)))

    def attempt_started(self, attempt: Attempt) -> None:
        self.calls.append(("attempt_started", (attempt,)))

    def delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        self.calls.append(("delta", (response, at_s, kind, text)))
        self.streamed[response, kind] = self.streamed.get((response, kind), "") + text

    def attempt_ended(self, attempt: Attempt) -> None:
        self.calls.append(("attempt_ended", (attempt,)))
        self.attempts[attempt.id] = attempt

    def response_ended(self, response: Response) -> None:
        self.calls.append(("response_ended", (response,)))
        self.responses[response.id] = response

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]


class FixedPrices:
    """One price for every model."""

    def __init__(self, rates: Rates | None = PRICE) -> None:
        self._rates = rates

    def rates(self, config: Any, model: str) -> Rates | None:
        return self._rates


class Stage:
    """Lanes `1`, `2`, … each with a scripted provider of its own, asked for as `pN/m`."""

    def __init__(
        self,
        *scripts: Script | ScriptedProvider,
        options: EngineOptions = EngineOptions(),
        local: bool = False,
        listener: Any = None,
        **named: Any,
    ) -> None:
        self.providers = [
            script if isinstance(script, ScriptedProvider) else ScriptedProvider(script, clock=now)
            for script in scripts
        ]
        self.lanes = [Lane(str(n), n - 1, f"p{n}/m") for n in range(1, len(scripts) + 1)]
        self.deployments = ScriptedDeployments(
            {f"p{n}/m": provider for n, provider in enumerate(self.providers, 1)}, local=local
        )
        self.recorder = named.pop("recorder", KeptRecorder())
        self.events: list[EngineEvent] = []
        self.comparison = Comparison(
            Session("s", "", "2026-01-01T00:00:00Z"),
            self.lanes,
            self.deployments,
            self.recorder,
            listener or self.events.append,
            prices=named.pop("prices", FixedPrices()),
            options=options,
            clock=asyncio.get_running_loop().time,
            random=random.Random(7),
            **named,
        )

    async def ask(self, prompt: str = "hi", **named: Any) -> list[Response]:
        """Send, wait, and give the turn's responses in lane order."""
        turn = self.comparison.send(prompt, **named)
        await self.comparison.wait()
        return self.answers(turn.id)

    def answers(self, turn: str) -> list[Response]:
        """The responses of a turn."""
        record = next(record for record in self.comparison.turns if record.turn.id == turn)
        return list(record.responses)

    def told(self, kind: type, lane: str | None = None) -> list[Any]:
        """Events of one kind, of one lane."""
        return [
            event
            for event in self.events
            if isinstance(event, kind) and (lane is None or getattr(event, "lane", lane) == lane)
        ]

    def terminal(self, lane: str | None = None) -> list[AttemptEnded | AttemptFailed]:
        """The ends of attempts."""
        return [*self.told(AttemptEnded, lane), *self.told(AttemptFailed, lane)]


__all__ = [
    "AttemptEnded",
    "AttemptFailed",
    "AttemptStarted",
    "FixedPrices",
    "KeptRecorder",
    "Received",
    "ResponseEnded",
    "RetryScheduled",
    "Stage",
]
