"""Messages over Anthropic's SDK."""

from typing import Any, ClassVar

from workbench.providers.anthropic_messages import MessagesTranslator
from workbench.providers.assembly import Translator
from workbench.providers.sdk import KEYLESS, SdkProvider


class MessagesProvider(SdkProvider):
    """A provider of protocol `anthropic-messages`."""

    module: ClassVar[str] = "anthropic"
    path: ClassVar[str] = "/v1/messages"
    models_path: ClassVar[str] = "/v1/models"

    def build(self, sdk: Any, http: Any) -> Any:
        """See `SdkProvider.build`."""
        return sdk.AsyncAnthropic(
            base_url=self.config.base_url,
            api_key=self._key or KEYLESS,
            http_client=http,
            max_retries=0,
            open_telemetry=False,
        )

    def translator(self) -> Translator:
        """See `RemoteProvider.translator`."""
        return MessagesTranslator(self._quirks)
