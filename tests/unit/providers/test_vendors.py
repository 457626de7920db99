"""The rows of vendors and their flags."""

import re

import pytest

from workbench.domain.catalog import PROTOCOLS, ProviderConfig
from workbench.domain.conversation import Message, ModelRequest, Parameters, TextPart
from workbench.domain.errors import ConfigurationError
from workbench.providers.quirks import effort_of, matches, quirks_of, unknown_quirks
from workbench.providers.spelling import spell
from workbench.providers.vendors import load_vendors

WANTED = [
    "openai",
    "anthropic",
    "google",
    "azure",
    "openrouter",
    "groq",
    "xai",
    "mistral",
    "deepseek",
    "cohere",
    "together",
    "fireworks",
    "cerebras",
    "perplexity",
    "qwen",
    "zai",
    "moonshot",
    "huggingface",
    "ollama",
    "ollama-cloud",
    "lmstudio",
    "llamacpp",
    "vllm",
    "sglang",
    "litellm",
]


def test_every_vendor_has_a_row():
    """The vendors that the program promises are there, each with a protocol that is spoken."""
    vendors = load_vendors({})

    assert vendors.keys() >= set(WANTED)
    assert {config.protocol for config in vendors.values()} == set(PROTOCOLS)


@pytest.mark.parametrize("name", sorted(load_vendors({})))
def test_a_row_is_sound(name):
    """Addresses are encrypted unless local, keys have a variable, flags are known and of the right type."""
    config = load_vendors({"AZURE_OPENAI_ENDPOINT": "https://lab.openai.azure.com/"})[name]

    assert config.local or config.base_url.startswith("https://")
    assert not config.base_url.endswith("/")
    assert config.local or re.fullmatch(r"[A-Z0-9_]+", config.api_key_env or "")
    assert unknown_quirks(config) == {}
    assert quirks_of(config).checked in ("recordings", "documentation")
    body = spell(ModelRequest("m", (Message("user", (TextPart("Hi"),)),)), config).body
    assert "temperature" not in str(body)


def test_an_address_of_ones_own():
    """Azure's address is the customer's: from the environment, with the path that the protocol needs."""
    found = load_vendors({"AZURE_OPENAI_ENDPOINT": " https://lab.openai.azure.com/ "})

    assert found["azure"].base_url == "https://lab.openai.azure.com"
    assert found["azure-responses"].base_url == "https://lab.openai.azure.com/openai/v1"
    assert load_vendors({})["azure"].base_url == ""


def test_a_flag_of_the_wrong_type_is_named():
    """A quirk of the wrong type is the user's mistake, and is told with its place."""
    config = ProviderConfig(
        "lab", "openai-chat", "http://x/v1", quirks={"stream_options": "yes"}, source="config.toml:3"
    )

    with pytest.raises(
        ConfigurationError, match=r"config.toml:3: providers.lab.quirks.stream_options must be true or false"
    ):
        quirks_of(config)


def test_an_unknown_flag_gets_a_suggestion():
    """A misspelt quirk does nothing, and the known one that it may have meant is told."""
    config = ProviderConfig("lab", "openai-chat", "http://x/v1", quirks={"token_limits": "max_tokens"})

    assert unknown_quirks(config) == {"token_limits": "token_limit"}


def test_globs_take_names_out_again():
    """A glob that begins with an exclamation mark excludes; names are compared without case."""
    assert matches("GPT-5", ("gpt-5*", "!*-chat*"))
    assert not matches("gpt-5-chat", ("gpt-5*", "!*-chat*"))


def test_levels_that_a_vendor_does_not_know_are_not_sent():
    """An effort outside the vendor's levels is left out instead of being refused."""
    config = load_vendors({})["mistral"]
    request = ModelRequest("mistral-small-latest", (), parameters=Parameters(reasoning_effort="low"))

    assert effort_of(request, quirks_of(config)) is None
