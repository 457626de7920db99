"""Decoded frames of Gemini's `streamGenerateContent`, from the Gemini API or from Vertex, to events.

Source: the Gemini API's reference of `GenerateContentResponse`, and recorded traffic. Every frame is a whole response
object with more parts; the finish reason may come in several of them and usage in all: the end of the body is the end.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.events import FinishReason, Meta, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.assembly import count, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.held_finish import HeldFinish
from workbench.providers.partial_args import PartialArgs

FINISH_REASONS: Mapping[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "MALFORMED_RESPONSE": "error",
    "MISSING_THOUGHT_SIGNATURE": "error",
}
_SERVER_PARTS = {
    "executableCode": "code_execution",
    "codeExecutionResult": "code_execution_result",
    "toolCall": "tool_call",
    "toolResponse": "tool_response",
}
"""Tools that ran at Google; their parts go back as they came."""
_KNOWN_PARTS = frozenset(
    {"text", "thought", "thoughtSignature", "functionCall", "inlineData", "fileData", *_SERVER_PARTS}
)


class GeminiTranslator(HeldFinish):
    """One answer."""

    def __init__(self) -> None:
        super().__init__()
        self._meta: tuple[str | None, str | None] = (None, None)
        self._usage: Any = None
        self._call = -1
        self._args: PartialArgs | None = None

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """What one response object adds."""
        if isinstance(frame, list) and len(frame) == 1:
            frame = frame[0]
        if not isinstance(frame, dict):
            yield from self._warnings.note("bad_frame", "a frame that is no object was skipped")
            return
        yield from self._who(frame)
        for candidate in sequence(frame.get("candidates"))[:1]:
            yield from self._candidate(mapping(candidate))
        usage = frame.get("usageMetadata")
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            yield UsageUpdate(usage_of(usage), usage)
        feedback = mapping(frame.get("promptFeedback"))
        if blocked := string(feedback.get("blockReason")):
            self._finish = ("content_filter", f"blocked:{blocked}", string(feedback.get("blockReasonMessage")) or None)
        if frame.get("error"):
            raise stream_error(frame["error"])

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`; a call that was cut in its pieces is told without them."""
        if self._finish is not None:
            yield from self._end_call()
        yield from super().close()

    def _who(self, frame: Mapping[str, Any]) -> Iterator[StreamEvent]:
        known = (
            string(frame.get("modelVersion")) or self._meta[0],
            string(frame.get("responseId")) or self._meta[1],
        )
        if known != self._meta:
            self._meta = known
            yield Meta(*known)

    def _candidate(self, candidate: Mapping[str, Any]) -> Iterator[StreamEvent]:
        for part in sequence(mapping(candidate.get("content")).get("parts")):
            if isinstance(part, dict):
                yield from self._part(part)
        for chunk in sequence(mapping(candidate.get("groundingMetadata")).get("groundingChunks")):
            web = mapping(mapping(chunk).get("web"))
            yield from self._blocks.cite(web.get("uri"), web.get("title"))
        cited = mapping(candidate.get("citationMetadata"))
        for source in sequence(cited.get("citationSources")) or sequence(cited.get("citations")):  # Vertex: the latter
            yield from self._blocks.cite(mapping(source).get("uri"), mapping(source).get("title"))
        if reason := string(candidate.get("finishReason")):
            message = string(candidate.get("finishMessage")) or None
            self._finish = (FINISH_REASONS.get(reason, "other"), reason, message)

    def _part(self, part: dict[str, Any]) -> Iterator[StreamEvent]:
        number: int | None = None
        if isinstance(part.get("functionCall"), dict):
            yield from self._function_call(part["functionCall"])
            number = self._blocks.tools_seen - 1
        elif server := next((key for key in _SERVER_PARTS if key in part), None):
            kind = string(mapping(part[server]).get("toolType")).lower()
            name = _SERVER_PARTS[server] if not kind or server == "toolResponse" else kind
            yield from self._blocks.whole("opaque", name, {"part": part})
            return
        elif "inlineData" in part or "fileData" in part:
            yield from self._blocks.whole("opaque", "inline_data", {"part": part})
            return
        elif isinstance(part.get("text"), str):
            yield from self._blocks.add("reasoning" if part.get("thought") else "text", part["text"])
        elif unknown := sorted(part.keys() - _KNOWN_PARTS):
            yield from self._warnings.note("unknown_event", f"sent an unknown part: {unknown[0]}")
        if signature := string(part.get("thoughtSignature")):
            data = {"thoughtSignature": signature}
            yield from self._blocks.whole(
                "opaque", "thought_signature", data if number is None else {**data, "call": number}
            )

    def _function_call(self, call: Mapping[str, Any]) -> Iterator[StreamEvent]:
        """A whole call, or the pieces of one: a name with `willContinue`, arguments by path, and an empty end."""
        if self._args is not None and not string(call.get("name")):
            self._args.add(sequence(call.get("partialArgs")))
            if not call.get("willContinue"):
                yield from self._end_call()
            return
        yield from self._end_call()
        yield from self._blocks.end_text()
        opened = self._blocks.start("tool", string(call.get("name")), string(call.get("id")) or None)
        yield opened
        self._call = opened.block
        self._args = PartialArgs(call.get("args"))
        self._args.add(sequence(call.get("partialArgs")))
        if not call.get("willContinue"):
            yield from self._end_call()

    def _end_call(self) -> Iterator[StreamEvent]:
        if self._args is not None:
            arguments, self._args = self._args.value, None
            yield from self._blocks.delta(self._call, json.dumps(arguments, ensure_ascii=False))
            yield from self._blocks.end(self._call)


def usage_of(usage: Mapping[str, Any]) -> Usage:
    """Gemini counts thoughts apart from the candidates' tokens; the prompt includes what a cache served."""
    written, thoughts = count(usage.get("candidatesTokenCount")), count(usage.get("thoughtsTokenCount"))
    return Usage(
        input_tokens=count(usage.get("promptTokenCount")),
        output_tokens=None if written is None and thoughts is None else (written or 0) + (thoughts or 0),
        cached_input_tokens=count(usage.get("cachedContentTokenCount")),
        reasoning_tokens=thoughts,
    )
