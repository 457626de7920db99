"""The catalogue of models and its cache."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from workbench.domain.catalog import ModelInfo, ProviderConfig
from workbench.domain.prices import Rates
from workbench.wiring.catalogue import ModelLists, entries, worth_asking
from workbench.wiring.deployments import AllPrices
from workbench.wiring.setup import SIM

LAB = ProviderConfig("lab", "openai-chat", "http://127.0.0.1:1/v1", models=("typed",), local=True)


class Book:
    def rates(self, config: ProviderConfig, model: str) -> Rates | None:
        return Rates(1, 2) if model == "listed" else None

    def context_window(self, config: ProviderConfig, model: str) -> int | None:
        return 1000 if model == "listed" else None


def listed(names: Sequence[str]) -> list[ModelInfo]:
    return [ModelInfo("lab", name, capabilities={"tools": True}, discovered=True) for name in names]


def test_lists_survive_and_age(tmp_path: Path) -> None:
    """A list is kept with its provider's address, and is another one's when that changes."""
    path = tmp_path / "cache" / "models.json"
    lists = ModelLists(path)
    assert lists.of(LAB) is None
    lists.keep(LAB, listed(["listed"]))
    lists.write()

    again = ModelLists(path)
    assert again.of(LAB) == listed(["listed"])
    assert again.is_fresh(LAB)
    assert again.of(ProviderConfig("lab", "openai-chat", "http://elsewhere")) is None
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "[1]", '{"lab": 5}', "{", "[" * 9999, '{"lab": {"base_url": "http://127.0.0.1:1/v1"}}']
)
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, text: str) -> None:
    """Whatever stands in the cache, the catalogue is there."""
    path = tmp_path / "models.json"
    path.write_text(text)
    lists = ModelLists(path)
    assert not lists.of(LAB)
    assert not lists.is_fresh(LAB)


def test_entries_hold_price_window_and_reason(tmp_path: Path) -> None:
    """Typed and listed models stand beside the simulator's; what lacks a key says which."""
    lists = ModelLists(tmp_path / "none.json")
    lists.keep(LAB, listed(["listed", "typed"]))
    keyless = ProviderConfig("far", "openai-chat", "https://far.example", api_key_env="FAR_KEY", models=("m",))
    configs = {"lab": LAB, "far": keyless, "sim": SIM}
    found = {entry.target: entry for entry in entries(configs, lists, AllPrices(Book()))}  # type: ignore[arg-type]

    assert [target for target in found if not target.startswith("sim/")] == ["lab/listed", "lab/typed", "far/m"]
    assert (found["lab/listed"].rates, found["lab/listed"].context_window) == (Rates(1, 2), 1000)
    assert (found["lab/typed"].rates, found["lab/typed"].context_window) == (None, None)
    assert found["far/m"].note == "no key: set FAR_KEY"
    assert found["sim/steady"].rates is not None
    assert (worth_asking(LAB), worth_asking(keyless), worth_asking(SIM)) == (True, False, False)
    os.environ["FAR_KEY"] = "x"
    try:
        assert worth_asking(keyless)
    finally:
        del os.environ["FAR_KEY"]
