"""The price book."""

from decimal import Decimal

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.domain.prices import Rates, cost_nano, usd
from workbench.domain.usage import Usage
from workbench.providers.prices import GenaiPriceBook


@pytest.fixture(scope="module")
def book():
    book = GenaiPriceBook({"lab/x": Rates(1, 2, version="configuration"), "openai/gpt-5.5": Rates(3, 4)})
    book.load()
    return book


def config(name, url="http://nowhere.invalid", **named):
    return ProviderConfig(name, "openai-chat", url, **named)


def test_nothing_is_imported_before_it_is_loaded():
    """Before `load` only the user's own prices are known; nothing blocks the loop for the table."""
    book = GenaiPriceBook({"lab/x": Rates(1, 2)})

    assert book.rates(config("anthropic"), "claude-sonnet-5-5") is None
    assert book.context_window(config("anthropic"), "claude-sonnet-5-5") is None
    assert book.rates(config("lab"), "x") == Rates(1, 2)
    assert not book.loaded


def test_tiers_and_cache_prices_come_through(book):
    """A model with a long-context tier has every rate in both halves, and its window."""
    rates = book.rates(config("anthropic"), "claude-haiku-5-5")

    assert (rates.input, rates.output) == (usd("0.1"), usd("0.5"))
    assert (rates.cached_input, rates.cache_write, rates.cache_write_1h) == (usd("0.01"), usd("0.125"), usd("0.2"))
    (tier,) = rates.tiers
    assert (tier.above_input_tokens, tier.input, tier.cache_write_1h) == (100_000, usd("0.5"), usd(1))
    assert rates.per_server_tool["web_search_requests"] == usd("0.01")
    assert rates.version.startswith("genai-prices ")
    assert book.context_window(config("anthropic"), "claude-haiku-5-5") == 1_000_000


def test_our_sum_is_the_tables_sum(book):
    """The table's own calculator and ours agree on a call with every kind of token, below and above the tier."""
    from genai_prices import Usage as TheirUsage
    from genai_prices import calc_price

    rates = book.rates(config("anthropic"), "claude-haiku-5-5")
    for total in (50_000, 150_000):
        theirs = calc_price(
            TheirUsage(
                input_tokens=total,
                cache_read_tokens=10_000,
                cache_write_tokens=9_000,
                cache_write_1h_tokens=4_000,
                output_tokens=321,
            ),
            model_ref="claude-haiku-5-5",
            provider_id="anthropic",
        )
        ours = cost_nano(Usage(total, 321, 10_000, 9_000, 4_000), rates)
        assert Decimal(ours) / 10**9 == theirs.total_price


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gemini", "gemini-2.5-pro"),
        ("xai", "grok-4"),
        ("moonshot", "kimi-k2"),
        ("azure", "gpt-5.5"),
        ("groq", "llama-3.3-70b-versatile"),
        ("mistral", "mistral-large-latest"),
        ("deepseek", "deepseek-chat"),
        ("cohere", "command-r-plus"),
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        ("cerebras", "llama3.1-8b"),
    ],
)
def test_our_names_for_providers_are_known(book, name, model):
    """The table is asked under its own name for each of our vendors."""
    assert book.rates(config(name), model) is not None


@pytest.mark.parametrize(("name", "model"), [("openai", "gpt-5-2099-01-01"), ("lab", "gpt-5.5"), ("nobody", "x")])
def test_the_unknown_is_none(book, name, model):
    """B07: a model or provider that the table doesn't have has no price, which is not a price of 0."""
    assert book.rates(config(name), model) is None


def test_the_users_own_price_wins(book):
    """A price in the configuration stands before the table's."""
    assert book.rates(config("openai"), "gpt-5.5") == Rates(3, 4)
    assert book.rates(config("lab"), "x").version == "configuration"


def test_a_provider_under_another_name_is_known_by_its_address(book):
    """A section of one's own that points at a vendor's address is priced as that vendor."""
    assert book.rates(config("work", "https://api.openai.com/v1"), "gpt-5.5").input == usd(5)


def test_local_and_simulated_models_cost_what_the_user_says(book):
    """A model on the user's own machine or a simulated one is never priced as its namesake."""
    assert book.rates(config("groq", local=True), "llama-3.3-70b-versatile") is None
    assert book.rates(config("groq", simulated=True), "llama-3.3-70b-versatile") is None
    assert book.context_window(config("groq", local=True), "llama-3.3-70b-versatile") is None
