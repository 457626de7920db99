"""Everything that can go wrong for a reason outside our own code.

    WorkbenchError
    ├ ConfigurationError      the user can fix it; the message says where
    ├ ProviderError           info: kind, one sentence, status, retry_after_s, request_id
    ├ RoutingError            nothing could answer
    └ StoreError              SchemaTooNew · DatabaseLocked · DatabaseDamaged · HistoryUnavailable

A provider's error has a *kind* instead of a class of its own, because policies, columns and JSON all speak of kinds.
Misuse by our own code raises `ValueError` or `RuntimeError`, outside this tree.
"""

from dataclasses import dataclass
from typing import Literal, get_args

ErrorKind = Literal[
    "auth",  # the key is missing, malformed or rejected
    "billing",  # no credit, quota of money used up
    "permission",  # the key is known but may not do this
    "rate",  # 429: too many requests or tokens
    "overloaded",  # 529, 503: the provider has no capacity now
    "connect",  # refused, unreachable, reset before anything came
    "dns",  # the host's name does not resolve
    "tls",  # a certificate that can't be trusted
    "connect_timeout",
    "first_token_timeout",  # no content within the deadline, headers or not
    "stall",  # content stopped for longer than the idle deadline
    "total_timeout",
    "cut",  # the connection or the body ended before the finish marker
    "bad_request",  # 400, 422 and the like
    "context_length",  # the input does not fit the model's window
    "too_large",  # 413, or a response over our own cap
    "filtered",  # the provider's safety system blocked the request
    "not_found",  # no such model or endpoint
    "retired",  # the model or API version is gone
    "redirect",  # a redirect, which is never followed
    "not_a_stream",  # 200, but HTML or plain JSON
    "parse",  # the body is no stream of this protocol
    "server",  # 500, 502, 504 and provider errors inside a 200
    "config",  # found before anything was sent
    "budget",
    "internal",  # a fault of this program; what was received is kept
]
ERROR_KINDS: tuple[str, ...] = get_args(ErrorKind)

RETRYABLE: frozenset[str] = frozenset(
    {"rate", "overloaded", "connect", "connect_timeout", "cut", "server", "first_token_timeout"}
)
"""Kinds that are worth another try as long as no content has come."""
EMPTY_REPLY = "empty_reply"
"""`ErrorInfo.provider_code` of a body that ended, without a fault, before it said anything: an empty answer."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What went wrong, as data: for events, rows, JSON and the line under an answer."""

    kind: ErrorKind
    message: str
    """One sentence for people, cleaned, without secrets; says what to do where we know."""
    status: int | None = None
    """HTTP status, None when there was no response."""
    retry_after_s: float | None = None
    """Seconds from receipt, as the provider asked; unclamped apart from being finite and not negative."""
    request_id: str | None = None
    provider_code: str | None = None
    """The provider's own word for it (`overloaded_error`, `insufficient_quota`)."""
    retryable: bool | None = None
    """None: decide by kind; the provider's `x-should-retry` wins."""

    @property
    def worth_retrying(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.kind in RETRYABLE if self.retryable is None else self.retryable


class WorkbenchError(Exception):
    """The root of what this program raises on purpose."""


class ConfigurationError(WorkbenchError):
    """Something that the user can fix, in a file, the environment or on the command line."""

    def __init__(self, message: str, where: str | None = None) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where
        """`FILE:LINE: key.path` or the name of an environment variable."""


class ProviderError(WorkbenchError):
    """One attempt failed; text that was yielded before stands."""

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.message)
        self.info = info


class RoutingError(WorkbenchError):
    """No deployment could be asked."""


class StoreError(WorkbenchError):
    """The history can't be read or written."""


class SchemaTooNew(StoreError):
    """The file was written by a newer version of the program; it is not touched."""


class DatabaseLocked(StoreError):
    """Another process holds the file for longer than we wait."""


class DatabaseDamaged(StoreError):
    """The file is no usable database; it was set aside, never overwritten."""


class HistoryUnavailable(StoreError):
    """The place of the history can't be used: no permission, no space, a symbolic link."""
