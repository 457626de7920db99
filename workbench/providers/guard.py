"""A transport that trusts nobody: caps on what is read, a deadline for error bodies, a choice of proxy without leaks.

It stands below the SDKs, which read error bodies whole and without end, and serves `httpx2` (theirs) and `httpx` (ours)
alike: both have the same interfaces under different names, so the classes are made for the module that is handed in.

Redirects are refused by the clients above (`follow_redirects=False`), so a request goes to the origin that its provider
configured and nowhere else.
"""

import asyncio
import ipaddress
import time
import urllib.request
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from workbench.domain.errors import ErrorInfo, ProviderError

MAX_BODY_BYTES = 64 << 20
"""Of a response, before and after decompression."""
MAX_ERROR_BYTES = 1 << 20
"""Of the body of an error status; what is longer is cut off and what there is gets read."""
ERROR_BODY_S = 10.0
"""An error body that trickles is read for this long."""
ENCODINGS = ("", "identity", "gzip", "x-gzip", "deflate")
"""What a body may be compressed with: one layer of what the standard library decompresses step by step."""


def too_large(limit: int) -> ProviderError:
    """The error of a body over its cap."""
    return ProviderError(ErrorInfo("too_large", f"the response is larger than {limit >> 20} MB; the rest was not read"))


class ConnectTimer:
    """Times the connecting of one request, through the tracing hook of `httpcore`."""

    __slots__ = ("_started", "connect_s")

    def __init__(self) -> None:
        self._started = 0.0
        self.connect_s: float | None = None

    async def __call__(self, name: str, _info: Any) -> None:
        """Take note of a step that `httpcore` reports."""
        if name == "connection.connect_tcp.started":
            self._started = time.perf_counter()
        elif name in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.connect_s = time.perf_counter() - self._started


class Guard:
    """The transport of one client; `inner(proxy)` makes the transports that it chooses from."""

    def __init__(self, http: Any, inner: Callable[[str | None], Any], max_body_bytes: int = MAX_BODY_BYTES) -> None:
        self._http = http
        self._inner = inner
        self._max = max_body_bytes
        self._transports: dict[str | None, Any] = {None: inner(None)}
        self._counted = _counted_stream(http)

    async def handle_async_request(self, request: Any) -> Any:
        """Send it, and bound what comes back."""
        timer = ConnectTimer()
        request.extensions.setdefault("trace", timer)
        response = await self._transport(request.url).handle_async_request(request)
        response.extensions["connect_s"] = timer.connect_s
        if response.status_code >= 300:
            return await self._bounded_error(response)
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in ENCODINGS:
            await response.aclose()
            raise ProviderError(
                ErrorInfo("parse", f"the response is compressed in a way that was not asked for: {encoding[:40]!r}")
            )
        response.stream = self._counted(response.stream, self._max)
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.aclose()

    async def __aenter__(self) -> "Guard":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _transport(self, url: Any) -> Any:
        proxy = proxy_for(url.scheme, url.host, url.port)
        if proxy not in self._transports:
            self._transports[proxy] = self._inner(proxy)
        return self._transports[proxy]

    async def _bounded_error(self, response: Any) -> Any:
        """The same response with its body read as far as caps and deadline allow, decompressed under the same cap."""
        body = bytearray()
        try:
            async with asyncio.timeout(ERROR_BODY_S):
                async for chunk in response.stream:
                    body += chunk[: MAX_ERROR_BYTES - len(body)]
                    if len(body) >= MAX_ERROR_BYTES:
                        break
        except (TimeoutError, self._http.HTTPError):
            pass  # an error whose body was cut or trickles is told by its status and what there is
        finally:
            await response.aclose()
        encoding = response.headers.get("content-encoding", "").strip().lower()
        headers = [
            (name, value)
            for name, value in response.headers.multi_items()
            if name.lower() not in ("content-encoding", "content-length", "transfer-encoding")
        ]
        content = _decompressed(bytes(body), encoding)
        return self._http.Response(
            response.status_code, headers=headers, content=content, extensions=response.extensions
        )


def proxy_for(scheme: str, host: str, port: int | None = None) -> str | None:
    """The environment's proxy for a host, only where it can't read along.

    Over plain HTTP a proxy sees the key, so none is used; over HTTPS it tunnels. Never for this machine itself.
    """
    if scheme != "https" or is_loopback(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(f"{host}:{port}" if port else host):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine."""
    name = host.strip("[]").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _counted_stream(http: Any) -> Any:
    class CountedStream(http.AsyncByteStream):  # type: ignore[misc]  # the base is chosen at run time
        """A body that ends in an error once it is too large."""

        def __init__(self, inner: Any, limit: int) -> None:
            self._inner = inner
            self._limit = limit

        async def __aiter__(self) -> AsyncIterator[bytes]:
            size = 0
            async for chunk in self._inner:
                size += len(chunk)
                if size > self._limit:
                    raise too_large(self._limit)
                yield chunk

        async def aclose(self) -> None:
            await self._inner.aclose()

    return CountedStream


def _decompressed(body: bytes, encoding: str) -> bytes:
    """As much of it as the cap allows; what can't be decompressed stays as it is."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return body
    for bits in (47, -15):  # a gzip or zlib header, or none
        try:
            return zlib.decompressobj(bits).decompress(body, MAX_ERROR_BYTES)
        except zlib.error:
            continue
    return body
