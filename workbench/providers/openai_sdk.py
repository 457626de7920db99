"""Chat completions and Responses over OpenAI's SDK, and over its Azure client where a provider's row says so."""

from typing import Any, ClassVar

from workbench.providers.assembly import Translator
from workbench.providers.openai_chat import ChatTranslator
from workbench.providers.openai_responses import ResponsesTranslator
from workbench.providers.sdk import KEYLESS, SdkProvider


class OpenAIProvider(SdkProvider):
    """What both of OpenAI's protocols share: the client."""

    module: ClassVar[str] = "openai"

    def build(self, sdk: Any, http: Any) -> Any:
        """See `SdkProvider.build`."""
        if self._quirks.azure:
            client = sdk.AsyncAzureOpenAI(
                azure_endpoint=self.config.base_url,
                api_version=self._quirks.api_version or "2024-10-21",
                api_key=self._key or KEYLESS,
                organization="",
                project="",
                http_client=http,
                max_retries=0,
            )
        else:
            client = sdk.AsyncOpenAI(
                base_url=self.config.base_url,
                api_key=self._key or KEYLESS,
                organization="",
                project="",
                http_client=http,
                max_retries=0,
            )
        client.organization = client.project = None  # an empty text kept the environment's away, but would be sent
        return client


class ChatProvider(OpenAIProvider):
    """A provider of protocol `openai-chat`."""

    path: ClassVar[str] = "/chat/completions"

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return ChatTranslator(self._quirks)


class ResponsesProvider(OpenAIProvider):
    """A provider of protocol `openai-responses`."""

    path: ClassVar[str] = "/responses"

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return ResponsesTranslator(self._quirks)
