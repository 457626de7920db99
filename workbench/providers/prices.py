"""Prices and context windows from `genai-prices`' bundled table, with the user's own on top.

The table is 0.6 s of CPU to import: `load` does it, in a thread, behind the first paint. Before that only the user's
own prices are known. Nothing is fetched.
"""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.prices import Rates, Tier, usd

GENAI_IDS: Mapping[str, str] = {
    "gemini": "google",
    "vertex": "google",
    "xai": "x-ai",
    "grok": "x-ai",
    "moonshot": "moonshotai",
    "kimi": "moonshotai",
    "bedrock": "aws",
    "zhipu": "zhipuai",
    "z-ai": "zai",
    "fireworks-ai": "fireworks",
    "together-ai": "together",
    "togetherai": "together",
    "mistralai": "mistral",
    "azure-openai": "azure",
}
"""Our names for providers where the table has another; all others are looked up as they are."""
WEB_SEARCHES = ("web_search_requests", "web_search_call", "web_search_calls", "num_search_queries")
"""Names under which Anthropic, OpenAI, xAI and Perplexity count web searches."""
FILE_SEARCHES = ("file_search_call",)
FREE_TOOLS = ("web_fetch_requests", "mcp_call", "mcp_list_tools", "computer_call")
"""Server tools that cost nothing beyond their tokens. Source: the pricing pages of Anthropic and OpenAI, 2026-11."""
PERIOD_S = 1800
"""Prices that depend on the time of day change on half hours."""


class GenaiPriceBook:
    """Satisfies the engine's `PriceBook`; a lookup after the first is one of a dictionary."""

    def __init__(self, overrides: Mapping[str, Rates] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._snapshot: Any = None
        self._version = ""
        self._rates: dict[tuple[str, str, str, int], Rates | None] = {}
        self._windows: dict[tuple[str, str, str], int | None] = {}

    @property
    def loaded(self) -> bool:
        """The table is there."""
        return self._snapshot is not None

    def load(self) -> None:
        """Import the table. Blocking, for a thread; a second call costs nothing."""
        if self._snapshot is not None:
            return
        import genai_prices
        from genai_prices.data_snapshot import get_snapshot

        self._version = f"genai-prices {genai_prices.__version__}"
        self._snapshot = get_snapshot()

    def rates(self, config: ProviderConfig, model: str) -> Rates | None:
        """The user's own rates for `provider/model`, else the table's of today, else None: nobody knows.

        Servers on the user's own machine have the price that the user states, and none otherwise.
        """
        own = self._overrides.get(f"{config.name}/{model}")
        if own is not None or self._snapshot is None or config.local or config.simulated:
            return own
        key = (config.name, config.base_url, model, int(time.time() // PERIOD_S))
        if key not in self._rates:
            self._rates[key] = self._look_up(config, model)
        return self._rates[key]

    def context_window(self, config: ProviderConfig, model: str) -> int | None:
        """Tokens that the model can read, None when the table doesn't say."""
        if self._snapshot is None or config.local or config.simulated:
            return None
        key = (config.name, config.base_url, model)
        if key not in self._windows:
            found = self._find(config, model)
            window = None if found is None else found.context_window
            self._windows[key] = window if isinstance(window, int) and window > 0 else None
        return self._windows[key]

    def _look_up(self, config: ProviderConfig, model: str) -> Rates | None:
        found = self._find(config, model)
        return None if found is None else rates_of(found.get_prices(datetime.now(UTC)), self._version)

    def _find(self, config: ProviderConfig, model: str) -> Any:
        """The table's entry: by the provider's name, else by its address, which knows it under any name."""
        provider_id = GENAI_IDS.get(config.name.lower(), config.name.lower())
        for by_name, by_url in ((provider_id, None), (None, config.base_url)):
            try:
                return self._snapshot.find_provider_model(model, None, by_name, by_url)[1]
            except LookupError:
                continue
        return None


def rates_of(price: Any, version: str) -> Rates | None:
    """The table's prices of one model as rates; None for a model that is not priced by its tokens."""
    if price.input_mtok is None or price.output_mtok is None:
        return None
    tools = dict.fromkeys(FREE_TOOLS, 0)
    for names, thousand in ((WEB_SEARCHES, price.web_searches_kcount), (FILE_SEARCHES, price.storage_searches_kcount)):
        if thousand is not None:
            tools |= dict.fromkeys(names, usd(_base(thousand)) // 1000)
    requests = price.requests_kcount
    starts = sorted({tier.start for value in _token_prices(price).values() for tier in getattr(value, "tiers", ())})
    return Rates(
        **_rates_above(price, -1),
        per_server_tool=tools,
        tiers=tuple(Tier(start, **_rates_above(price, start)) for start in starts),
        version=version,
        per_request=0 if requests is None else usd(_base(requests)) // 1000,
    )


def _token_prices(price: Any) -> dict[str, Any]:
    found = {
        "input": price.input_mtok,
        "output": price.output_mtok,
        "cached_input": price.cache_read_mtok,
        "cache_write": price.cache_write_mtok,
        "cache_write_1h": price.cache_write_1h_mtok,
        "reasoning": price.output_reasoning_mtok,
    }
    return {name: value for name, value in found.items() if value is not None}


def _rates_above(price: Any, start: int) -> dict[str, int]:
    """Every rate as it is once the input is longer than `start`."""
    return {name: usd(_price_above(value, start)) for name, value in _token_prices(price).items()}


def _price_above(value: Any, start: int) -> Decimal:
    found = _base(value)
    for tier in getattr(value, "tiers", ()):
        if tier.start <= start:
            found = tier.price
    return found


def _base(value: Any) -> Decimal:
    base: Decimal = getattr(value, "base", value)
    return base
