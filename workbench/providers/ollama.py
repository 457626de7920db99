"""Ollama's own protocol over `httpx`: lines of JSON, locally or from Ollama's cloud."""

from typing import ClassVar

from workbench.providers.assembly import Translator
from workbench.providers.decode import Framing
from workbench.providers.http_stream import HttpProvider
from workbench.providers.ndjson import NdjsonDecoder
from workbench.providers.ollama_stream import OllamaTranslator


class OllamaProvider(HttpProvider):
    """A provider of protocol `ollama`."""

    models_path: ClassVar[str] = "/api/tags"

    def path(self, model: str) -> str:
        """See `HttpProvider.path`."""
        return "/api/chat"

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return OllamaTranslator()

    def framing(self) -> Framing:
        """See `RemoteProvider.framing`."""
        return NdjsonDecoder()
