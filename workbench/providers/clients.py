"""The two HTTP clients of the program, shared by all providers and built when first needed, in a thread.

`httpx2` is what the vendors' SDKs demand, `httpx` is what we speak ourselves. Building one costs some 60 ms (imports,
certificates), which must not be spent on the event loop.
"""

import asyncio
import importlib
from types import ModuleType
from typing import Any

from workbench.providers.guard import Guard

READ_S = 900.0
"""The last resort behind the engine's own deadlines, which count content and not bytes."""
KEEP_ALIVE_S = 60.0


class Clients:
    """One `httpx2` and one `httpx` client with guarded transports, without redirects and environment credentials."""

    def __init__(self, *, connect_s: float = 5.0) -> None:
        self._connect_s = connect_s
        self._clients: dict[str, Any] = {}
        self._lock = asyncio.Lock()

    async def for_sdks(self) -> Any:
        """The `httpx2.AsyncClient` that every SDK client shares; never close it through one of them."""
        return self._clients.get("httpx2") or await self._build("httpx2")

    async def own(self) -> Any:
        """The `httpx.AsyncClient` for the protocols that we speak ourselves."""
        return self._clients.get("httpx") or await self._build("httpx")

    async def close(self) -> None:
        """Close all connections; the next use builds anew."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.aclose()

    async def _build(self, name: str) -> Any:
        async with self._lock:
            if name not in self._clients:
                self._clients[name] = await asyncio.to_thread(build_client, name, self._connect_s)
            return self._clients[name]


def build_client(name: str, connect_s: float) -> Any:
    """A guarded client of the module `httpx` or `httpx2`. Blocks."""
    http = importlib.import_module(name)
    limits = http.Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=KEEP_ALIVE_S)
    verify = http.create_ssl_context()

    def transport(proxy: str | None) -> Any:
        return http.AsyncHTTPTransport(verify=verify, limits=limits, proxy=proxy, trust_env=False)

    return http.AsyncClient(
        transport=Guard(http, transport),
        timeout=http.Timeout(READ_S, connect=connect_s),
        follow_redirects=False,
        trust_env=False,
        headers={"accept-encoding": "gzip, deflate"},
    )


async def load(module: str) -> ModuleType:
    """Import in a thread: the SDKs take a second of CPU time that the screen must not wait for."""
    return await asyncio.to_thread(importlib.import_module, module)
