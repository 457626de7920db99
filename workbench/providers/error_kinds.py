"""Which of our kinds a provider's error is, from its status, its own words for it and its message: tables and rules."""

import re
from collections.abc import Iterable

from workbench.domain.errors import ErrorKind

BY_STATUS: dict[int, ErrorKind] = {
    400: "bad_request",
    401: "auth",
    402: "billing",
    403: "permission",
    404: "not_found",
    405: "not_found",
    406: "bad_request",
    407: "connect",
    408: "server",
    409: "server",
    410: "retired",
    413: "too_large",
    415: "bad_request",
    422: "bad_request",
    423: "overloaded",
    424: "server",
    425: "server",
    429: "rate",
    431: "too_large",
    451: "filtered",
    498: "overloaded",
    499: "server",
    503: "overloaded",
    529: "overloaded",
}
BY_CODE: dict[str, ErrorKind] = {
    "authentication_error": "auth",
    "invalid_api_key": "auth",
    "invalid_authentication": "auth",
    "invalid_authentication_error": "auth",
    "incorrect_api_key_error": "auth",
    "missing_api_key": "auth",
    "unauthorized": "auth",
    "unauthenticated": "auth",
    "api_key_invalid": "auth",
    "invalidapikey": "auth",
    "wrong_api_key": "auth",
    "permission_error": "permission",
    "permission_denied": "permission",
    "permission_denied_error": "permission",
    "permissiondenied": "permission",
    "forbidden": "permission",
    "access_denied": "permission",
    "billing_error": "billing",
    "billing_not_active": "billing",
    "billing_hard_limit_reached": "billing",
    "insufficient_quota": "billing",
    "insufficient_balance": "billing",
    "insufficient_credits": "billing",
    "exceeded_current_quota_error": "billing",
    "payment_required": "billing",
    "arrearage": "billing",
    "1113": "billing",
    "rate_limit_error": "rate",
    "rate_limit_exceeded": "rate",
    "rate_limit_reached_error": "rate",
    "ratelimitreached": "rate",
    "rate_limited": "rate",
    "resource_exhausted": "rate",
    "too_many_requests": "rate",
    "toomanyrequests": "rate",
    "requests": "rate",
    "tokens": "rate",
    "throttling": "rate",
    "throttling.ratequota": "rate",
    "1302": "rate",
    "1305": "overloaded",
    "overloaded_error": "overloaded",
    "overloaded": "overloaded",
    "engine_overloaded": "overloaded",
    "engine_overloaded_error": "overloaded",
    "server_overloaded": "overloaded",
    "capacity_exceeded": "overloaded",
    "service_unavailable": "overloaded",
    "service_unavailable_error": "overloaded",
    "unavailable": "overloaded",
    "slow_down": "overloaded",
    "model_overloaded": "overloaded",
    "service_tier_capacity_exceeded": "overloaded",
    "timeout_error": "server",
    "timeout": "server",
    "deadline_exceeded": "server",
    "api_error": "server",
    "server_error": "server",
    "internal_error": "server",
    "internal_server_error": "server",
    "internal": "server",
    "internalerror": "server",
    "context_length_exceeded": "context_length",
    "context_window_exceeded": "context_length",
    "string_above_max_length": "context_length",
    "exceed_context_size_error": "context_length",
    "max_tokens_exceeded": "context_length",
    "request_too_large": "too_large",
    "payload_too_large": "too_large",
    "content_filter": "filtered",
    "content_policy_violation": "filtered",
    "responsibleaipolicyviolation": "filtered",
    "moderation_blocked": "filtered",
    "data_inspection_failed": "filtered",
    "datainspectionfailed": "filtered",
    "safety": "filtered",
    "1301": "filtered",
    "model_not_found": "not_found",
    "modelnotfound": "not_found",
    "not_found_error": "not_found",
    "not_found": "not_found",
    "deploymentnotfound": "not_found",
    "invalid_model": "not_found",
    "unknown_model": "not_found",
    "model_not_available": "not_found",
    "resource_not_found_error": "not_found",
    "1211": "not_found",
    "model_decommissioned": "retired",
    "model_deprecated": "retired",
    "deprecated_model": "retired",
    "unsupported_api_version": "retired",
    "unsupportedapiversion": "retired",
    "invalidapiversionparameter": "retired",
}
"""The providers' own words, in lower case. Words that only repeat a status (`invalid_request_error`) are left out."""
_REFUSALS = frozenset({"invalid_request_error", "invalid_request", "invalid_argument", "invalid_prompt", "bad_request"})
"""Such words all the same: inside a stream there is no status that they could repeat."""

