"""Who answers for a target: the registry, with the simulator's models started on demand."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from workbench.domain.catalog import ProviderConfig, Target, parse_target
from workbench.domain.errors import ConfigurationError
from workbench.domain.prices import Rates
from workbench.settings.keys import Keys
from workbench.wiring.setup import SIM, Setup
from workbench.wiring.simulator import SimulatorOnDemand

if TYPE_CHECKING:
    from workbench.engine.ports import PriceBook
    from workbench.providers.base import Provider
    from workbench.providers.registry import Registry


class AllDeployments:
    """Satisfies the engine's `Deployments`; builds the registry on first use."""

    def __init__(self, setup: Setup, keys: Keys, simulator: SimulatorOnDemand) -> None:
        self._setup = setup
        self._keys = keys
        self._simulator = simulator
        self._configs = dict(setup.configs)
        self._registry: Registry | None = None

    @property
    def configs(self) -> Mapping[str, ProviderConfig]:
        """Every provider by name."""
        return self._setup.configs

    @property
    def registry(self) -> "Registry":
        """The registry behind it."""
        if self._registry is None:
            from workbench.providers.registry import Registry

            self._registry = Registry(self._configs, self._keys, connect_s=self._setup.settings.deadlines.connect_s)
        return self._registry

    def open(self, target: Target) -> "tuple[ProviderConfig, Provider]":
        """The provider of a model target. Starts the simulator if `prepare` didn't, which blocks.

        Raises:
            ConfigurationError: unknown provider or simulated model, no key, a protocol that can't be spoken.
        """
        return self.registry.open(self._routed(target))

    def prepare(self, targets: Collection[str]) -> None:
        """Start the simulator and ask for keys, as far as these targets need it. Blocks; never raises."""
        for text in targets:
            try:
                target = parse_target(text)
                config = self._setup.configs.get(target.provider)
                if target.provider == SIM.name:
                    self._routed(target)
                elif config is not None and config.key_command:
                    self._keys(config)
            except ConfigurationError:
                continue  # said when it is opened

    async def warm(self, targets: Collection[str]) -> None:
        """Import SDKs, build clients and open connections for these targets, behind the first paint. Never raises."""
        routed = []
        for text in targets:
            try:
                routed.append(self._routed(parse_target(text)))
            except ConfigurationError:
                continue
        await self.registry.warm(routed)

    async def close(self) -> None:
        """Close connections and end the simulator."""
        if self._registry is not None:
            await self._registry.close()
        self._simulator.close()

    def _routed(self, target: Target) -> Target:
        """A simulated model's target by the protocol that it speaks: the registry knows one provider for each."""
        if target.provider != SIM.name:
            return target
        config = self._simulator.config(target.name)
        name = f"{SIM.name}:{config.protocol}"
        self._configs[name] = config
        return Target("model", name, target.name)


class AllPrices:
    """Satisfies the engine's `PriceBook`: the catalogue with the user's rates, and the simulator's invented ones."""

    def __init__(self, book: "PriceBook") -> None:
        self._book = book

    def rates(self, config: ProviderConfig, model: str) -> Rates | None:
        """The rates of today, None when nobody knows them."""
        if not config.simulated:
            return self._book.rates(config, model)
        from workbench.simulator.catalog import find_model

        found = find_model(model)
        return None if found is None else found.rates
