"""Decoded frames of Cohere's v2 chat stream to events.

Source: Cohere's reference of `POST /v2/chat` with streaming, and recorded traffic. A tool plan is neither answer nor
reasoning: it is kept as an opaque block and goes back with the calls that it planned.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import BlockKind, FinishReason, Heartbeat, Meta, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.assembly import count, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.held_finish import HeldFinish

FINISH_REASONS: Mapping[str, FinishReason] = {
    "COMPLETE": "stop",
    "STOP_SEQUENCE": "stop",
    "MAX_TOKENS": "length",
    "TOOL_CALL": "tool_calls",
    "ERROR_LIMIT": "length",
    "ERROR_TOXIC": "content_filter",
    "USER_CANCEL": "cancelled",
}
_FAILED = frozenset({"ERROR", "TIMEOUT"})
_CONTENT: tuple[tuple[str, BlockKind], ...] = (("thinking", "reasoning"), ("text", "text"))
_SILENT = frozenset({"citation-end", "debug"})


class CohereTranslator(HeldFinish):
    """One answer."""

    def __init__(self) -> None:
        super().__init__()
        self._calls: dict[Any, tuple[int, str | None]] = {}
        self._plan = ""

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """What one event says."""
        if not isinstance(frame, dict):
            yield from self._warnings.note("bad_frame", "a frame that is no object was skipped")
            return
        delta = mapping(frame.get("delta"))
        message = mapping(delta.get("message"))
        match string(frame.get("type")) or name:
            case "message-start":
                if identifier := string(frame.get("id")):
                    yield Meta(response_id=identifier)
            case "content-start" | "content-delta":
                content = mapping(message.get("content"))
                for field, kind in _CONTENT:
                    yield from self._blocks.add(kind, string(content.get(field)))
            case "content-end":
                yield from self._blocks.end_text()
            case "tool-plan-delta":
                self._plan += string(message.get("tool_plan"))
                yield Heartbeat("tool plan")
            case "tool-call-start":
                yield from self._start_call(frame.get("index"), mapping(message.get("tool_calls")))
            case "tool-call-delta":
                yield from self._more_of_call(frame.get("index"), mapping(message.get("tool_calls")))
            case "tool-call-end":
                if opened := self._calls.pop(frame.get("index"), None):
                    yield from self._blocks.end(opened[0])
            case "citation-start":
                yield from self._cite(message.get("citations"))
            case "message-end":
                yield from self._end(delta)
            case "" | "error":
                raise stream_error(frame)
            case kind if kind not in _SILENT:
                yield from self._warnings.note("unknown_event", f"sent an unknown event: {kind}")

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`; a plan without calls is kept."""
        yield from self._tell_plan()
        yield from super().close()

    def _start_call(self, index: Any, call: Mapping[str, Any]) -> Iterator[StreamEvent]:
        call_id, function = string(call.get("id")) or None, mapping(call.get("function"))
        present = self._calls.get(index)
        if present is not None and present[1] == call_id:
            yield from self._warnings.note("duplicate_event", "a tool call was opened twice")
        else:
            yield from self._tell_plan()
            yield from self._blocks.end_text()
            opened = self._blocks.start("tool", string(function.get("name")), call_id)
            yield opened
            self._calls[index] = (opened.block, call_id)
        yield from self._blocks.delta(self._calls[index][0], string(function.get("arguments")))

    def _more_of_call(self, index: Any, call: Mapping[str, Any]) -> Iterator[StreamEvent]:
        opened = self._calls.get(index)
        if opened is None:
            yield from self._warnings.note("bad_frame", "arguments came for a tool call that was never opened")
            return
        yield from self._blocks.delta(opened[0], string(mapping(call.get("function")).get("arguments")))

    def _tell_plan(self) -> Iterator[StreamEvent]:
        if self._plan:
            plan, self._plan = self._plan, ""
            yield from self._blocks.whole("opaque", "tool_plan", {"tool_plan": plan})

    def _cite(self, citations: Any) -> Iterator[StreamEvent]:
        for citation in citations if isinstance(citations, list) else [citations]:
            for source in sequence(mapping(citation).get("sources")):
                document = mapping(mapping(source).get("document"))
                yield from self._blocks.cite(document.get("url"), document.get("title"))

    def _end(self, delta: Mapping[str, Any]) -> Iterator[StreamEvent]:
        usage = delta.get("usage")
        if isinstance(usage, dict) and usage:
            yield UsageUpdate(usage_of(usage), usage)
        reason = string(delta.get("finish_reason"))
        if reason in _FAILED:
            yield from self._tell_plan()
            yield from self._blocks.end_all()
            told = string(delta.get("error")) or f"the answer ended with {reason}"
            raise ProviderError(ErrorInfo("server", told, provider_code=reason))
        self._finish = (FINISH_REASONS.get(reason, "other"), reason or None, None)


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """`tokens` counts what was read and written, thinking and cache included; `billed_units` leaves much out."""
    tokens = mapping(usage.get("tokens"))
    return Usage(
        input_tokens=count(tokens.get("input_tokens")),
        output_tokens=count(tokens.get("output_tokens")),
        cached_input_tokens=count(usage.get("cached_tokens")),
    )
