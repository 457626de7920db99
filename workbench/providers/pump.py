"""An open response to arrivals: reads, stamps, decodes, and says what went wrong. The only loop that touches a body.

It serves `httpx2` and `httpx` responses, which look the same.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from workbench.domain.errors import ProviderError
from workbench.domain.events import BlockDelta, Headers, StreamEvent, Warn
from workbench.providers.assembly import Translator
from workbench.providers.base import Arrival
from workbench.providers.decode import BodyReader, Framing
from workbench.providers.errors import Caller, connection_error, dressed, not_a_stream
from workbench.providers.guard import ERROR_BODY_S, MAX_BODY_BYTES, MAX_ERROR_BYTES, too_large
from workbench.providers.ndjson import NdjsonDecoder
from workbench.providers.rate_limits import rate_limits, request_id
from workbench.providers.sse import SseDecoder
from workbench.providers.whole import Frame, frames_of

LINGER_S = 5.0
"""How long a body may stay silent after its finish reason: the usage may be late, its end may never come."""
DRAIN_S = 0.25
"""How long the end of a finished body is waited for, so that its connection can be used again."""


class OpenResponse(Protocol):
    """What is needed of a response whose head has arrived."""

    status_code: int
    headers: Any
    extensions: Any

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The decompressed body."""

    async def aclose(self) -> None:
        """Hang up, unless the body was read to its end."""


async def arrivals(
    response: OpenResponse,
    translator: Translator,
    caller: Caller,
    *,
    framing: Framing | None = None,
    notes: Sequence[StreamEvent] = (),
) -> AsyncGenerator[Arrival, None]:
    """What a response with status 200 says; it is closed when this ends, however it ends.

    Args:
        response: its head has just arrived.
        translator: of its protocol, fresh.
        caller: for messages.
        framing: server-sent events unless another is given.
        notes: events to deliver with the head.

    Raises:
        ProviderError: what was yielded before stands.
    """
    headers = response.headers
    head = Headers(response.status_code, request_id(headers), rate_limits(headers))
    connect_s = response.extensions.get("connect_s")
    framing = framing or SseDecoder()
    reader = BodyReader(framing, translator)
    chunks = response.aiter_bytes().__aiter__()
    size = 0
    try:
        yield Arrival(time.perf_counter(), [head, *notes], connect_s)
        first, whole = await _look_at_other_bodies(response, chunks, framing, caller)
        if whole:
            events, failure = _at_once(whole, translator, response, caller)
            if events:
                yield Arrival(time.perf_counter(), events)
            if failure is not None:
                raise failure
            return
        while True:
            if first is None:
                try:
                    if reader.finished:
                        async with asyncio.timeout(LINGER_S):
                            chunk = await chunks.__anext__()
                    else:
                        chunk = await chunks.__anext__()
                except (StopAsyncIteration, TimeoutError):
                    break
                except ProviderError:
                    raise
                except Exception as error:
                    for arrival in _after_loss(reader, error, caller, headers):
                        yield arrival
                    return
            else:
                chunk, first = first, None
            at_s = time.perf_counter()
            size += len(chunk)
            events = []
            try:
                if size > MAX_BODY_BYTES:
                    raise too_large(MAX_BODY_BYTES)
                reader.feed(chunk, events)
            except ProviderError as error:
                if events:
                    yield Arrival(at_s, events)
                raise dressed(error, caller, headers) from None
            if events:
                yield Arrival(at_s, events)
                if reader.done:
                    await _drain(chunks)
                    return
        at_s, events = time.perf_counter(), []
        try:
            reader.close(events)
        except ProviderError as error:
            if events:
                yield Arrival(at_s, events)
            start = reader.unread
            if start is not None and size == len(start) and (whole := frames_of(start)):
                events, failure = _at_once(whole, translator, response, caller)
                if events:
                    yield Arrival(at_s, events)
                if failure is not None:
                    raise failure from None
                return
            if start is not None and start.lstrip()[:1] in (b"<" if isinstance(framing, NdjsonDecoder) else b"<{["):
                content_type = headers.get("content-type", "")
                raise not_a_stream(response.status_code, content_type, start, caller) from None
            raise dressed(error, caller, headers) from None
        yield Arrival(at_s, events)
    finally:
        await response.aclose()


def _after_loss(reader: BodyReader, error: Exception, caller: Caller, headers: Mapping[str, str]) -> list[Arrival]:
    """What a lost connection leaves: the finish, if its reason had come, else the error.

    Raises:
        ProviderError: the answer was not over.
    """
    events: list[StreamEvent] = []
    try:
        reader.close(events)
    except ProviderError:
        raise dressed(connection_error(error, caller, "content"), caller, headers) from error
    events.insert(0, Warn("cut_after_finish", "the connection was lost after the finish reason"))
    return [Arrival(time.perf_counter(), events)]


async def _look_at_other_bodies(
    response: OpenResponse, chunks: AsyncIterator[bytes], framing: Framing, caller: Caller
) -> tuple[bytes | None, list[Frame]]:
    """What a body holds whose label is not a stream's: its first bytes if it is one all the same, or a whole answer.

    Raises:
        ProviderError: it is a page, or an error in JSON.
    """
    content_type = response.headers.get("content-type", "").lower()
    if "event-stream" in content_type or "ndjson" in content_type:
        return None, []
    if isinstance(framing, NdjsonDecoder) and "html" not in content_type:
        return None, []
    body = b""
    try:
        async with asyncio.timeout(ERROR_BODY_S):
            while len(body) < MAX_ERROR_BYTES:
                body += await chunks.__anext__()
                start = body.lstrip()[:1]
                if start and start not in b"{[<" and "html" not in content_type:
                    return body, []
    except (StopAsyncIteration, TimeoutError):
        pass
    except ProviderError:
        raise
    except Exception as error:
        if not body:
            raise connection_error(error, caller, "content") from error
    if whole := frames_of(body):
        return None, whole
    raise dressed(not_a_stream(response.status_code, content_type, body, caller), caller, response.headers)


def _at_once(
    whole: list[Frame], translator: Translator, response: OpenResponse, caller: Caller
) -> tuple[list[StreamEvent], ProviderError | None]:
    """What a whole answer says, and the error that it ended with: its own, or that it is none of this protocol."""
    events: list[StreamEvent] = []
    failure: Exception | None = None
    try:
        for frame in whole:
            events.extend(translator.feed("", frame))
        if not translator.done:
            events.extend(translator.close())
    except (ProviderError, TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        failure = error
    events.insert(0, Warn("not_streamed", "the server sent the whole answer at once, though it was asked for a stream"))
    if failure is None:
        return events, None
    if isinstance(failure, ProviderError) and any(isinstance(event, BlockDelta) for event in events):
        return events, dressed(failure, caller, response.headers)
    content_type = response.headers.get("content-type", "")
    return [], not_a_stream(response.status_code, content_type, b"{}", caller)


async def _drain(chunks: AsyncIterator[bytes]) -> None:
    """Read what little may follow the last event, so that the connection goes back to the pool."""
    try:
        async with asyncio.timeout(DRAIN_S):
            for _ in range(64):
                await chunks.__anext__()
    except Exception:  # noqa: S110  (the answer is complete; closing hangs up)
        pass
