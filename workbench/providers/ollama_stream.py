"""Decoded lines of Ollama's `/api/chat` (and `/api/generate`) to events.

Source: Ollama's API reference, and recorded traffic. A body may hold the end of one generation and go on with another,
so the end of the body is the end.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.events import FinishReason, Meta, StreamEvent, UsageUpdate
from workbench.domain.usage import Usage
from workbench.providers.assembly import count, mapping, sequence, string
from workbench.providers.errors import stream_error
from workbench.providers.held_finish import HeldFinish

FINISH_REASONS: Mapping[str, FinishReason] = {"stop": "stop", "length": "length", "": "stop"}
"""An absent reason in the last line is that of old servers, whose answers are whole."""
_FIGURES = (
    "prompt_eval_count",
    "eval_count",
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
)
"""Counts, and durations in nanoseconds, as the last line has them."""


class OllamaTranslator(HeldFinish):
    """One answer."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ""

    def feed(self, name: str, frame: Any) -> Iterator[StreamEvent]:
        """What one line says."""
        if not isinstance(frame, dict):
            yield from self._warnings.note("bad_frame", "a line that is no object was skipped")
            return
        if (model := string(frame.get("model"))) and model != self._model:
            self._model = model
            yield Meta(model)
        message = mapping(frame.get("message"))
        for thought in (message.get("thinking"), frame.get("thinking"), message.get("reasoning_content")):
            if isinstance(thought, str) and thought:
                yield from self._blocks.add("reasoning", thought)
                break
        yield from self._blocks.add("text", string(message.get("content")) or string(frame.get("response")))
        for call in sequence(message.get("tool_calls")):
            yield from self._call(mapping(call))
        if frame.get("done"):
            figures = {name: frame[name] for name in _FIGURES if name in frame}
            if figures:
                yield UsageUpdate(usage_of(figures), figures)
            reason = string(frame.get("done_reason"))
            self._finish = (FINISH_REASONS.get(reason, "other"), reason or None, None)
        if frame.get("error"):
            raise stream_error(frame["error"])

    def _call(self, call: Mapping[str, Any]) -> Iterator[StreamEvent]:
        function = mapping(call.get("function"))
        arguments = function.get("arguments")
        yield from self._blocks.end_text()
        opened = self._blocks.start("tool", string(function.get("name")), string(call.get("id")) or None)
        yield opened
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {}, ensure_ascii=False)
        yield from self._blocks.delta(opened.block, text)
        yield from self._blocks.end(opened.block)


def usage_of(figures: Mapping[str, Any]) -> Usage:
    """Ollama counts thinking among the evaluated tokens; a prompt that is wholly cached is not counted at all."""
    return Usage(input_tokens=count(figures.get("prompt_eval_count")), output_tokens=count(figures.get("eval_count")))
