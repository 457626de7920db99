"""Asking one provider once, whatever it answers."""

from typing import Any

from tests.support.answer import Answer, answer_of
from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.conversation import Message, ModelRequest, TextPart
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import StreamEvent
from workbench.providers.base import Arrival, Provider
from workbench.providers.clients import Clients
from workbench.providers.registry import Registry

BASES = {
    "openai-chat": "/v1",
    "openai-responses": "/v1",
    "anthropic-messages": "",
    "gemini": "/v1beta",
    "cohere": "/v2",
    "ollama": "",
}
PROTOCOLS = tuple(BASES)
KEY = "sk-canary-0123456789abcdef-key"
PROMPT = "the-prompt-canary"
REQUEST = ModelRequest("some/model", (Message("user", (TextPart(PROMPT),)),))


def provider_at(
    protocol: str, origin: str, clients: Clients, key: str | None = KEY, env: str | None = "LAB_KEY", **fields: Any
) -> Provider:
    """A provider of a protocol at an origin."""
    fields.setdefault("local", True)
    config = ProviderConfig("lab", protocol, origin + BASES[protocol], env, **fields)  # type: ignore[arg-type]
    return Registry({"lab": config}, lambda _: key, clients=clients).open(Target("model", "lab", "some/model"))[1]


async def ask(provider: Provider, request: ModelRequest = REQUEST) -> Answer:
    """The whole answer, an error included."""
    return (await ask_timed(provider, request))[0]


async def ask_timed(provider: Provider, request: ModelRequest = REQUEST) -> tuple[Answer, list[Arrival]]:
    """The same with the arrivals."""
    arrivals: list[Arrival] = []
    failure: ProviderError | None = None
    try:
        async for arrival in provider.stream(request):
            arrivals.append(arrival)  # noqa: PERF401  (what came before an error counts)
    except ProviderError as error:
        failure = error
    events: list[StreamEvent] = [event for arrival in arrivals for event in arrival.events]
    return answer_of(events, failure), arrivals


async def failure_of(provider: Provider) -> ErrorInfo:
    """The error that a request ends with."""
    answer = await ask(provider)
    assert answer.error is not None
    assert answer.error.message.strip()
    return answer.error
