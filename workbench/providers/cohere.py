"""Cohere's v2 chat over `httpx`."""

from typing import ClassVar

from workbench.providers.assembly import Translator
from workbench.providers.cohere_stream import CohereTranslator
from workbench.providers.http_stream import HttpProvider


class CohereProvider(HttpProvider):
    """A provider of protocol `cohere`."""

    models_path: ClassVar[str] = "//v1/models?endpoint=chat&page_size=1000"
    """The list never moved to version 2."""

    def path(self, model: str) -> str:
        """See `HttpProvider.path`."""
        return "/chat"

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return CohereTranslator()
