"""Answers with tools over real connections, for every protocol that has them."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.conversation import Lane, Response, Session
from workbench.engine.builtin_tools import builtin_tools
from workbench.engine.comparison import Comparison
from workbench.engine.ports import NullRecorder
from workbench.engine.toolbox import Toolbox
from workbench.providers.base import Provider
from workbench.providers.clients import Clients
from workbench.providers.registry import Registry
from workbench.simulator.catalog import SIM_MODELS, sim_config
from workbench.simulator.child import SimulatorChild, start_child

PROTOCOLS = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "cohere", "ollama"]
MODEL = "toolsmith@tps=0@ttft=0"


@pytest.fixture(scope="module")
def simulator() -> Iterator[SimulatorChild]:
    with start_child() as child:
        yield child


class OneProtocol:
    """The simulator, spoken to in one protocol."""

    def __init__(self, port: int, protocol: str, clients: Clients) -> None:
        config = sim_config(SIM_MODELS["toolsmith"], port, protocol=protocol)  # type: ignore[arg-type]
        self._registry = Registry({"sim": config}, lambda _: "no-key", clients=clients)

    def open(self, target: Target) -> tuple[ProviderConfig, Provider]:
        return self._registry.open(target)


async def allow(*_: Any) -> str:
    return "session"


def last_body(port: int) -> str:
    """What the simulator was asked last."""
    log = httpx.get(f"http://127.0.0.1:{port}/__log").json()
    return json.dumps([entry["body"] for entry in log if isinstance(entry.get("body"), dict)][-1])


async def asked(comparison: Comparison, prompt: str) -> Response:
    turn = comparison.send(prompt)
    await comparison.wait()
    return next(record for record in comparison.turns if record.turn.id == turn.id).responses[0]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_calls_are_answered_in_every_protocol(simulator: SimulatorChild, clients: Clients, protocol: str) -> None:
    """P10: two parallel calls are run and sent back each with its result; the next turn's history has them too."""
    comparison = Comparison(
        Session("s", "", "2026-01-01T00:00:00Z"),
        [Lane("1", 0, f"sim/{MODEL}")],
        OneProtocol(simulator.port, protocol, clients),
        NullRecorder(),
        lambda _: None,
        toolbox=Toolbox(builtin_tools(), allow),  # type: ignore[arg-type]
    )
    first = await asked(comparison, "calculator: 6 * 7, and the clock")

    assert (first.state, first.error) == ("complete", None)
    assert [(call.name, call.outcome, call.round) for call in first.tool_calls] == [
        ("clock", "done", 1),
        ("calculator", "done", 1),
    ]
    assert first.tool_calls[1].result == "42"
    assert "The tool answered" in first.text
    sent = last_body(simulator.port)
    for call in first.tool_calls:
        assert json.dumps(call.result)[1:-1] in sent

    second = await asked(comparison, "calculator: 1 + 1")
    assert (second.state, second.tool_calls[0].result) == ("complete", "2")
    assert second.text
    assert all(str(call.result) in last_body(simulator.port) for call in (*first.tool_calls, *second.tool_calls))
    await comparison.close()
