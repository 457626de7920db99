"""The thin I/O of the protocols that we speak ourselves: one request over `httpx`, its body to the translator.

The only module beside `clients.py` that knows `httpx`, so that moving to another library is a change in one place.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, ClassVar

from workbench.domain.catalog import ModelInfo, ProviderConfig
from workbench.domain.conversation import ModelRequest
from workbench.domain.errors import ProviderError
from workbench.providers.assembly import Translator
from workbench.providers.base import Arrival
from workbench.providers.clients import Clients
from workbench.providers.decode import Framing
from workbench.providers.errors import caller_of, connection_error, not_a_stream, status_error
from workbench.providers.model_lists import read_models
from workbench.providers.pump import arrivals
from workbench.providers.quirks import quirks_of
from workbench.providers.repair import RepairMemory
from workbench.providers.sdk import told
from workbench.providers.spelling import spell
from workbench.providers.sse import SseDecoder

LIST_S = 30.0
"""A model list must be there within this time."""
WARM_S = 5.0


class HttpProvider:
    """One provider over the shared `httpx` client."""

    key_header: ClassVar[str] = "bearer"
    """How the protocol's inventor wants the key."""
    models_path: ClassVar[str] = "/models"

    def __init__(self, config: ProviderConfig, key: str | None, clients: Clients) -> None:
        self.config = config
        self._key = key
        self._clients = clients
        self._quirks = quirks_of(config)
        self._caller = caller_of(config, key)
        self._repairs = RepairMemory()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.config.name!r})"

    def path(self, model: str) -> str:
        """Where the stream is asked for, after the base URL."""
        raise NotImplementedError

    def translator(self) -> Translator:
        """A fresh translator of this protocol."""
        raise NotImplementedError

    def framing(self) -> Framing:
        """A fresh decoder of the body's frames."""
        return SseDecoder()

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        """See `Provider.stream`."""
        compiled = spell(request, self.config)
        path = self.path(request.model)

        async def send(body: dict[str, Any]) -> Any:
            return await self._open("POST", path, body)

        response, notes = await self._repairs.send(request.model, compiled.body, send)
        reading = arrivals(
            response, self.translator(), self._caller, framing=self.framing(), notes=[*told(compiled), *notes]
        )
        async with aclosing(reading):
            async for arrival in reading:
                yield arrival

    async def models(self) -> list[ModelInfo]:
        """See `Provider.models`."""
        path = self._quirks.models_path or self.models_path
        if path == "none":
            return []
        try:
            async with asyncio.timeout(LIST_S):
                response = await self._open("GET", path, None)
                body = await response.aread()
        except ProviderError:
            raise
        except Exception as error:
            raise connection_error(error, self._caller, "headers") from None
        found = read_models(self.config, body)
        if found is None:
            raise not_a_stream(response.status_code, "an unknown model list", body, self._caller)
        return found

    async def warm(self) -> None:
        """See `Provider.warm`."""
        try:
            client = await self._clients.own()
            if self.config.local:
                return  # loopback connects at once, and home-made servers may answer HEAD with a body
            async with asyncio.timeout(WARM_S):
                await client.head(self._url("/"))
        except Exception:  # noqa: S110  (the request itself will tell what is wrong)
            pass

    def _url(self, path: str) -> str:
        """A path after the base URL; one that begins with two slashes is counted from the host's root."""
        base = self.config.base_url.rstrip("/")
        if path.startswith("//"):
            scheme, _, rest = base.partition("://")
            return f"{scheme}://{rest.split('/', 1)[0]}{path[1:]}"
        return base + path

    def _headers(self) -> dict[str, str]:
        headers = {"accept": "text/event-stream, application/x-ndjson, application/json", **self.config.headers}
        if self._key:
            name = self._quirks.key_header or self.key_header
            if name == "bearer":
                headers["Authorization"] = f"Bearer {self._key}"
            else:
                headers[name] = self._key
        return headers

    async def _open(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """The response, as soon as its head has arrived.

        Raises:
            ProviderError: there is none, or its status is an error.
        """
        client = await self._clients.own()
        try:
            request = client.build_request(method, self._url(path), json=body, headers=self._headers())
            response = await client.send(request, stream=True)
        except ProviderError:
            raise
        except Exception as error:
            # Not chained: the exception holds the request, and the request holds the key.
            raise connection_error(error, self._caller, "connect") from None
        if response.status_code >= 300:
            content = await response.aread()  # the guard has bounded it
            await response.aclose()
            raise status_error(response.status_code, response.headers, content, self._caller)
        return response
