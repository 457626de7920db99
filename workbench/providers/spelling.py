"""One door to the compilers: what the inspector shows, and what a fair comparison must mark as ignored or lost."""

from collections.abc import Callable, Mapping

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import ModelRequest
from workbench.providers.request_anthropic import spell_anthropic
from workbench.providers.request_cohere import spell_cohere
from workbench.providers.request_gemini import spell_gemini
from workbench.providers.request_ollama import spell_ollama
from workbench.providers.request_openai_chat import spell_openai_chat
from workbench.providers.request_openai_responses import spell_openai_responses
from workbench.providers.request_parts import Compiled

SPELLERS: Mapping[str, Callable[[ModelRequest, ProviderConfig], Compiled]] = {
    "openai-chat": spell_openai_chat,
    "openai-responses": spell_openai_responses,
    "anthropic-messages": spell_anthropic,
    "gemini": spell_gemini,
    "cohere": spell_cohere,
    "ollama": spell_ollama,
}


def spell(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The request's body in the provider's protocol, with the parameters that are ignored and what schemas lose.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
        ConfigurationError: a quirk has a value of the wrong type.
    """
    return SPELLERS[config.protocol](request, config)
