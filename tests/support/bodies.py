"""Bodies through framing, JSON and translation, without a socket."""

import importlib
from collections.abc import Iterable
from typing import Any

from tests.support.answer import Answer, answer_of
from workbench.domain.errors import ProviderError
from workbench.domain.events import StreamEvent
from workbench.providers.assembly import Translator
from workbench.providers.decode import BodyReader, Framing
from workbench.providers.ndjson import NdjsonDecoder
from workbench.providers.quirks import Quirks
from workbench.providers.sse import SseDecoder

TRANSLATORS = {
    "openai-chat": ("openai_chat", "ChatTranslator"),
    "openai-responses": ("openai_responses", "ResponsesTranslator"),
    "anthropic-messages": ("anthropic_messages", "MessagesTranslator"),
    "gemini": ("gemini_stream", "GeminiTranslator"),
    "cohere": ("cohere_stream", "CohereTranslator"),
    "ollama": ("ollama_stream", "OllamaTranslator"),
}
WITH_QUIRKS = ("openai-chat", "openai-responses", "anthropic-messages")


def translator_for(protocol: str, quirks: Quirks | None = None) -> Translator:
    """A fresh translator."""
    module, name = TRANSLATORS[protocol]
    made = getattr(importlib.import_module(f"workbench.providers.{module}"), name)
    translator: Translator = made(quirks or Quirks()) if protocol in WITH_QUIRKS else made()
    return translator


def framing_for(protocol: str) -> Framing:
    """A fresh decoder."""
    return NdjsonDecoder() if protocol == "ollama" else SseDecoder()


def events_of(
    protocol: str, pieces: Iterable[bytes], quirks: Quirks | None = None
) -> tuple[list[StreamEvent], ProviderError | None]:
    """What the pieces of a body say, and the error that it ended with."""
    reader = BodyReader(framing_for(protocol), translator_for(protocol, quirks))
    events: list[StreamEvent] = []
    try:
        for piece in pieces:
            reader.feed(piece, events)
        reader.close(events)
    except ProviderError as error:
        return events, error
    return events, None


def answer_to(protocol: str, *pieces: bytes, quirks: Quirks | None = None) -> Answer:
    """The same as one answer."""
    return answer_of(*events_of(protocol, pieces, quirks))


def answer_in(protocol: str, *frames: Any, done: bool = False) -> Answer:
    """What decoded frames say; `done`: with `[DONE]` after them."""
    translator = translator_for(protocol)
    events: list[StreamEvent] = []
    try:
        for frame in frames:
            events.extend(translator.feed("", frame))
        if done:
            events.extend(translator.marker("[DONE]"))
        if not translator.done:
            events.extend(translator.close())
    except ProviderError as error:
        return answer_of(events, error)
    return answer_of(events)


def sse(*frames: str, event: str = "") -> bytes:
    """Frames as server-sent events."""
    head = f"event: {event}\n" if event else ""
    return "".join(f"{head}data: {frame}\n\n" for frame in frames).encode()
