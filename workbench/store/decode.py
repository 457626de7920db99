"""Column values to domain objects; what is damaged becomes its default, never an exception."""

import base64
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from workbench.domain.conversation import (
    Attempt,
    FilePart,
    Lane,
    OpaquePart,
    Parameters,
    Part,
    Response,
    Session,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolOutcome,
    ToolResultPart,
    Turn,
)
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.store.encode import checksum
from workbench.store.values import from_json

Figures = Mapping[str, Any]
"""Columns of `attempt` by name; what is absent is unknown."""
ALTERED = "the stored text does not match its checksum: the disk or another program has changed it"

_TIMING = (
    "connect_s",
    "headers_s",
    "first_event_s",
    "first_reasoning_s",
    "first_text_s",
    "first_token_s",
    "end_s",
)
_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
)

_OUTCOMES = get_args(ToolOutcome)


def session(row: sqlite3.Row) -> Session:
    """A row of `session`."""
    return Session(
        id=row["id"],
        title=row["title"],
        created_utc=row["created_utc"],
        kind=row["kind"],
        project=row["project"],
        environment=row["environment"],
        tags=_strings(row["tags"]),
        pinned=bool(row["pinned"]),
        archived=bool(row["archived"]),
        origin=row["origin"],
    )


def lane(row: sqlite3.Row) -> Lane:
    """A row of `lane` joined with its system prompt as `system`."""
    system = row["system"]
    return Lane(
        id=row["id"],
        position=row["position"],
        target=row["target"],
        label=row["label"],
        system=system.decode("utf-8", "replace") if isinstance(system, bytes) else system,
        parameters=parameters(row["params_json"]),
        enabled=bool(row["enabled"]),
    )


def lineup_lane(stored: Mapping[str, Any], position: int) -> Lane:
    """A lane as `encode.lane` wrote it."""
    system = stored.get("system")
    return Lane(
        id=str(stored.get("id") or position),
        position=position,
        target=str(stored.get("target", "")),
        label=str(stored.get("label", "")),
        system=system if isinstance(system, str) else None,
        parameters=parameters(stored.get("params")),
        enabled=bool(stored.get("enabled", True)),
    )


def parameters(stored: str | None) -> Parameters:
    """What `encode.parameters` wrote."""
    given = {name: value for name, value in from_json(stored, {}).items() if name in Parameters.__slots__}
    if "stop" in given:
        given["stop"] = tuple(given["stop"])
    return Parameters(**given)


def turn(row: sqlite3.Row, blobs: Mapping[str, bytes]) -> Turn:
    """A row of `turn`; a file whose bytes are gone comes back empty."""
    return Turn(
        id=row["id"],
        session=row["session"],
        seq=row["seq"],
        parts=tuple(_parts(from_json(row["parts_json"], []), row["prompt"], blobs)),
        created_utc=row["created_utc"],
        context_mode=row["context_mode"],
        parent_turn=row["parent_turn"],
        parent_response=row["parent_response"],
    )


def file_hashes(parts_json: str) -> list[str]:
    """The blobs that a turn needs."""
    if '"hash"' not in parts_json:
        return []
    return [str(part["hash"]) for part in from_json(parts_json, []) if isinstance(part, dict) and "hash" in part]


def response(row: sqlite3.Row, figures: Figures, usage_raw: Mapping[str, Any] | None = None) -> Response:
    """A row of `response` with its figures and raw usage object; a text that fails its checksum gets a warning."""
    found = Response(
        id=row["id"],
        turn=row["turn"],
        lane=row["lane"],
        target=row["target"],
        sample=row["sample"],
        revision=row["revision"],
        state=row["state"],
        text=row["text"],
        reasoning=row["reasoning"],
        refusal=row["refusal"],
        tool_calls=tuple(_tool_call(call) for call in _dicts(row["tool_calls_json"])),
        citations=_strings(row["citations_json"]),
        opaque=tuple(_opaque(part) for part in _dicts(row["opaque_json"])),
        finish_reason=row["finish_reason"],
        finish_raw=row["finish_raw"],
        error=_error(row["error_json"]),
        warnings=_strings(row["warnings_json"]),
        final_attempt=row["final_attempt"],
        model_served=figures.get("model_served"),
        usage=_usage(figures),
        usage_raw=usage_raw,
        cost_nano=row["cost_nano"],
        cost_estimated=bool(row["cost_estimated"]),
        timing=_timing(figures),
        deltas=row["timing"] or b"",
        simulated=bool(row["simulated"]),
    )
    if row["checksum"] is not None and row["checksum"] != checksum(found.text, found.reasoning):
        return replace(found, warnings=(*found.warnings, ALTERED))
    return found


