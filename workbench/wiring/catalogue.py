"""Every model that can be named: shipped rows, lists that providers gave, the simulator; with price and window."""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.domain.catalog import ModelInfo, ProviderConfig, Target
from workbench.domain.clean import storable
from workbench.domain.errors import ConfigurationError, ProviderError
from workbench.domain.prices import Rates
from workbench.settings.keys import is_set
from workbench.settings.paths import cache_dir
from workbench.wiring.deployments import AllDeployments, AllPrices
from workbench.wiring.setup import SIM

FRESH_S = 7 * 86_400.0
"""How long a provider's list is taken as it is."""
MOST_MODELS = 5_000
_FILE = "models.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model as a list shows it."""

    info: ModelInfo
    config: ProviderConfig
    rates: Rates | None
    """None: nobody knows."""
    context_window: int | None
    note: str = ""

    @property
    def target(self) -> str:
        """What to type."""
        return str(self.info.target)


class ModelLists:
    """Providers' own lists, kept in the cache folder; a damaged or missing file is an empty one."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or cache_dir() / _FILE
        self._kept: dict[str, Any] = self._read()

    def of(self, config: ProviderConfig) -> list[ModelInfo] | None:
        """A provider's list, None when it is unknown, or came from another address."""
        kept = self._kept.get(config.name)
        if not isinstance(kept, dict) or kept.get("base_url") != config.base_url:
            return None
        return [_info(config.name, model) for model in kept.get("models", []) if isinstance(model, dict)]

    def is_fresh(self, config: ProviderConfig) -> bool:
        """Whether the list is young enough not to be asked for again."""
        kept = self._kept.get(config.name)
        if self.of(config) is None or not isinstance(kept, dict):
            return False
        return 0 <= time.time() - float(kept.get("at", 0)) < FRESH_S

    def keep(self, config: ProviderConfig, models: Sequence[ModelInfo]) -> None:
        """Take over a list that was just given."""
        self._kept[config.name] = {
            "base_url": config.base_url,
            "at": time.time(),
            "models": [
                {
                    "name": model.name,
                    "context_window": model.context_window,
                    "max_output_tokens": model.max_output_tokens,
                    "capabilities": dict(model.capabilities),
                }
                for model in models[:MOST_MODELS]
            ],
        }

    def write(self) -> None:
        """Save them, whole or not at all; a folder that can't be written only costs time next time."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(dir=self._path.parent, prefix=_FILE)
            with os.fdopen(number, "w", encoding="ascii") as file:
                json.dump(self._kept, file)
            os.replace(name, self._path)
        except (OSError, ValueError):
            return

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}


def _info(provider: str, kept: Mapping[str, Any]) -> ModelInfo:
    window, most = kept.get("context_window"), kept.get("max_output_tokens")
    capabilities = kept.get("capabilities")
    return ModelInfo(
        provider,
        storable(str(kept.get("name", ""))),
        window if isinstance(window, int) else None,
        most if isinstance(most, int) else None,
        {str(name): bool(can) for name, can in capabilities.items()} if isinstance(capabilities, dict) else {},
        discovered=True,
    )


def entries(configs: Mapping[str, ProviderConfig], lists: ModelLists, prices: AllPrices) -> Iterator[Entry]:
    """Every known model, provider by provider; blocks for the price table when that is not loaded yet."""
    for config in configs.values():
        if config.name == SIM.name:
            yield from simulated_entries()
            continue
        listed = lists.of(config) or []
        names = {model.name for model in listed}
        typed = [ModelInfo(config.name, name) for name in config.models if name not in names]
        for info in (*typed, *listed):
            yield Entry(
                info,
                config,
                prices.rates(config, info.name),
                info.context_window or prices.context_window(config, info.name),
                "" if _usable(config) else _no_key(config),
            )


def simulated_entries() -> Iterator[Entry]:
    """The simulator's models."""
    from workbench.simulator.catalog import SIM_MODELS

    for model in SIM_MODELS.values():
        info = ModelInfo(
            SIM.name,
            model.name,
            model.context_window,
            model.max_output_tokens,
            {"reasoning": model.reasons} if model.reasons else {},
        )
        yield Entry(info, SIM, model.rates, model.context_window, f"simulated: {model.description}")


def _usable(config: ProviderConfig) -> bool:
    return config.local or config.simulated or not config.api_key_env or is_set(config)


def _no_key(config: ProviderConfig) -> str:
    return f"no key: set {config.api_key_env}"


def worth_asking(config: ProviderConfig) -> bool:
    """Whether a provider's list may be asked for: its key is there, or it needs none."""
    return bool(config.base_url) and not config.simulated and _usable(config)


async def refresh(
    deployments: AllDeployments, lists: ModelLists, *, every: bool = False, timeout_s: float = 4.0
) -> dict[str, str]:
    """Ask providers for their lists, all at once, those without a fresh one or every one that can be asked.

    Returns:
        Why a provider's list could not be had, by its name; local servers that don't run are not mentioned.
    """
    wanted = [
        config
        for config in deployments.configs.values()
        if worth_asking(config) and (every or not lists.is_fresh(config))
    ]
    answers = await asyncio.gather(*(_ask(deployments, config, timeout_s) for config in wanted))
    problems = {}
    for config, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, str):
            if not (config.local and config.source == "built in"):
                problems[config.name] = answer
        else:
            lists.keep(config, answer)
    if len(problems) < len(wanted):
        await asyncio.to_thread(lists.write)
    return problems


async def _ask(deployments: AllDeployments, config: ProviderConfig, timeout_s: float) -> list[ModelInfo] | str:
    try:
        async with asyncio.timeout(timeout_s):
            if config.key_command:
                await asyncio.to_thread(deployments.prepare, [f"{config.name}/?"])
            _, provider = await asyncio.to_thread(deployments.open, Target("model", config.name, "?"))
            return await provider.models()
    except TimeoutError:
        return f"gave no list within {timeout_s:g} s"
    except (ConfigurationError, ProviderError) as error:
        return str(error)
