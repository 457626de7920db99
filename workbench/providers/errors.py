"""Foreign failures in our one taxonomy: error bodies, error events inside a 200, and exceptions of the network.

Everything that a provider wrote passes `clean_line` and is clipped, and the caller's key is taken out of it, before it
becomes part of a message.
"""

import base64
import json
import re
import socket
import ssl
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from workbench.domain.catalog import ProviderConfig
from workbench.domain.clean import clean_line
from workbench.domain.errors import EMPTY_REPLY, ErrorInfo, ErrorKind, ProviderError
from workbench.providers.error_kinds import kind_of
from workbench.providers.rate_limits import duration, request_id, retry_after

MAX_MESSAGE = 500
"""Characters of a provider's own text that are kept."""

Phase = Literal["connect", "headers", "content"]
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:script|style).*?</(?:script|style)>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_KEY_LIKE = re.compile(
    r"\b(?:sk|pk|rk|gsk|csk|xai|pplx|tgp|nvapi|hf|fw)[-_][A-Za-z0-9_\-]{20,}|\bAIza[A-Za-z0-9_\-]{30,}"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose request failed: what a message names and what it must not contain."""

    name: str
    where: str
    """host:port"""
    key_source: str | None = None
    """The name of the variable or the command that the key came from."""
    key: str | None = None

    def __repr__(self) -> str:
        return f"Caller({self.name!r}, {self.where!r})"

    def scrub(self, text: str) -> str:
        """`text` without the key, in whatever common spelling it stands there."""
        if self.key and len(self.key) >= 6:
            encoded = base64.b64encode(self.key.encode()).decode().rstrip("=")
            for form in (self.key, urllib.parse.quote(self.key, safe=""), encoded, repr(self.key)[1:-1]):
                text = text.replace(form, "[key]")
        return _KEY_LIKE.sub("[key]", text)


def caller_of(config: ProviderConfig, key: str | None) -> Caller:
    """The caller of a provider's requests."""
    source = config.api_key_env or ("key_command" if config.key_command else None)
    return Caller(config.name, host_of(config.base_url), source, key)


def host_of(url: str) -> str:
    """host:port of a base URL, without credentials."""
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or url
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "an unreadable address"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def stream_error(payload: Any) -> ProviderError:
    """What an error event inside a 200 says, in any vendor's shape."""
    told = _told(payload)
    status = told.status if told.status is not None and 400 <= told.status < 600 else None
    kind = kind_of(status, told.codes, told.message)
    message = _clipped(told.message) or "the provider reported an error without saying which"
    return ProviderError(
        ErrorInfo(kind, message, status, told.retry_after_s, told.request_id, told.codes[0] if told.codes else None)
    )


def status_error(status: int, headers: Mapping[str, str], body: bytes, caller: Caller) -> ProviderError:
    """What a response with an error status says."""
    told = _told_in(body)
    if 300 <= status < 400:
        target = clean_line(headers.get("location", "") or "an unnamed place")[:200]
        return ProviderError(
            ErrorInfo("redirect", caller.scrub(f"{caller.where} redirects to {target}; redirects are refused"), status)
        )
    kind = kind_of(status, told.codes, told.message)
    text = _clipped(caller.scrub(told.message)) or f"HTTP {status} from {caller.where}"
    after = retry_after(headers)
    should = headers.get("x-should-retry", "").lower()
    return ProviderError(
        ErrorInfo(
            kind,
            _advised(kind, text, caller),
            status,
            told.retry_after_s if after is None else after,
            request_id(headers) or told.request_id,
            told.codes[0] if told.codes else None,
            {"true": True, "false": False}.get(should),
        )
    )


def not_a_stream(status: int, content_type: str, body: bytes, caller: Caller) -> ProviderError:
    """What a 200 says whose body is no stream: its own error if it holds one, else what it is instead."""
    if not body.strip():
        return ProviderError(
            ErrorInfo(
                "cut",
                f"empty reply: {caller.where} sent HTTP {status} and nothing else",
                status,
                provider_code=EMPTY_REPLY,
            )
        )
    told = _told_in(body)
    is_json = body.lstrip()[:1] in (b"{", b"[")
    if is_json and told.is_error:
        kind = kind_of(told.status if told.status and told.status >= 400 else None, told.codes, told.message)
        text = _clipped(caller.scrub(told.message)) or "an error without words"
        code = told.codes[0] if told.codes else None
        return ProviderError(
            ErrorInfo(kind, _advised(kind, text, caller), status, told.retry_after_s, told.request_id, code)
        )
    what = clean_line(content_type.split(";")[0].strip()) or ("JSON" if is_json else "unlabelled")
    shown = _clipped(caller.scrub(told.message))[:120] if not is_json else ""
    detail = f" ({shown})" if shown else ""
    return ProviderError(
        ErrorInfo(
            "not_a_stream", f"{caller.where} sent no event stream but {what}{detail}; is the base URL right?", status
        )
    )


def dressed(error: ProviderError, caller: Caller, headers: Mapping[str, str] | None = None) -> ProviderError:
    """A translator's or decoder's error with what only the caller knows: no key in it, and the request's id."""
    info = error.info
    message = caller.scrub(info.message)
    number = info.request_id or (request_id(headers) if headers is not None else None)
    if message == info.message and number == info.request_id:
        return error
    return ProviderError(replace(info, message=message, request_id=number))


def connection_error(error: BaseException, caller: Caller, phase: Phase) -> ProviderError:
    """What an exception of the network means; its own text is often empty, so the message never relies on it."""
    where = caller.where
    chain = list(_chain(error))
    names = [type(link).__name__ for link in chain]
    # A library's own look-up that failed on the way (an empty queue) explains nothing to anyone.
    texts = (str(link) for link in reversed(chain) if not isinstance(link, LookupError | AttributeError))
    text = next((text for text in texts if text), "")
    text = _clipped(caller.scrub(text))[:200]

    def made(kind: ErrorKind, message: str) -> ProviderError:
        return ProviderError(ErrorInfo(kind, message))

    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            reason = clean_line(link.verify_message or "") or "it can't be verified"
            return made("tls", f"the certificate of {where} is not trusted: {reason}")
        if isinstance(link, socket.gaierror):
            return made("dns", f"the name in {where} can't be resolved: {clean_line(link.strerror or 'unknown host')}")
    if phase == "connect" and any(isinstance(link, ssl.SSLError) for link in chain):
        return made("tls", f"no secure connection to {where}: {text or 'TLS failed'}")
    if "ConnectTimeout" in names:
        return made("connect_timeout", f"no connection to {where} within the connect deadline")
    if "PoolTimeout" in names:
        return made("connect_timeout", f"no free connection to {where}")
    if any(name in names for name in ("LocalProtocolError", "UnsupportedProtocol", "InvalidURL", "UnicodeEncodeError")):
        return made(
            "config", f"no request can be made to {where}: the base URL or the key has characters that HTTP forbids"
        )
    if "DecodingError" in names:
        return made("parse", f"the body from {where} can't be decompressed")
    if any(name in names for name in ("ReadTimeout", "WriteTimeout", "TimeoutError", "APITimeoutError")):
        if phase == "content":
            return made("stall", f"{where} stopped sending")
        return made("first_token_timeout", f"{where} did not answer in time")
    if "ProxyError" in names:
        return made("connect", f"the proxy refused the way to {where}: {text or 'no reason given'}")
    if phase == "content":
        return made("cut", f"the connection to {where} was lost: {text or 'closed without a reason'}")
    refused = any(isinstance(link, ConnectionRefusedError) for link in chain) or "refused" in text.lower()
    if refused:
        return made("connect", f"cannot reach {where}: connection refused")
    if "ConnectError" in names:
        return made("connect", f"cannot reach {where}: {text or 'no connection'}")
    return made("connect", f"{where} closed the connection before it answered: {text or 'no reason given'}")


@dataclass(frozen=True, slots=True)
class _Told:
    """What could be read from an error body."""

    message: str = ""
    codes: tuple[str, ...] = ()
    status: int | None = None
    retry_after_s: float | None = None
    request_id: str | None = None
    is_error: bool = False


def _told_in(body: bytes) -> _Told:
    text = body.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if text.startswith(("data:", "event:")):  # an error that was framed as a stream
        data = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")]
        text = data[0] if data else text
    try:
        return _told(json.loads(text))
    except (ValueError, RecursionError):
        pass
    if text.startswith("<"):
        title = _TITLE.search(text)
        text = title[1] if title and title[1].strip() else _TAG.sub(" ", text[:20_000])
    return _Told(" ".join(text.split()))


def _told(payload: Any) -> _Told:
    if isinstance(payload, list) and payload:
        payload = payload[0]
    if not isinstance(payload, dict):
        return _Told(payload if isinstance(payload, str) else "", is_error=isinstance(payload, str))
    inner = payload.get("error")
    if isinstance(inner, str):
        inner = _json_object(inner) or {"message": inner}
    elif isinstance(inner, list):
        inner = {"errors": inner}
    error: dict[str, Any] = inner if isinstance(inner, dict) else {}
    if isinstance(error.get("error"), dict):
        error = {**error, **error["error"]}
    places = [error, payload]
    message = next((text for place in places if (text := _message(place))), "")
    metadata = error.get("metadata") or payload.get("metadata")
    if isinstance(metadata, dict) and isinstance(metadata.get("raw"), str):
        raw = metadata["raw"]
        nested = _json_object(raw)
        upstream = _told(nested).message if nested else raw
        if upstream and upstream not in message:
            message = f"{message}: {upstream}" if message else upstream
    codes = tuple(dict.fromkeys(_codes(error) + _codes(payload)))
    status = next((number for place in places for number in _statuses(place)), None)
    number = payload.get("request_id")
    return _Told(
        message,
        codes,
        status,
        _delay(error),
        number if isinstance(number, str) else None,
        bool(inner) or (bool(message) and ("choices" not in payload and "output" not in payload)),
    )


def _message(place: dict[str, Any]) -> str:
    for key in (
        "message",
        "detail",
        "msg",
        "Message",
        "error_msg",
        "error_description",
        "errors",
        "title",
        "description",
    ):
        value = place.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, dict) and (text := _message(value)):
            return text
        if isinstance(value, list):
            texts = [_located(item) if isinstance(item, dict) else item for item in value[:3]]
            found = [text for text in texts if isinstance(text, str) and text]
            if found:
                return "; ".join(found)
    return ""