def attempt(row: sqlite3.Row, usage_raw: Mapping[str, Any] | None, rates: Mapping[str, Any] | None) -> Attempt:
    """A row of `attempt`."""
    kind = row["error_kind"]
    failed = None
    if kind is not None:
        failed = ErrorInfo(
            kind=kind,
            message=row["error_text"] or "",
            status=row["http_status"],
            retry_after_s=row["retry_after_s"],
            request_id=row["request_id"],
            provider_code=row["error_code"],
            retryable=None if row["error_retryable"] is None else bool(row["error_retryable"]),
        )
    return Attempt(
        id=row["id"],
        response=row["response"],
        n=row["n"],
        reason=row["reason"],
        provider=row["provider"],
        model_requested=row["model_requested"],
        start_utc=row["start_utc"],
        model_served=row["model_served"],
        parameters=parameters(row["params_json"]),
        timing=_timing(dict(row)),
        usage=_usage(dict(row)),
        usage_raw=usage_raw,
        cost_nano=row["cost_nano"],
        rates=rates,
        price_version=row["price_version"],
        http_status=row["http_status"],
        error=failed,
        request_id=row["request_id"],
        finish_reason=row["finish_reason"],
        finish_raw=row["finish_raw"],
        won=bool(row["won"]),
    )


def _usage(figures: Figures) -> Usage:
    counts = {name: figures.get(name) for name in _COUNTS}
    tools = from_json(figures.get("server_tools_json"), {})
    return Usage(**counts, server_tools=tools, source=figures.get("usage_source") or "provider")


def _timing(figures: Figures) -> Timing:
    moments = {name: figures.get(name) for name in _TIMING}
    return Timing(
        queued_s=figures.get("queued_s") or 0.0,
        cold=bool(figures.get("cold")),
        paused_s=figures.get("paused_s") or 0.0,
        **moments,
    )


def _error(stored: str | None) -> ErrorInfo | None:
    given = from_json(stored, {})
    if "kind" not in given:
        return None
    return ErrorInfo(**{name: value for name, value in given.items() if name in ErrorInfo.__slots__})


def _parts(stored: list[Any], prompt: str, blobs: Mapping[str, bytes]) -> list[Part]:
    found: list[Part] = []
    taken = 0
    for part in stored:
        match part:
            case {"kind": "text", "length": int(length)}:
                found.append(TextPart(prompt[taken : taken + length]))
                taken += length
            case {"kind": "file", "hash": str(name), **rest}:
                data = blobs.get(name, b"")
                encoded = data.decode("utf-8", "replace") if rest.get("encoded") else base64.b64encode(data).decode()
                found.append(FilePart(str(rest["name"]), str(rest["media_type"]), encoded, int(str(rest["size"]))))
            case {"kind": "opaque"}:
                found.append(_opaque(part))
            case {"kind": "tool_call", "call_id": call, "name": name, "arguments": arguments}:
                found.append(ToolCallPart(call, name, arguments))
            case {"kind": "tool_result", "call_id": call, "name": name, "text": words, "is_error": failed}:
                found.append(ToolResultPart(call, name, words, failed))
    return found


def _opaque(part: Mapping[str, Any]) -> OpaquePart:
    return OpaquePart(
        str(part.get("provider", "")), str(part.get("protocol", "")), part.get("data"), _number(part.get("round"))
    )


def _tool_call(stored: Mapping[str, Any]) -> ToolCall:
    outcome, result = stored.get("outcome"), stored.get("result")
    return ToolCall(
        stored.get("call_id"),
        str(stored.get("name", "")),
        str(stored.get("arguments", "")),
        round=_number(stored.get("round")),
        at=_number(stored.get("at")),
        outcome=outcome if outcome in _OUTCOMES else None,
        result=result if isinstance(result, str) else None,
    )


def _number(stored: Any) -> int:
    return stored if isinstance(stored, int) else 0


def _strings(stored: str | None) -> tuple[str, ...]:
    return tuple(str(item) for item in from_json(stored, []))


def _dicts(stored: str | None) -> list[dict[str, Any]]:
    return [item for item in from_json(stored, []) if isinstance(item, dict)]
