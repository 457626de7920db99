"""The thin I/O of the protocols whose vendors have an SDK: it opens the stream, the raw bytes are ours.

The SDK knows authentication, endpoints and Azure, and raises typed errors for statuses. Everything that it would do by
itself is off: retries, redirects, objects per chunk, credentials and headers from the environment.
"""

import asyncio
from contextlib import suppress
from typing import Any, ClassVar

from workbench.domain.catalog import ModelInfo, ProviderConfig
from workbench.domain.conversation import Message, ModelRequest, TextPart
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.providers.clients import Clients, load
from workbench.providers.errors import connection_error, not_a_stream, status_error
from workbench.providers.model_lists import models_in
from workbench.providers.pump import OpenResponse, arrivals
from workbench.providers.remote import LIST_S, WARM_S, RemoteProvider
from workbench.providers.spelling import spell

KEYLESS = "none"
"""What the SDKs' constructors get where there is no key; it is never sent."""
REHEARSALS = 4
"""The first finds types and modules cold, the next few the interpreter's caches."""
_KEY_HEADERS = {
    "bearer": "Authorization",
    "x-api-key": "X-Api-Key",
    "api-key": "api-key",
    "x-goog-api-key": "x-goog-api-key",
}


class SdkProvider(RemoteProvider):
    """One provider over one SDK client, which is built on first use."""

    module: ClassVar[str]
    """The SDK's module."""
    path: ClassVar[str]
    """Where the stream is asked for."""

    def __init__(self, config: ProviderConfig, key: str | None, clients: Clients) -> None:
        super().__init__(config, key, clients)
        self._sdk: Any = None
        self._client: Any = None
        self._headers: dict[str, Any] = {}

    def build(self, sdk: Any, http: Any) -> Any:
        """The SDK's client, with nothing taken from the environment."""
        raise NotImplementedError

    async def post(self, model: str, body: dict[str, Any]) -> OpenResponse:
        """See `RemoteProvider.post`."""
        client = await self._ready()
        try:
            response: OpenResponse = await self._post(self._sdk, client, body)
            return response
        except Exception as error:
            raise self._failure(error) from None

    async def listed(self, path: str) -> list[ModelInfo]:
        """See `RemoteProvider.listed`."""
        client = await self._ready()
        try:
            async with asyncio.timeout(LIST_S):
                listed = await client.get(path, cast_to=object, options={"headers": self._headers})
        except Exception as error:
            raise self._failure(error) from None
        found = models_in(self.config, listed)
        if found is None:
            raise not_a_stream(200, "an unknown model list", b"", self._caller)
        return found

    async def warm(self) -> None:
        """See `Provider.warm`: a rehearsal in a thread, then a connection without a key on it."""
        try:
            client = await self._ready()
            await asyncio.to_thread(lambda: asyncio.run(self._rehearse()))
            http = await self._clients.for_sdks()
            if self.config.local:
                return  # loopback connects at once, and home-made servers may answer HEAD with a body
            async with asyncio.timeout(WARM_S):
                await http.head(client.base_url.copy_with(raw_path=b"/"))
        except Exception:  # noqa: S110  (the request itself will tell what is wrong)
            pass

    async def _rehearse(self) -> None:
        """A whole request against a transport that answers by itself: what the first one would find cold."""
        sdk = self._sdk
        http: Any = await load("httpx2")
        waiter: Any = await load("anyio")
        await waiter.sleep(0)  # loads what connections wait with

        def answer(_request: Any) -> Any:
            return http.Response(200, headers={"content-type": "text/event-stream"}, content=b"data: {}\n\n")

        async with http.AsyncClient(transport=http.MockTransport(answer)) as mock:
            client = self.build(sdk, mock)
            request = ModelRequest("rehearsal", (Message("user", (TextPart("rehearsal"),)),))
            for _ in range(REHEARSALS):
                response = await self._post(sdk, client, spell(request, self.config).body)
                with suppress(ProviderError):  # nothing was answered, which is all that can be wrong here
                    async for _ in arrivals(response, self.translator(), self._caller):
                        pass
            self._client._platform = client._platform  # found out with a blocking call

    async def _post(self, sdk: Any, client: Any, body: dict[str, Any]) -> Any:
        stream = await client.post(
            self.path,
            body=body,
            cast_to=object,
            stream=True,
            stream_cls=sdk.AsyncStream[object],
            options={"headers": self._headers},
        )
        return stream.response

    def _failure(self, error: Exception) -> ProviderError:
        """What an exception of the SDK means; it is not chained, because its request holds the key."""
        if isinstance(error, ProviderError):
            return error
        for cause in (error.__cause__, error.__context__):
            if isinstance(cause, ProviderError):
                return cause
        response = getattr(error, "response", None)
        if response is not None:
            return status_error(response.status_code, response.headers, response.content, self._caller)
        return connection_error(error, self._caller, "connect")

    async def _ready(self) -> Any:
        if self._client is None:
            http = await self._clients.for_sdks()
            await load("httpx")  # both SDKs look into it as soon as it is in `sys.modules`, be it only half imported
            sdk = await load(self.module)
            if self._client is None:
                self._sdk = sdk
                self._headers = self._own_headers(sdk)
                try:
                    client = self.build(sdk, http)
                except Exception as error:
                    reason = self._caller.scrub(str(error))[:200]
                    raise ProviderError(ErrorInfo("config", f"{self.config.name} can't be set up: {reason}")) from None
                # Whatever the constructor took from the environment beside the arguments is taken out again.
                client._custom_headers = dict(self.config.headers)
                self._client = client
        return self._client

    def _own_headers(self, sdk: Any) -> dict[str, Any]:
        """The credential as this vendor wants it, and no other: the SDK's own header is always replaced."""
        headers: dict[str, Any] = {name: sdk.Omit() for name in ("Authorization", "X-Api-Key", "api-key")}
        if self._key:
            name = _KEY_HEADERS.get(self._quirks.key_header, "Authorization")
            headers[name] = f"Bearer {self._key}" if name == "Authorization" else self._key
        return headers
