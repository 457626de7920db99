"""Domain objects to column values."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.domain.conversation import (
    Attempt,
    FilePart,
    Lane,
    OpaquePart,
    Parameters,
    Part,
    Response,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
)
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.store.values import integer, real, text, text_or_none, to_json, to_json_or_none

Columns = dict[str, Any]


def digest(data: bytes) -> str:
    """The name of a blob: 128 bits of BLAKE2b."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def parts(of: Sequence[Part]) -> tuple[str, str, dict[str, bytes]]:
    """`parts_json`, `prompt` and the blobs that are pointed to: a file is kept once, however often it is sent."""
    words: list[str] = []
    blobs: dict[str, bytes] = {}
    rows: list[dict[str, Any]] = []
    for part in of:
        match part:
            case TextPart():
                words.append(text(part.text))
                rows.append({"kind": "text", "length": len(words[-1])})
            case FilePart():
                row: Columns = {
                    "kind": "file",
                    "name": text(part.name),
                    "media_type": text(part.media_type),
                    "size": part.size,
                }
                data = _decoded(part.base64_data)
                if data is None:
                    data = text(part.base64_data).encode()
                    row["encoded"] = True
                row["hash"] = digest(data)
                blobs[row["hash"]] = data
                rows.append(row)
            case OpaquePart():
                rows.append({"kind": "opaque", **opaque(part)})
            case ToolCallPart():
                call = {"call_id": part.call_id, "name": part.name, "arguments": part.arguments}
                rows.append({"kind": "tool_call", **call})
            case ToolResultPart():
                result = {"call_id": part.call_id, "name": part.name, "text": part.text, "is_error": part.is_error}
                rows.append({"kind": "tool_result", **result})
    return to_json(rows), "".join(words), blobs


def answer_words(answer: str, refusal: str) -> str:
    """What the search index gets of a response; the same as the view `searchable` shows."""
    return f"{answer}\n{refusal}"


def checksum(answer: str, reasoning: str) -> int:
    """CRC-32 of what was answered, so that a bit that the disk lost is noticed when it is read."""
    return zlib.crc32(reasoning.encode(), zlib.crc32(answer.encode()))


def opaque(part: OpaquePart) -> Columns:
    """An opaque part as JSON holds it."""
    given: Columns = {"provider": part.provider, "protocol": part.protocol, "data": part.data}
    return given | {"round": part.round} if part.round else given


def tool_call(of: ToolCall) -> Columns:
    """A tool call as JSON holds it; what became of it only where something did."""
    call: Columns = {"call_id": of.call_id, "name": of.name, "arguments": of.arguments}
    if of.round:
        call |= {"round": of.round, "at": of.at, "outcome": of.outcome, "result": of.result}
    return call


def parameters(of: Parameters) -> str:
    """Only what was asked for."""
    given: Columns = {
        "max_output_tokens": of.max_output_tokens,
        "temperature": of.temperature,
        "top_p": of.top_p,
        "top_k": of.top_k,
        "seed": of.seed,
        "stop": list(of.stop) or None,
        "reasoning_effort": of.reasoning_effort,
        "extra": dict(of.extra) or None,
    }
    return to_json({name: value for name, value in given.items() if value is not None})


def lane(of: Lane) -> Columns:
    """A lane within a line-up; its system prompt stands in it whole."""
    return {
        "id": of.id,
        "target": of.target,
        "label": of.label,
        "system": of.system,
        "params": parameters(of.parameters),
        "enabled": of.enabled,
    }


def usage(of: Usage) -> Columns:
    """Counts."""
    return {
        "input_tokens": integer(of.input_tokens),
        "output_tokens": integer(of.output_tokens),
        "cached_input_tokens": integer(of.cached_input_tokens),
        "cache_write_tokens": integer(of.cache_write_tokens),
        "cache_write_1h_tokens": integer(of.cache_write_1h_tokens),
        "reasoning_tokens": integer(of.reasoning_tokens),
        "server_tools_json": to_json_or_none(dict(of.server_tools)),
        "usage_source": None if of == Usage() else text(of.source),
    }


