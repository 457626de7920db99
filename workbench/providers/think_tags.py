"""Reasoning that comes inside the text, between `<think>` and `</think>` at its very beginning.

Only for vendors whose row says so: in every other answer the tags are text like any other and are shown.
"""

from collections.abc import Iterator
from typing import Literal

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Text in pieces to (kind, text) pairs; a tag may be cut anywhere."""

    def __init__(self) -> None:
        self._state: Literal["start", "reasoning", "text"] = "start"
        self._held = ""

    def feed(self, text: str) -> Iterator[tuple[Literal["text", "reasoning"], str]]:
        """What is certain by now; the rest waits for more."""
        if self._state == "text":
            yield "text", text
            return
        text = self._held + text
        self._held = ""
        if self._state == "start":
            begun = text.lstrip()
            if len(begun) < len(_OPEN) and _OPEN.startswith(begun):
                self._held = text
                return
            if not begun.startswith(_OPEN):
                self._state = "text"
                yield "text", text
                return
            self._state = "reasoning"
            text = begun[len(_OPEN) :]
        reasoning, tag, rest = text.partition(_CLOSE)
        if tag:
            self._state = "text"
            yield "reasoning", reasoning
            yield "text", rest
            return
        keep = next((n for n in range(min(len(_CLOSE) - 1, len(text)), 0, -1) if _CLOSE.startswith(text[-n:])), 0)
        self._held = text[len(text) - keep :]
        yield "reasoning", text[: len(text) - keep]

    def close(self) -> Iterator[tuple[Literal["text", "reasoning"], str]]:
        """What was held back, as it is."""
        if self._held:
            yield ("reasoning" if self._state == "reasoning" else "text"), self._held
            self._held = ""