def _located(item: dict[str, Any]) -> str:
    """One of several complaints, with the field that it is about where a validator names that."""
    text, place = _message(item), item.get("loc")
    where = ".".join(str(step) for step in place if step != "body") if isinstance(place, list) else ""
    return f"{where}: {text}" if text and where else text


def _codes(place: dict[str, Any]) -> list[str]:
    found = []
    for key in ("code", "type", "status", "error_type", "reason"):
        value = place.get(key)
        if isinstance(value, str) and value and value != "error":
            found.append(value[:80])
        elif key == "code" and isinstance(value, int) and not isinstance(value, bool) and not 100 <= value < 600:
            found.append(str(value))
    inner = place.get("innererror")
    if isinstance(inner, dict):
        found = _codes(inner) + found
    for detail in place["details"] if isinstance(place.get("details"), list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("reason"), str):
            found.insert(0, detail["reason"][:80])
    return found


def _statuses(place: dict[str, Any]) -> Iterator[int]:
    for key in ("status_code", "code", "status", "http_status"):
        value = place.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 100 <= value < 600:
            yield value


def _delay(error: dict[str, Any]) -> float | None:
    """Google's RetryInfo."""
    for detail in error["details"] if isinstance(error.get("details"), list) else []:
        if isinstance(detail, dict) and isinstance(detail.get("retryDelay"), str):
            return duration(detail["retryDelay"])
    return None


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _clipped(text: str) -> str:
    text = clean_line(text[: MAX_MESSAGE * 4]).strip()
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def _advised(kind: ErrorKind, text: str, caller: Caller) -> str:
    """The provider's words, and what to do where we know."""
    match kind:
        case "auth":
            source = f"source: {caller.key_source}" if caller.key_source else "no key is configured"
            return f"{text} (key rejected for {caller.name}, {source})"
        case "not_found":
            return f"{text} ({caller.name}; `workbench models` lists what can be called)"
        case "retired":
            return f"{text} ({caller.name}; gone for good: `workbench models` lists what can be called)"
    return text


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what led to it, groups included."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        link = waiting.pop(0)
        if id(link) in seen or len(seen) > 50:
            continue
        seen.add(id(link))
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting.extend(link.exceptions)
        waiting.extend(cause for cause in (link.__cause__, link.__context__) if cause is not None)
