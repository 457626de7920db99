"""Rate limits, waits and request ids in every vendor's spelling."""

import pytest

from workbench.domain.events import RateLimits
from workbench.providers.rate_limits import duration, rate_limits, request_id, retry_after

NOW = 1_788_000_000.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("2m59.56s", 179.56),
        ("130ms", 0.13),
        ("1h", 3600.0),
        ("1d2h", 93600.0),
        ("12", 12.0),
        ("0s", 0.0),
        ("", None),
        ("-1s", None),
        ("soon", None),
    ],
)
def test_durations(text: str, seconds: float | None) -> None:
    """Durations as the vendors write them; what is none is unknown."""
    found = duration(text)

    assert found is None if seconds is None else found == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {
                "x-ratelimit-limit-requests": "100",
                "x-ratelimit-remaining-requests": "99",
                "x-ratelimit-reset-requests": "6s",
                "x-ratelimit-limit-tokens": "5000",
                "x-ratelimit-remaining-tokens": "4000",
                "x-ratelimit-reset-tokens": "500ms",
            },
            RateLimits(100, 99, 6.0, 5000, 4000, 0.5),
        ),
        (
            {
                "anthropic-ratelimit-requests-limit": "4000",
                "anthropic-ratelimit-requests-remaining": "3999",
                "anthropic-ratelimit-requests-reset": "2026-08-29T10:40:10Z",
                "anthropic-ratelimit-input-tokens-limit": "100",
                "anthropic-ratelimit-input-tokens-remaining": "10",
                "anthropic-ratelimit-output-tokens-limit": "100",
                "anthropic-ratelimit-output-tokens-remaining": "90",
            },
            RateLimits(4000, 3999, 10.0, 100, 10, None),
        ),
        (
            {
                "x-ratelimit-limit-requests-day": "1000",
                "x-ratelimit-remaining-requests-day": "7",
                "x-ratelimit-reset-requests-day": "3600.5",
                "x-ratelimit-limit-tokens-minute": "60",
            },
            RateLimits(1000, 7, 3600.5, 60, None, None),
        ),
        (
            {"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int((NOW + 30) * 1000))},
            RateLimits(20, 0, 30.0),
        ),
        ({"x-ratelimit-limit-req-minute": "6", "x-ratelimit-remaining-req-minute": "5"}, RateLimits(6, 5)),
        ({"x-ratelimit-limit-requests": "many"}, None),
        ({"content-type": "text/event-stream"}, None),
        ({}, None),
    ],
)
def test_one_snapshot(headers: dict[str, str], expected: RateLimits | None) -> None:
    """H06: requests and tokens in one shape; of several windows the tightest counts."""
    assert rate_limits(headers, lambda: NOW) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2.0),
        ({"retry-after": "2", "retry-after-ms": "150"}, 0.15),
        ({"retry-after-ms": "nan", "retry-after": "3"}, 3.0),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "1_0"}, None),
        ({"retry-after": "abc"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "Sat, 29 Aug 2026 10:41:00 GMT"}, 60.0),
        ({"retry-after": "Mon, 01 Jan 2001 00:00:00 GMT"}, 0.0),
    ],
)
def test_waits(headers: dict[str, str], expected: float | None) -> None:
    """H07, H08: seconds, milliseconds and dates; never negative, never endless."""
    assert retry_after(headers, lambda: NOW) == expected


def test_ids() -> None:
    """The id that the provider's support asks for, whatever its header is called."""
    assert request_id({"apim-request-id": "a"}) == "a"
    assert request_id({"x-request-id": "b", "cf-ray": "c"}) == "b"
    assert request_id({"date": "x"}) is None
