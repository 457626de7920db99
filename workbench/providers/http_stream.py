"""The thin I/O of the protocols that we speak ourselves: one request over `httpx`, its body to the translator.

The only module beside `clients.py` that knows `httpx`, so that moving to another library is a change in one place.
"""

import asyncio
from abc import abstractmethod
from typing import Any, ClassVar

from workbench.domain.catalog import ModelInfo
from workbench.domain.errors import ProviderError
from workbench.providers.errors import connection_error, not_a_stream, status_error
from workbench.providers.model_lists import read_models
from workbench.providers.pump import OpenResponse
from workbench.providers.remote import LIST_S, WARM_S, RemoteProvider


class HttpProvider(RemoteProvider):
    """One provider over the shared `httpx` client."""

    key_header: ClassVar[str] = "bearer"
    """How the protocol's inventor wants the key."""

    @abstractmethod
    def path(self, model: str) -> str:
        """Where the stream is asked for, after the base URL."""

    async def post(self, model: str, body: dict[str, Any]) -> OpenResponse:
        """See `RemoteProvider.post`."""
        response: OpenResponse = await self._open("POST", self.path(model), body)
        return response

    async def listed(self, path: str) -> list[ModelInfo]:
        """See `RemoteProvider.listed`."""
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
