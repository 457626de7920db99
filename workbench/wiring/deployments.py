"""Who answers for a target: the registry, with the simulator's models started on demand."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from workbench.domain.catalog import ModelInfo, ProviderConfig, Target, parse_target
from workbench.domain.errors import ConfigurationError
from workbench.settings.keys import Keys
from workbench.wiring.setup import SIM, Setup
from workbench.wiring.simulator import SimulatorOnDemand

if TYPE_CHECKING:
    from workbench.domain.prices import Rates
    from workbench.providers.base import Provider
    from workbench.providers.prices import GenaiPriceBook
    from workbench.providers.registry import Registry
    from workbench.simulator.catalog import SimModel


class AllDeployments:
    """Satisfies the engine's `Deployments`; builds the registry on first use."""

    def __init__(self, setup: Setup, keys: Keys, simulator: SimulatorOnDemand) -> None:
        self._setup = setup
        self._keys = keys
        self._simulator = simulator
        self._simulated: dict[tuple[str, str], Registry] = {}
        self._building = threading.Lock()
        self._main: Registry | None = None
        self._able: Callable[[ProviderConfig], list[ModelInfo] | None] | None = None

    @property
    def configs(self) -> Mapping[str, ProviderConfig]:
        """Every provider by name."""
        return self._setup.configs

    def open(self, target: Target) -> "tuple[ProviderConfig, Provider]":
        """The provider of a model target. Starts the simulator if `prepare` didn't, which blocks.

        Raises:
            ConfigurationError: unknown provider or simulated model, no key, a protocol that can't be spoken.
        """
        return self._registry(target).open(target)

    def capabilities(self, target: Target) -> Mapping[str, bool]:
        """What the provider's own list, as it was kept, says that a model can do; empty where nothing is known."""
        config = self._setup.configs.get(target.provider)
        if config is None or config.simulated:
            return {}
        if self._able is None:
            from workbench.wiring.catalogue import ModelLists

            self._able = ModelLists().of
        listed = self._able(config) or ()
        return next((model.capabilities for model in listed if model.name == target.name), {})

    async def http(self) -> Any:
        """The `httpx` client that everything shares which no vendor's SDK speaks."""
        return await self._registry().clients.own()

    def prepare(self, targets: Collection[str]) -> None:
        """Start the simulator and ask for keys, as far as these targets need it. Blocks; never raises."""
        for text in targets:
            try:
                target = parse_target(text)
                config = self._setup.configs.get(target.provider)
                if target.provider == SIM.name:
                    self._registry(target)
                elif config is not None and config.key_command:
                    self._keys(config)
            except ConfigurationError:
                continue  # said when it is opened

    async def warm(self, targets: Collection[str]) -> None:
        """Import SDKs, build clients and open connections for these targets, behind the first paint. Never raises."""
        wanted: dict[int, tuple[Registry, list[Target]]] = {}
        for text in targets:
            try:
                target = parse_target(text)
                registry = await asyncio.to_thread(self._registry, target)
            except ConfigurationError:
                continue
            wanted.setdefault(id(registry), (registry, []))[1].append(target)
        await asyncio.gather(*(registry.warm(targets) for registry, targets in wanted.values()))

    def obstacles(self, targets: Collection[str]) -> dict[str, str]:
        """Why some of these targets can't be called. Blocks where `open` does; never raises."""
        found = {}
        for text in targets:
            try:
                self.open(parse_target(text))
            except ConfigurationError as error:
                found[text] = error.message
        return found

    def config_of(self, target: Target) -> ProviderConfig:
        """How a target would be called. Starts the simulator, which blocks.

        Raises:
            ConfigurationError: unknown provider or simulated model.
        """
        if target.provider == SIM.name:
            return self._simulator.config(target.name)
        if config := self._setup.configs.get(target.provider):
            return config
        raise ConfigurationError(f"no provider is named {target.provider!r}")

    async def close(self) -> None:
        """Close connections and end the simulator."""
        if self._main is not None:
            await self._main.close()
        self._simulator.close()

    def _registry(self, target: Target | None = None) -> "Registry":
        """The registry that knows a target: the one of all providers, or one for each protocol of the simulator."""
        with self._building:
            if self._main is None:
                from workbench.providers.clients import Clients
                from workbench.providers.registry import Registry

                clients = Clients(connect_s=self._setup.settings.deadlines.connect_s)
                self._main = Registry(self._setup.configs, self._keys, clients=clients)
            if target is None or target.provider != SIM.name:
                return self._main
            config = self._simulator.config(target.name)
            where = config.protocol, config.base_url
            if where not in self._simulated:
                registry = type(self._main)({SIM.name: config}, self._keys, clients=self._main.clients)
                self._simulated[where] = registry
            return self._simulated[where]


class AllPrices:
    """Satisfies the engine's `PriceBook`: the catalogue with the user's rates, and the simulator's invented ones."""

    def __init__(self, book: "GenaiPriceBook") -> None:
        self._book = book

    def rates(self, config: ProviderConfig, model: str) -> "Rates | None":
        """The rates of today, None when nobody knows them."""
        if not config.simulated:
            return self._book.rates(config, model)
        found = _simulated(model)
        return None if found is None else found.rates

    def context_window(self, config: ProviderConfig, model: str) -> int | None:
        """Tokens that the model can read, None when nobody says."""
        if not config.simulated:
            return self._book.context_window(config, model)
        found = _simulated(model)
        return None if found is None else found.context_window


def _simulated(name: str) -> "SimModel | None":
    from workbench.simulator.catalog import find_model

    return find_model(name)
