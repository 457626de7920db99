"""The registry: who answers for a target, and what is said when nobody can."""

import sys
from subprocess import run
from typing import Any

import pytest

from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.errors import ConfigurationError
from workbench.providers.registry import Registry


def registry(key: str | None = "k", **fields: Any) -> Registry:
    """A registry with one provider."""
    settings: dict[str, Any] = {
        "protocol": "openai-chat",
        "base_url": "http://127.0.0.1:9/v1",
        "api_key_env": "LAB_KEY",
    }
    config = ProviderConfig("lab", **(settings | fields))
    return Registry({"lab": config}, lambda _: key)


MODEL = Target("model", "lab", "m")


def test_one_provider_is_built_once() -> None:
    """All lanes of a provider share it."""
    found = registry()

    assert found.open(MODEL)[1] is found.open(Target("model", "lab", "other"))[1]


@pytest.mark.parametrize("protocol", ["bedrock", "vertex"])
def test_planned_protocols_say_so(protocol: str) -> None:
    """Bedrock and Vertex come later, and that is what is said."""
    with pytest.raises(ConfigurationError, match="comes later"):
        registry(protocol=protocol).open(MODEL)


def test_unknown_things_are_named() -> None:
    """An unknown protocol or provider, and a route, are told with what there is."""
    with pytest.raises(ConfigurationError, match=r"not spoken .*openai-chat"):
        registry(protocol="smoke-signals").open(MODEL)
    with pytest.raises(ConfigurationError, match=r"'nobody' \(known: lab\)"):
        registry().open(Target("model", "nobody", "m"))
    with pytest.raises(ConfigurationError, match="route"):
        registry().open(Target("route", "", "quick"))


def test_a_missing_key_names_its_variable() -> None:
    """A01: without its key a provider says which variable to set; a local one needs none."""
    with pytest.raises(ConfigurationError, match="set LAB_KEY"):
        registry(key=None).open(MODEL)
    assert registry(key=None, local=True).open(MODEL)
    assert registry(key=None, api_key_env=None).open(MODEL)


@pytest.mark.parametrize("key", ["a\nb", "a\x00b", "schlüssel", "tab\tkey"])
def test_a_key_that_http_forbids_is_not_shown(key: str) -> None:
    """A03: illegal characters are told without the text."""
    with pytest.raises(ConfigurationError) as caught:
        registry(key=key).open(MODEL)

    assert key not in str(caught.value)


def test_a_changed_configuration_builds_anew() -> None:
    """A14: after a reload only what changed is another provider."""
    found = registry()
    before = found.open(MODEL)[1]

    found.replace(dict(found.configs))
    assert found.open(MODEL)[1] is before
    found.replace({"lab": ProviderConfig("lab", "openai-chat", "http://127.0.0.1:8/v1", "LAB_KEY")})
    assert found.open(MODEL)[1] is not before


def test_importing_it_loads_no_sdk() -> None:
    """The registry and the vendors' rows cost no SDK and no HTTP library."""
    code = (
        "import sys, workbench.providers.registry as r; r.load_vendors();"
        "print([name for name in ('openai', 'anthropic', 'httpx', 'httpx2') if name in sys.modules])"
    )

    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
