"""What all providers across a network do alike: compile, send, repair, read. How bytes are had is their own part."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, ClassVar

from workbench.domain.catalog import ModelInfo, ProviderConfig
from workbench.domain.conversation import ModelRequest
from workbench.domain.events import StreamEvent, Warn
from workbench.providers.assembly import Translator
from workbench.providers.base import Arrival
from workbench.providers.clients import Clients
from workbench.providers.decode import Framing
from workbench.providers.errors import caller_of
from workbench.providers.pump import OpenResponse, arrivals
from workbench.providers.quirks import quirks_of
from workbench.providers.repair import RepairMemory
from workbench.providers.request_compiler import Compiled
from workbench.providers.spelling import spell
from workbench.providers.sse import SseDecoder

LIST_S = 30.0
"""A model list must be there within this time."""
WARM_S = 5.0
"""How long a connection is tried ahead of the first request."""


class RemoteProvider(ABC):
    """One provider's requests; satisfies `Provider` but for `warm`."""

    models_path: ClassVar[str] = "/models"
    """Where the protocol has its model list."""

    def __init__(self, config: ProviderConfig, key: str | None, clients: Clients) -> None:
        self.config = config
        self._key = key
        self._clients = clients
        self._quirks = quirks_of(config)
        self._caller = caller_of(config, key)
        self._repairs = RepairMemory()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config.name!r})"

    @abstractmethod
    def translator(self) -> Translator:
        """A fresh translator of this protocol."""

    def framing(self) -> Framing:
        """A fresh decoder of the body's frames."""
        return SseDecoder()

    @abstractmethod
    async def post(self, model: str, body: dict[str, Any]) -> OpenResponse:
        """The response to a request for a stream, as soon as its head has arrived.

        Raises:
            ProviderError: there is none, or its status is an error.
        """

    @abstractmethod
    async def listed(self, path: str) -> list[ModelInfo]:
        """What the model list at `path` names.

        Raises:
            ProviderError: it can't be had.
        """

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        """See `Provider.stream`."""
        compiled = spell(request, self.config)

        async def send(body: dict[str, Any]) -> OpenResponse:
            return await self.post(request.model, body)

        response, notes = await self._repairs.send(request.model, compiled.body, send)
        notes = [*_told(compiled), *notes]
        reading = arrivals(response, self.translator(), self._caller, framing=self.framing(), notes=notes)
        async with aclosing(reading):
            async for arrival in reading:
                yield arrival

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`."""
        path = self._quirks.models_path or self.models_path
        return [] if path == "none" else await self.listed(path)


def _told(compiled: Compiled) -> list[StreamEvent]:
    """What a request could not say, as warnings."""
    notes: list[StreamEvent] = []
    if compiled.ignored:
        names = ", ".join(compiled.ignored)
        notes.append(Warn("ignored_parameter", f"not sent, because this model does not take it: {names}"))
    notes.extend(Warn("lost_schema", line) for line in compiled.lost)
    return notes
