"""As much of HTTP/1.1 as a client of these APIs needs."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

MAX_BODY = 64 * 1024 * 1024
_NAMES = {529: "Overloaded", 499: "Client Closed Request"}


class Malformed(Exception):
    """What came is no HTTP request; the connection is closed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection; None when the client is done.

    Raises:
        Malformed: not HTTP, or larger than 64 MB.
        asyncio.IncompleteReadError: the client left in the middle.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        if not error.partial.strip():
            return None
        raise
    except asyncio.LimitOverrunError as error:
        raise Malformed("the head is too long") from error
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise Malformed("no request line")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    url = urlsplit(words[1])
    return Request(words[0], unquote(url.path), url.query, headers, await _read_body(reader, headers))


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    try:
        if "chunked" not in headers.get("transfer-encoding", ""):
            length = int(headers.get("content-length") or 0)
            if not 0 <= length <= MAX_BODY:
                raise Malformed("the body is too long")
            return await reader.readexactly(length)
        body = bytearray()
        while True:
            length = int((await reader.readline()).split(b";")[0], 16)
            if length < 0 or len(body) + length > MAX_BODY:
                raise Malformed("the body is too long")
            body += await reader.readexactly(length)
            await reader.readline()
            if not length:
                return bytes(body)
    except ValueError as error:
        raise Malformed("no length") from error


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """A response's status line and headers."""
    try:
        name = _NAMES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        name = "Status"
    lines = [f"HTTP/1.1 {status} {name}", *(f"{key}: {value}" for key, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def whole(status: int, body: object, headers: Mapping[str, str] | None = None) -> bytes:
    """A complete response: JSON, or text and bytes as they are."""
    content: bytes = _content(body)
    fields: dict[str, Any] = {"content-type": "application/json", "content-length": len(content), **(headers or {})}
    return head(status, fields) + content


def _content(body: object) -> bytes:
    if isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
