"""What response headers tell beside the body: rate limits in one shape, when to come back, the request's id."""

import datetime
import email.utils
import math
import re
import time
from collections.abc import Callable, Mapping

from workbench.domain.events import RateLimits

REQUEST_IDS = (
    "request-id",
    "x-request-id",
    "apim-request-id",
    "x-amzn-requestid",
    "mistral-correlation-id",
    "x-correlation-id",
    "x-goog-request-id",
    "x-debug-trace-id",
    "x-generation-id",
    "cf-ray",
)
_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?"
)
_WORDS = re.compile(r"[^a-z]+")
_YEAR_S = 366 * 86400.0


def request_id(headers: Mapping[str, str]) -> str | None:
    """The id to quote to the provider's support."""
    for name in REQUEST_IDS:
        value = headers.get(name)
        if value:
            return value[:200]
    return None


def rate_limits(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> RateLimits | None:
    """One snapshot of whatever the vendor calls its limits; None when it is silent.

    Of several windows or kinds of tokens the tightest counts, which is the one that will stop the next request.
    """
    found: dict[str, dict[str, float]] = {"requests": {}, "tokens": {}}
    fullness: dict[str, float] = {"requests": math.inf, "tokens": math.inf}
    for unit, values in _groups(headers, clock).items():
        kind = unit[0]
        limit, remaining = values.get("limit"), values.get("remaining")
        share = math.inf if remaining is None else remaining / limit if limit else remaining
        if not found[kind] or share < fullness[kind]:
            found[kind], fullness[kind] = values, share
    requests, tokens = found["requests"], found["tokens"]
    if not requests and not tokens:
        return None
    return RateLimits(
        _whole(requests.get("limit")),
        _whole(requests.get("remaining")),
        requests.get("reset"),
        _whole(tokens.get("limit")),
        _whole(tokens.get("remaining")),
        tokens.get("reset"),
    )


def retry_after(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> float | None:
    """Seconds that the provider asks to wait: `retry-after-ms`, else `retry-after` as seconds or a date.

    Finite and not negative, else None; how long is too long is the caller's to decide.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds
    moment = _moment(value)
    return None if moment is None else max(0.0, moment - clock())


def duration(text: str) -> float | None:
    """Seconds of "2m59.56s", "130ms", "1h", "30s" or a bare number."""
    text = text.strip()
    number = _number(text)
    if number is not None:
        return number
    match = _DURATION.fullmatch(text)
    if not match or not text:
        return None
    scales = (86400.0, 3600.0, 60.0, 1.0, 0.001)
    return sum(float(part) * scale for part, scale in zip(match.groups(), scales, strict=True) if part)


def _groups(headers: Mapping[str, str], clock: Callable[[], float]) -> dict[tuple[str, str], dict[str, float]]:
    """(requests or tokens, which of them) to limit, remaining and reset."""
    groups: dict[tuple[str, str], dict[str, float]] = {}
    for name, text in headers.items():
        lowered = name.lower()
        if "limit" not in lowered:
            continue
        words = [word for word in _WORDS.split(lowered) if word not in ("x", "anthropic", "")]
        words = [word for word in words if word not in ("ratelimit", "ratelimitbysize", "rate", "tokenlimit")]
        field = next((word for word in ("remaining", "reset", "limit") if word in words), None)
        if field is None:
            continue
        by_size = "bysize" in lowered or "tokenlimit" in lowered or "token" in lowered
        kind = "tokens" if by_size else "requests"
        value = _reset(text, clock, name) if field == "reset" else _number(text.split(",")[0].split(";")[0])
        if value is not None:
            rest = "-".join(sorted(word for word in words if word != field))
            groups.setdefault((kind, rest), {})[field] = value
    return groups


def _reset(text: str, clock: Callable[[], float], name: str) -> float | None:
    seconds = duration(text)
    if seconds is None:
        moment = _moment(text)
        return None if moment is None else max(0.0, moment - clock())
    if seconds > 1e11:  # milliseconds since 1970 (OpenRouter)
        return max(0.0, seconds / 1000 - clock())
    if seconds > 1e9:  # seconds since 1970
        return max(0.0, seconds - clock())
    return min(seconds, _YEAR_S)


def _moment(text: str) -> float | None:
    """Seconds since 1970 of an RFC 3339 or HTTP date."""
    try:
        parsed = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            parsed = email.utils.parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=datetime.UTC)
    try:
        return parsed.timestamp()
    except (OverflowError, ValueError):
        return None


def _number(text: str | None) -> float | None:
    if text is None or len(text) > 40:
        return None
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 and "_" not in text else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
