"""Who can be called: targets, providers, deployments, models."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args

from workbench.domain.errors import ConfigurationError

Protocol = Literal["openai-chat", "openai-responses", "anthropic-messages", "gemini", "cohere", "ollama"]
PROTOCOLS: tuple[str, ...] = get_args(Protocol)


class Target(NamedTuple):
    """What a lane points at: a model at a provider, or a route."""

    kind: Literal["model", "route"]
    provider: str
    """Empty for a route."""
    name: str
    """The model's name as it is, whatever characters it holds, or the route's."""

    def __str__(self) -> str:
        return f"route:{self.name}" if self.kind == "route" else f"{self.provider}/{self.name}"


def parse_target(text: str) -> Target:
    """`provider/model` (everything after the first slash is the model's name) or `route:NAME`.

    Raises:
        ConfigurationError: it is neither.
    """
    if text.startswith("route:") and len(text) > len("route:"):
        return Target("route", "", text.removeprefix("route:"))
    provider, slash, model = text.partition("/")
    if not slash or not provider or not model:
        raise ConfigurationError(f"{text!r} is no target: write provider/model or route:NAME")
    return Target("model", provider, model)


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """One provider as it will be called: a vendor's row, a section of the user's file, or both merged."""

    name: str
    protocol: Protocol
    base_url: str
    """What the vendor's own SDK takes (DESIGN 8)."""
    api_key_env: str | None = None
    """The name of the environment variable; None: no key is sent, or a dummy where the protocol demands one."""
    key_command: str | None = None
    """A command whose first output line is the key."""
    label: str = ""
    quirks: Mapping[str, Any] = field(default_factory=dict)
    """The vendor's ways, as data: `vendors.toml` documents each flag."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Extra headers, none of them secret."""
    models: tuple[str, ...] = ()
    """Models typed by hand or shipped as suggestions; discovery adds to them."""
    local: bool = False
    """Runs on the user's own machine: longer first-token deadline, no key expected."""
    simulated: bool = False
    """Counts in no total, budget or leaderboard and is always labelled."""
    source: str = "built in"
    """Where it was configured, for messages: "built in" or FILE:LINE."""
    key_optional: bool = False
    """A local server whose variable is the vendor's and not the user's own choice: without a key none is sent."""


class ModelInfo(NamedTuple):
    """One model as the catalogue knows it; None and "unknown" are honest."""

    provider: str
    name: str
    context_window: int | None = None
    max_output_tokens: int | None = None
    capabilities: Mapping[str, bool] = MappingProxyType({})
    """`tools`, `images`, `files`, `reasoning`, `json_schema`: absent means unknown."""
    discovered: bool = False
    """Named by the provider's own list, not by ours."""

    @property
    def target(self) -> Target:
        """The target that calls this model."""
        return Target("model", self.provider, self.name)
