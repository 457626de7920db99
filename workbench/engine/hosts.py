"""How many requests one host may have at once; the rest waits in order of arrival."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from workbench.domain.catalog import ProviderConfig
from workbench.engine.options import EngineOptions


class HostGates:
    """One gate per `host:port` that has a limit."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._gates: dict[str, asyncio.Semaphore] = {}

    @asynccontextmanager
    async def slot(self, config: ProviderConfig) -> AsyncIterator[None]:
        """Wait for a free place at the provider's host and hold it."""
        gate = self._gate(config)
        if gate is None:
            yield
            return
        async with gate:
            yield

    def _gate(self, config: ProviderConfig) -> asyncio.Semaphore | None:
        host = urlsplit(config.base_url).netloc.rpartition("@")[2]
        if host not in self._gates:
            limit = self._options.host_limits.get(
                host, config.quirks.get("concurrency", self._options.host_concurrency)
            )
            if not isinstance(limit, int) or limit < 1:
                return None
            self._gates[host] = asyncio.Semaphore(limit)
        return self._gates[host]
