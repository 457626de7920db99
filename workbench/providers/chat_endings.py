"""How chat completions end: the vendors' finish reasons, and the errors that they report as one or beside one."""

from collections.abc import Mapping
from typing import Any

from workbench.domain.errors import ProviderError
from workbench.domain.events import FinishReason
from workbench.providers.assembly import mapping
from workbench.providers.errors import stream_error

FINISH_REASONS: Mapping[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "end_turn": "stop",
    "complete": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "prohibited_content": "content_filter",
    "recitation": "content_filter",
    "refusal": "refusal",
    "pause_turn": "paused",
    "abort": "incomplete",
}
_FAILURES = {
    "error": ("server_error", "the provider ended the answer with an error"),
    "network_error": ("server_error", "the provider lost its connection to the model"),
    "insufficient_system_resource": ("overloaded", "the provider is out of capacity"),
}
BARE_ERROR = "error"
"""A finish reason that says nothing more: the words for it may come in a later frame."""


def failure(reason: str | None) -> ProviderError | None:
    """The error that a finish reason is, if it is one."""
    if reason not in _FAILURES:
        return None
    code, message = _FAILURES[reason]
    return stream_error({"message": message, "code": code})


def reported_error(name: str, frame: Mapping[str, Any]) -> ProviderError | None:
    """What a frame reports as an error, in any of the places where one is put; `name` is that of the event."""
    error = frame.get("error") or mapping(frame.get("x_groq")).get("error")
    if error:
        return stream_error(error)
    if name == "error" or frame.get("object") == "error" or frame.get("type") == "error":
        return stream_error(frame)
    if "choices" not in frame and "message" in frame and ("code" in frame or "status" in frame):
        return stream_error(frame)
    return None


def filter_name(choice: Mapping[str, Any]) -> str | None:
    """Which of Azure's filters struck."""
    results = mapping(choice.get("content_filter_results"))
    struck = [name for name, result in results.items() if mapping(result).get("filtered")]
    return ", ".join(struck) or None
