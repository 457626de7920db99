"""Gemini's native protocol over `httpx`: the Gemini API, and Vertex where its base URL and a token are configured."""

from typing import ClassVar
from urllib.parse import quote

from workbench.providers.assembly import Translator
from workbench.providers.gemini_stream import GeminiTranslator
from workbench.providers.http_stream import HttpProvider


class GeminiProvider(HttpProvider):
    """A provider of protocol `gemini`."""

    key_header: ClassVar[str] = "x-goog-api-key"
    models_path: ClassVar[str] = "/models?pageSize=1000"

    def path(self, model: str) -> str:
        """See `HttpProvider.path`; a tuned model's name brings its own collection."""
        collection = "" if model.startswith(("models/", "tunedModels/", "publishers/")) else "models/"
        return f"/{collection}{quote(model, safe='/@=,.:-_~')}:streamGenerateContent?alt=sse"

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return GeminiTranslator()
