"""Finds who answers for a target: configurations by name, one provider object each, built on first use."""

import asyncio
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.domain.catalog import PROTOCOLS, ProviderConfig, Target
from workbench.domain.errors import ConfigurationError
from workbench.providers.base import Provider
from workbench.providers.clients import Clients

_CLASSES: Mapping[str, tuple[str, str]] = {
    "openai-chat": ("workbench.providers.openai_sdk", "ChatProvider"),
    "openai-responses": ("workbench.providers.openai_sdk", "ResponsesProvider"),
    "anthropic-messages": ("workbench.providers.anthropic_sdk", "MessagesProvider"),
    "gemini": ("workbench.providers.gemini", "GeminiProvider"),
    "cohere": ("workbench.providers.cohere", "CohereProvider"),
    "ollama": ("workbench.providers.ollama", "OllamaProvider"),
}
"""Where each protocol is spoken; imported when it is first asked for."""
LATER = ("bedrock", "aws-bedrock", "vertex", "vertex-ai", "google-vertex", "bedrock-converse", "sagemaker")
"""Protocols that are planned and say so."""


def load_vendors() -> dict[str, ProviderConfig]:
    """Every vendor that ships with the program, by name."""
    from workbench.providers import vendors

    return vendors.load_vendors()


class Registry:
    """The deployments of one run; satisfies the engine's `Deployments`."""

    def __init__(
        self,
        configs: Mapping[str, ProviderConfig],
        key_of: Callable[[ProviderConfig], str | None],
        *,
        clients: Clients | None = None,
    ) -> None:
        self._configs = dict(configs)
        self._key_of = key_of
        self._clients = clients or Clients()
        self._providers: dict[str, Provider] = {}

    @property
    def configs(self) -> Mapping[str, ProviderConfig]:
        """Every provider that can be named, by name."""
        return self._configs

    @property
    def clients(self) -> Clients:
        """The HTTP clients that all providers share."""
        return self._clients

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]:
        """The provider of a model target.

        Raises:
            ConfigurationError: it is a route, or an unknown provider, or it has no key, or its protocol is not spoken.
        """
        if target.kind != "model":
            raise ConfigurationError(f"{target} is a route, not a model of one provider")
        config = self._configs.get(target.provider)
        if config is None:
            known = ", ".join(sorted(self._configs)) or "none"
            raise ConfigurationError(f"no provider is called {target.provider!r} (known: {known})")
        provider = self._providers.get(config.name)
        if provider is None:
            provider = self._providers[config.name] = self._build(config)
        return config, provider

    def replace(self, configs: Mapping[str, ProviderConfig]) -> None:
        """Take a new configuration; providers that changed are built anew, running streams go on."""
        for name, config in list(self._configs.items()):
            if configs.get(name) != config:
                self._providers.pop(name, None)
        self._configs = dict(configs)

    async def warm(self, targets: Iterable[Target]) -> None:
        """Do what the first requests would pay for, once per provider. Never raises."""
        providers: dict[int, Provider] = {}
        for target in targets:
            try:
                _, provider = await asyncio.to_thread(self.open, target)
            except ConfigurationError:
                continue
            providers[id(provider)] = provider
        await asyncio.gather(*(provider.warm() for provider in providers.values()), return_exceptions=True)

    async def close(self) -> None:
        """Close all connections."""
        self._providers.clear()
        await self._clients.close()

    def _build(self, config: ProviderConfig) -> Provider:
        if config.protocol not in PROTOCOLS:
            where = f"providers.{config.name}.protocol"
            if config.protocol in LATER:
                raise ConfigurationError(f"{where}: {config.protocol} comes later", config.source)
            spoken = ", ".join(PROTOCOLS)
            raise ConfigurationError(f"{where}: {config.protocol!r} is not spoken (spoken: {spoken})", config.source)
        if not config.base_url:
            wanted = config.quirks.get("base_url_env") or f"providers.{config.name}.base_url"
            raise ConfigurationError(f"no address for {config.name}: set {wanted}", config.source)
        key = self._key_of(config)
        if key is None and config.api_key_env and not config.local:
            raise ConfigurationError(f"no key for {config.name}: set {config.api_key_env}")
        if key is not None and not (key.isascii() and key.isprintable()):
            raise ConfigurationError(f"the key of {config.name} has characters that HTTP forbids", config.api_key_env)
        module, name = _CLASSES[config.protocol]
        made: Any = getattr(importlib.import_module(module), name)
        provider: Provider = made(config, key, self._clients)
        return provider
