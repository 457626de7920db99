"""One door to the compilers: what is sent, what the inspector shows, and what a comparison marks as ignored or lost."""

from collections.abc import Mapping

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import ModelRequest
from workbench.providers.request_anthropic import MessagesCompiler
from workbench.providers.request_cohere import CohereCompiler
from workbench.providers.request_compiler import Compiled, Compiler
from workbench.providers.request_gemini import GeminiCompiler
from workbench.providers.request_ollama import OllamaCompiler
from workbench.providers.request_openai_chat import ChatCompiler
from workbench.providers.request_openai_responses import ResponsesCompiler

COMPILERS: Mapping[str, type[Compiler]] = {
    "openai-chat": ChatCompiler,
    "openai-responses": ResponsesCompiler,
    "anthropic-messages": MessagesCompiler,
    "gemini": GeminiCompiler,
    "cohere": CohereCompiler,
    "ollama": OllamaCompiler,
}


def spell(request: ModelRequest, config: ProviderConfig) -> Compiled:
    """The request's body in the provider's protocol, with the parameters that are ignored and what schemas lose.

    Raises:
        ProviderError: of kind `config`, when a part of the request can't be sent there.
        ConfigurationError: a quirk has a value of the wrong type.
    """
    return COMPILERS[config.protocol](request, config).compiled()
