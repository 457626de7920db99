"""The simulated models, as data, and how the program reaches them.

Every model answers on every protocol's route; `protocol` is the one that `sim/NAME` is spoken to with. Prices are
invented, and like the speeds they span what is on the market, so that a comparison shows something.
"""

from dataclasses import dataclass

from workbench.domain.catalog import PROTOCOLS, Protocol, ProviderConfig
from workbench.domain.prices import Rates, usd

Voice = str
"""Which section of an answer file a model speaks with: terse, brief, steady, deep, coder, sage, world, rambling."""


@dataclass(frozen=True, slots=True)
class SimModel:
    """One simulated model and its character."""

    name: str
    protocol: Protocol
    description: str
    """One line, for the picker."""
    tokens_per_s: float
    first_token_s: float
    rates: Rates
    context_window: int = 128_000
    max_output_tokens: int = 16_000
    voice: Voice = "steady"
    jitter: float = 0.3
    """How uneven the stream is: 0 is a metronome, 1 comes in bursts."""
    reasons: bool = False
    """Thinks first, as reasoning."""
    faults: str = ""
    """Its own misbehaviour, in the words of `faults`."""
    caches: bool = True
    """Reports the repeated part of a conversation as cached input."""


def _usd(per_million_in: float, per_million_out: float, cached: float | None = None) -> Rates:
    return Rates(
        input=usd(per_million_in),
        output=usd(per_million_out),
        cached_input=None if cached is None else usd(cached),
        version="simulated",
    )


_MODELS = (
    SimModel("swift", "openai-chat", "small and very fast; short answers", 190, 0.18, _usd(0.10, 0.40, 0.025),
             context_window=128_000, voice="brief", jitter=0.2),
    SimModel("steady", "openai-chat", "the even all-rounder", 85, 0.42, _usd(1.25, 5.00, 0.125),
             context_window=400_000),
    SimModel("thinker", "anthropic-messages", "reasons before it answers", 70, 0.75, _usd(3.00, 15.00, 0.30),
             context_window=200_000, voice="deep", jitter=0.4, reasons=True),
    SimModel("sage", "anthropic-messages", "slow, careful and expensive", 28, 1.9, _usd(15.00, 75.00, 1.50),
             context_window=1_000_000, voice="sage", jitter=0.5),
    SimModel("coder", "openai-chat", "answers with code first", 120, 0.35, _usd(0.60, 2.20, 0.06),
             context_window=256_000, voice="coder"),
    SimModel("polyglot", "anthropic-messages", "many scripts: CJK, Arabic, Hebrew, emoji", 75, 0.5,
             _usd(0.80, 4.00, 0.08), context_window=200_000, voice="world"),
    SimModel("rambler", "openai-chat", "never uses one word where ten will do", 105, 0.5, _usd(0.90, 3.60),
             voice="rambling"),
    SimModel("terse", "openai-chat", "a line or two, then silence", 60, 0.3, _usd(0.30, 1.20), voice="terse"),
    SimModel("hearth", "ollama", "runs at home: free, warm-up first, gentle pace", 24, 1.2, _usd(0, 0),
             context_window=32_000, max_output_tokens=4_000, voice="brief", jitter=0.15, caches=False),
    SimModel("busy", "openai-chat", "rate limited: refuses twice, then answers", 95, 0.4, _usd(0.50, 1.50),
             voice="coder", faults="429=2:1"),
    SimModel("dropper", "openai-chat", "the connection breaks in mid-answer", 90, 0.4, _usd(0.50, 1.50),
             voice="deep", faults="close=60"),
    SimModel("staller", "anthropic-messages", "falls silent after a few lines", 80, 0.5, _usd(0.80, 4.00),
             voice="steady", faults="stall=45"),
    SimModel("faulty", "anthropic-messages", "reports an overload in mid-answer", 80, 0.5, _usd(0.80, 4.00),
             voice="sage", faults="error=50"),
    SimModel("refuser", "anthropic-messages", "politely declines everything", 70, 0.6, _usd(3.00, 15.00),
             faults="refuse"),
    SimModel("silent", "openai-chat", "finishes without a word", 70, 0.6, _usd(0.50, 1.50), faults="silent"),
    SimModel("clipped", "openai-chat", "stops at its output limit", 110, 0.4, _usd(0.25, 1.00), voice="deep",
             max_output_tokens=96),
    SimModel("toolsmith", "openai-chat", "asks for a tool instead of guessing", 90, 0.45, _usd(1.10, 4.40, 0.275),
             faults="tool"),
)  # fmt: skip
SIM_MODELS: dict[str, SimModel] = {model.name: model for model in _MODELS}
DEMO_LINEUP: tuple[str, ...] = ("swift", "steady", "thinker", "sage")
"""The names that a demo opens with: fast, even, reasoning, dear."""
SUGGESTED_PROMPTS: tuple[str, ...] = (
    "Sort a list of people by age in Python, and say what each way costs",
    "Explain how a hash table works, to someone who has never programmed",
    "Write the SQL for the three best customers of each month",
    "Write a haiku about waiting for a slow answer",
    "Review this function: def mean(xs): return sum(xs) / len(xs)",
    "Translate “The early bird catches the worm” into five languages",
)
"""Prompts that show the answers at their best."""

_PATHS: dict[Protocol, str] = {
    "openai-chat": "/v1",
    "openai-responses": "/v1",
    "anthropic-messages": "",
    "gemini": "/v1beta",
    "cohere": "/v2",
    "ollama": "",
}


def find_model(name: str) -> SimModel | None:
    """The model of a name with or without faults (`steady@429=2`); None when there is none."""
    return SIM_MODELS.get(name.partition("@")[0])


def sim_config(model: SimModel, port: int, *, protocol: Protocol | None = None) -> ProviderConfig:
    """How to call a simulated model on a port: provider `sim`, no key.

    Args:
        model: one of `SIM_MODELS`.
        port: where the simulator listens on 127.0.0.1.
        protocol: another than the model's own; every model answers on all of them.

    Raises:
        ValueError: no such protocol.
    """
    spoken = protocol or model.protocol
    if spoken not in PROTOCOLS:
        raise ValueError(f"no such protocol: {spoken}")
    return ProviderConfig(
        name="sim",
        protocol=spoken,
        base_url=f"http://127.0.0.1:{port}{_PATHS[spoken]}",
        label="simulated",
        models=(model.name,),
        local=True,
        simulated=True,
    )