_CONTEXT = re.compile(
    r"maximum context|context[ _]length|context[ _]window|context size|prompt is too long|input is too long"
    r"|too many (?:input )?tokens|input token count|exceeds? the (?:maximum|max|limit)[^.]{0,40}tokens?"
    r"|tokens? (?:count )?exceeds?|reduce the length|maximum (?:input|prompt) length|too large for model with",
    re.IGNORECASE,
)
_RETIRED = re.compile(
    r"deprecated|decommission|retired|no longer (?:available|supported|offered|served)|end[- ]of[- ]life"
    r"|has been (?:removed|shut ?down|discontinued|sunset)|was (?:removed|shut ?down|discontinued|deprecated)|sunset",
    re.IGNORECASE,
)
_ABOUT_A_MODEL = re.compile(r"\bmodel|deployment|engine|endpoint|api|version", re.IGNORECASE)
_ABOUT_A_PARAMETER = re.compile(r"parameter|argument|field|unsupported value|unsupported_parameter", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:unsupported|unknown|invalid|not (?:a )?(?:valid|supported))[^.]{0,40}(?:api[- ]?version|anthropic-version)"
    r"|(?:api[- ]?version|anthropic-version)[^.]{0,60}(?:unsupported|unknown|invalid|not (?:a )?(?:valid|supported))",
    re.IGNORECASE,
)
_BILLING = re.compile(
    r"credit balance|insufficient (?:balance|funds|credits?|quota)|exceeded your current quota|out of credits"
    r"|payment required|(?:no|not enough|used all[^.]{0,20}) credits|spending limit|more credits",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(?:incorrect|invalid|wrong|missing|no|expired|malformed) (?:x-)?"
    r"(?:api|auth\w*|access|subscription)[ _-]?(?:key|token)"
    r"|api[ _-]?key (?:is )?(?:not valid|invalid|expired|missing|not found)|authentication fail"
    r"|invalid subscription key|no auth credentials",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content (?:management|filter)|content[ _]policy|flagged|safety system|moderation|usage polic", re.IGNORECASE
)
_MODEL_MISSING = re.compile(
    r"model[^.]{0,120}(?:does not exist|not found|not exist|is not (?:available|a valid)|unknown|not a valid model)"
    r"|(?:unknown|invalid|no such|unsupported) model|not a valid model",
    re.IGNORECASE,
)
_OVERLOADED = re.compile(r"overloaded|at capacity|over capacity|no capacity|temporarily unavailable", re.IGNORECASE)


def kind_of(status: int | None, codes: Iterable[str], message: str) -> ErrorKind:
    """The kind; a status alone says least, a provider's own word most, except where it hides what the message tells."""
    words = [code.lower() for code in codes]
    named: ErrorKind | None = next((BY_CODE[word] for word in words if word in BY_CODE), None)
    by_status = "bad_request" if status is None and not _REFUSALS.isdisjoint(words) else _by_status(status)
    kind = by_status if named is None or (named == "server" and status is not None) else named
    if kind in ("bad_request", "not_found", "permission", "retired", "server", "too_large"):
        told = _by_message(kind, message)
        if told is not None:
            return told
    if kind == "rate" and named is None and _BILLING.search(message):
        return "billing"
    return kind


def _by_status(status: int | None) -> ErrorKind:
    if status is None or status < 300:
        return "server"
    if status < 400:
        return "redirect"
    return BY_STATUS.get(status, "bad_request" if status < 500 else "server")


def _by_message(kind: ErrorKind, message: str) -> ErrorKind | None:
    if kind == "server":
        return "overloaded" if _OVERLOADED.search(message) else None
    if _VERSION.search(message):
        return "retired"
    if (
        _RETIRED.search(message)
        and _ABOUT_A_MODEL.search(message)
        and not (kind == "bad_request" and _ABOUT_A_PARAMETER.search(message))
    ):
        return "retired"
    if kind in ("not_found", "retired"):
        return None
    rules: tuple[tuple[re.Pattern[str], ErrorKind], ...] = (
        (_BILLING, "billing"),
        (_CONTEXT, "context_length"),
        (_KEY, "auth"),
        (_FILTERED, "filtered"),
        (_MODEL_MISSING, "not_found"),
    )
    return next((found for pattern, found in rules if pattern.search(message)), None)