def timing(of: Timing) -> Columns:
    """Seconds."""
    return {
        "queued_s": real(of.queued_s) or None,
        "connect_s": real(of.connect_s),
        "headers_s": real(of.headers_s),
        "first_event_s": real(of.first_event_s),
        "first_reasoning_s": real(of.first_reasoning_s),
        "first_text_s": real(of.first_text_s),
        "first_token_s": real(of.first_token_s),
        "end_s": real(of.end_s),
        "cold": int(of.cold),
    }


def error(of: ErrorInfo | None) -> str | None:
    """An error as JSON; absent fields are left out."""
    if of is None:
        return None
    given: Columns = {
        "kind": of.kind,
        "message": of.message,
        "status": of.status,
        "retry_after_s": real(of.retry_after_s),
        "request_id": of.request_id,
        "provider_code": of.provider_code,
        "retryable": of.retryable,
    }
    return to_json({name: value for name, value in given.items() if value is not None})


def response_end(of: Response) -> Columns:
    """Everything about a response that is known at its end."""
    answer, reasoning, refusal = text(of.text), text(of.reasoning), text(of.refusal)
    return {
        "state": of.state,
        "owner": None,
        "text": answer,
        "reasoning": reasoning,
        "refusal": refusal,
        "characters": len(answer) + len(reasoning) + len(refusal),
        "checksum": checksum(answer, reasoning),
        "tool_calls_json": to_json_or_none([tool_call(call) for call in of.tool_calls]),
        "citations_json": to_json_or_none(list(of.citations)),
        "opaque_json": to_json_or_none([opaque(part) for part in of.opaque]),
        "finish_reason": of.finish_reason,
        "finish_raw": text_or_none(of.finish_raw),
        "error_json": error(of.error),
        "warnings_json": to_json_or_none(list(of.warnings)),
        "final_attempt": of.final_attempt,
        "simulated": int(of.simulated),
        "output_tokens": integer(of.usage.output_tokens),
        "usage_source": None if of.usage == Usage() else text(of.usage.source),
        "cost_nano": integer(of.cost_nano),
        "cost_estimated": int(of.cost_estimated),
        "timing": of.deltas or None,
    }


def figures(of: Response) -> Columns:
    """What a response has in common with its final attempt, as a rule, under the names of that table's columns."""
    return {"model_served": text_or_none(of.model_served), **usage(of.usage), **timing(of.timing)}


def attempt(of: Attempt) -> Columns:
    """An attempt, at its start or at its end."""
    failed = of.error
    return {
        "id": of.id,
        "response": of.response,
        "n": of.n,
        "reason": of.reason,
        "provider": text(of.provider),
        "model_requested": text(of.model_requested),
        "model_served": text_or_none(of.model_served),
        "params_json": parameters(of.parameters),
        "start_utc": text(of.start_utc),
        **timing(of.timing),
        **usage(of.usage),
        "cost_nano": integer(of.cost_nano),
        "price_version": text_or_none(of.price_version),
        "http_status": integer(of.http_status),
        "error_kind": failed.kind if failed else None,
        "error_text": text(failed.message) if failed else None,
        "error_code": text_or_none(failed.provider_code) if failed else None,
        "error_retryable": integer(failed.retryable) if failed else None,
        "retry_after_s": real(failed.retry_after_s) if failed else None,
        "request_id": text_or_none(of.request_id),
        "finish_reason": of.finish_reason,
        "finish_raw": text_or_none(of.finish_raw),
        "won": int(of.won),
    }


def rates(of: Mapping[str, Any] | None) -> Columns | None:
    """Rates as a mapping, without what is not set."""
    return {name: value for name, value in of.items() if value not in (None, {}, [], (), "")} if of else None


def _decoded(encoded: str) -> bytes | None:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode("ascii") == encoded else None
