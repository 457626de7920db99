"""The one seam between the engine and whatever can answer."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.domain.catalog import ModelInfo
from workbench.domain.conversation import ModelRequest
from workbench.domain.events import StreamEvent


@dataclass(frozen=True, slots=True)
class Arrival:
    """One read from the connection: when it came and what it said."""

    at_s: float
    """A reading of the monotonic clock (`time.perf_counter`), taken before the bytes were looked at."""
    events: Sequence[StreamEvent]
    connect_s: float | None = None
    """With the `Headers` event: seconds spent connecting; None when the connection was already open."""


class Provider(Protocol):
    """Something that can answer a request."""

    def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        """Yield events in arrival order, `Headers` first, `Finish` last; closing early hangs up.

        Raises:
            ProviderError: also midway; what was already yielded stands.
        """

    async def models(self) -> list[ModelInfo]:
        """What the provider's own list names, in its order.

        Raises:
            ProviderError: the list can't be had.
        """

    async def warm(self) -> None:
        """Do ahead of time what the first request would pay for: imports, clients, the connection. Never raises."""
