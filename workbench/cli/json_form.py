"""The JSON that scripts read: one contract for `ask --json`, `ask --events` and `sessions show --json`."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.clean import storable
from workbench.domain.conversation import Attempt, Response, ToolCall
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage

_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def dump(value: Any, *, indent: int | None = None) -> str:
    """Valid JSON in pure ASCII, so that nothing in it can steer a terminal or fail to be encoded."""
    try:
        text = json.dumps(value, indent=indent, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(value), indent=indent)
    return text.replace("\x7f", "\\u007f")


def response_form(response: Response, lane: int, attempts: Sequence[Attempt], provider: str) -> dict[str, Any]:
    """One lane's answer; `provider` is the one that was asked where no attempt says it."""
    return {
        "lane": lane,
        "target": response.target,
        "provider": attempts[-1].provider if attempts else provider,
        "model_served": response.model_served,
        "state": response.state,
        "finish_reason": response.finish_reason,
        "finish_reason_raw": response.finish_raw,
        "text": storable(response.text),
        "reasoning": storable(response.reasoning) or None,
        "refusal": storable(response.refusal) or None,
        "tool_calls": [_call_form(call) for call in response.tool_calls],
        "usage": usage_form(response.usage),
        "cost_usd": dollars(response.cost_nano),
        "timing": timing_form(response.timing),
        "attempts": [
            {
                "n": attempt.n,
                "reason": attempt.reason,
                "provider": attempt.provider,
                "model": attempt.model_requested,
                "error": error_form(attempt.error),
            }
            for attempt in attempts
        ],
        "warnings": list(response.warnings),
        "error": error_form(response.error),
    }


def error_form(error: ErrorInfo | None) -> dict[str, Any] | None:
    """An error as scripts see it."""
    if error is None:
        return None
    return {
        "kind": error.kind,
        "message": storable(error.message),
        "status": error.status,
        "retry_after_s": error.retry_after_s,
        "request_id": error.request_id,
    }


def failure_form(kind: str, message: str) -> dict[str, Any]:
    """What is printed when there is no session."""
    error = {"kind": kind, "message": storable(message), "status": None, "retry_after_s": None, "request_id": None}
    return {"session": None, "turn": None, "responses": [], "error": error}


def usage_form(usage: Usage) -> dict[str, Any]:
    """Token counts; null is unknown."""
    return {
        "input_tokens": usage.input_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "output_tokens": usage.output_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "source": usage.source,
    }


def timing_form(timing: Timing) -> dict[str, float | None]:
    """Seconds since the request; null is what never came."""
    moments = {
        "headers_s": timing.headers_s,
        "first_token_s": timing.first_token_s,
        "first_text_s": timing.first_text_s,
        "total_s": timing.end_s,
    }
    return {name: None if moment is None else round(moment, 6) for name, moment in moments.items()}


def dollars(nano: int | None) -> str | None:
    """Nano-dollars as an exact decimal string; null is unknown."""
    if nano is None:
        return None
    sign, whole = ("-", -nano) if nano < 0 else ("", nano)
    return f"{sign}{whole // 10**9}.{whole % 10**9:09d}".rstrip("0").rstrip(".") or "0"


def event_form(event: object) -> dict[str, Any]:
    """Any event as its name and its fields."""
    fields: dict[str, Any] = {"event": _CAMEL.sub("_", type(event).__name__).lower()}
    if dataclasses.is_dataclass(event):
        fields |= {field.name: plain(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return fields


def plain(value: Any) -> Any:
    """Whatever an event holds, as JSON has it."""
    match value:
        case Usage():
            return usage_form(value)
        case Timing():
            return timing_form(value)
        case ErrorInfo():
            return error_form(value)
        case None | bool() | int() | float():
            return value
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(name)): plain(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(inner) for inner in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return storable(str(value))


def _call_form(call: ToolCall) -> dict[str, Any]:
    form = {"id": call.call_id, "name": storable(call.name), "arguments": _arguments(call.arguments)}
    if not call.round:
        return form
    said = None if call.result is None else storable(call.result)
    return form | {"result": {"round": call.round, "outcome": call.outcome, "text": said}}


def _arguments(raw: str) -> Any:
    """The object that the arguments are, an empty one where nothing was sent; else the text as it came."""
    if not raw.strip():
        return {}
    try:
        parsed = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return storable(raw)
    return plain(parsed) if isinstance(parsed, dict) else storable(raw)


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list) else value
