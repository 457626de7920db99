"""Faults on purpose."""

from collections.abc import AsyncIterator, Mapping

import pytest

from workbench.domain.catalog import ModelInfo, ProviderConfig, Target, parse_target
from workbench.domain.conversation import ModelRequest
from workbench.domain.errors import ConfigurationError, ProviderError
from workbench.domain.events import BlockDelta, BlockEnd, BlockStart, Finish, Headers
from workbench.providers.base import Arrival, Provider
from workbench.providers.chaos import ChaosDeployments, Fault, parse_fault

CONFIG = ProviderConfig("lab", "openai-chat", "http://127.0.0.1")
REQUEST = ModelRequest("x", ())


class Healthy:
    """Says "Hello, world" in two pieces after a thought."""

    def __init__(self) -> None:
        self.closed = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        try:
            yield Arrival(0.0, [Headers(200)])
            yield Arrival(0.1, [BlockStart(0, "text"), BlockDelta(0, "Hello, ")])
            yield Arrival(0.2, [BlockDelta(0, "world"), BlockEnd(0), Finish("stop", "stop")])
        finally:
            self.closed = True

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo("lab", "x")]

    async def warm(self) -> None:
        """Nothing to warm."""

    def repair(self) -> str:
        return "repaired"


class Deployments:
    configs: Mapping[str, ProviderConfig] = {"lab": CONFIG}

    def __init__(self) -> None:
        self.healthy = Healthy()

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]:
        return CONFIG, self.healthy


async def suffer(fault: str) -> tuple[str, ProviderError | None, Deployments]:
    """The text that came through, and what ended it."""
    inner = Deployments()
    _, provider = ChaosDeployments(inner, parse_fault(fault)).open(parse_target("lab/x"))
    text, error = "", None
    try:
        async for arrival in provider.stream(REQUEST):
            text += "".join(event.text for event in arrival.events if isinstance(event, BlockDelta))
    except ProviderError as caught:
        error = caught
    return text, error, inner


@pytest.mark.parametrize(("fault", "kind"), [("429", "rate"), ("529", "overloaded"), ("500", "server")])
async def test_a_status_comes_before_anything(fault: str, kind: str) -> None:
    """The provider isn't even asked; a 429 says when to come back."""
    text, error, _ = await suffer(fault)
    assert error is not None
    assert (text, error.info.kind, error.info.status) == ("", kind, int(fault))
    assert (error.info.retry_after_s is not None) == (fault == "429")


@pytest.mark.parametrize(
    ("fault", "text", "kind"),
    [("cut:0", "", "cut"), ("cut:3", "Hel", "cut"), ("cut:7", "Hello, ", "cut"), ("error:9", "Hello, wo", "server")],
)
async def test_a_break_after_so_many_characters(fault: str, text: str, kind: str) -> None:
    """Exactly the characters that were asked for arrive, then the fault; the provider is hung up on."""
    arrived, error, inner = await suffer(fault)
    assert error is not None
    assert (arrived, error.info.kind) == (text, kind)
    assert "--chaos" in error.info.message
    assert inner.healthy.closed


async def test_a_break_that_lies_beyond_the_end() -> None:
    """An answer that is shorter than the number stays whole."""
    assert (await suffer("cut:99"))[:2] == ("Hello, world", None)


async def test_slow_waits_and_stamps_what_it_delays() -> None:
    """Delayed arrivals are stamped when they are let go; the clock and the waiting are handed in."""
    from workbench.providers.chaos import ChaosProvider

    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    provider = ChaosProvider(Healthy(), Fault("slow"), clock=lambda: sum(waits), sleep=sleep)
    stamps = [arrival.at_s async for arrival in provider.stream(REQUEST)]
    assert stamps == [2.25, 2.5, 2.75]


async def test_everything_else_is_the_providers_own() -> None:
    """Lists, warming and repairs pass through."""
    deployments = ChaosDeployments(Deployments(), Fault("slow"))
    _, provider = deployments.open(parse_target("lab/x"))
    assert [model.name for model in await provider.models()] == ["x"]
    assert provider.repair() == "repaired"  # type: ignore[attr-defined]
    assert deployments.configs == {"lab": CONFIG}
    await provider.warm()


@pytest.mark.parametrize("word", ["", "cut", "cut:", "cut:x", "cut:-1", "429:1", "flood", "stall:3", "cut:9999999999"])
def test_what_is_no_fault(word: str) -> None:
    """A word that names no fault is a configuration error that lists them."""
    with pytest.raises(ConfigurationError, match="write 429, 529, 500, slow, stall, cut:N or error:N"):
        parse_fault(word)
