"""The outside of the app, played: providers say what a test wants when it wants it; no network."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from workbench.app.services import Choice, Found, FoundKey, FoundServer, Opening, Preferences, StartOptions
from workbench.domain.catalog import ProviderConfig, Target
from workbench.domain.conversation import Lane, ModelRequest
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.domain.events import BlockDelta, BlockStart, Finish, Headers, UsageUpdate
from workbench.domain.ids import new_id
from workbench.domain.lanes import LineUp
from workbench.domain.prices import Rates, usd
from workbench.domain.usage import Usage
from workbench.engine import estimate
from workbench.engine.comparison import Comparison
from workbench.engine.options import EngineOptions
from workbench.engine.ports import NullRecorder
from workbench.providers.base import Arrival

CONFIG = ProviderConfig("fake", "openai-chat", "http://127.0.0.1:1/v1")


@dataclass
class Script:
    """What one model says."""

    text: str = "Hello **there**.\n"
    error: ErrorInfo | None = None
    """Raised after the text."""
    endless: bool = False
    """Goes on with the text for ever."""
    held: bool = False
    """Waits after the text until the test lets it go on."""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    requests: list[ModelRequest] = field(default_factory=list)


class ScriptedModel:
    """Satisfies `Provider`."""

    def __init__(self, script: Script) -> None:
        self._script = script

    async def stream(self, request: ModelRequest) -> AsyncIterator[Arrival]:
        script = self._script
        script.requests.append(request)
        await asyncio.sleep(0)
        yield Arrival(time.perf_counter(), (Headers(200),))
        if script.text:
            yield Arrival(time.perf_counter(), (BlockStart(0, "text"), BlockDelta(0, script.text)))
        while script.endless:
            await asyncio.sleep(0.005)
            yield Arrival(time.perf_counter(), (BlockDelta(0, script.text),))
        if script.held:
            await script.gate.wait()
        if script.error is not None:
            raise ProviderError(script.error)
        yield Arrival(time.perf_counter(), (UsageUpdate(Usage(10, 20), {}), Finish("stop", "stop")))

    async def models(self) -> list[object]:
        return []

    async def warm(self) -> None:
        pass


class Models:
    """Satisfies `Deployments`; an unnamed model says the default."""

    def __init__(self, scripts: dict[str, Script]) -> None:
        self.scripts = scripts
        self.configs = {"fake": CONFIG}

    def open(self, target: Target) -> tuple[ProviderConfig, ScriptedModel]:
        return CONFIG, ScriptedModel(self.scripts.setdefault(target.name, Script()))


class Prices:
    """Three dollars in, fifteen out; the model `free` has no known price."""

    def rates(self, config: ProviderConfig, model: str) -> Rates | None:
        return None if model == "free" else Rates(usd(3), usd(15))


class FakeServices:
    """Satisfies `Services`."""

    def __init__(
        self, *targets: str, scripts: dict[str, Script] | None = None, store: object = None, **preferences: object
    ) -> None:
        self.preferences = Preferences(theme="dark", motion=False)._replace(**preferences)
        self.targets = targets
        self.scripts = scripts if scripts is not None else {}
        self.models = Models(self.scripts)
        self.store = store
        self.history_problem: str | None = None
        self.banner = ""
        self.closed = False
        self.obstacles: dict[str, str] = {}
        self.saved: dict[str, LineUp] = {}
        self.kept_theme: str | None = None
        self.found = Found(
            (FoundKey("openai", "OPENAI_API_KEY"),),
            (FoundServer("Ollama", "http://127.0.0.1:11434", ("m",)),),
            ("fake/a",),
        )

    def opening(self, start: StartOptions) -> Opening:
        lanes = tuple(Lane(new_id(), index, target) for index, target in enumerate(start.targets or self.targets))
        return Opening(lanes, banner=self.banner)

    async def prepare(self, targets: object) -> dict[str, str]:
        return self.obstacles

    async def history(self, demo: bool) -> object:
        return self.store

    async def comparison(self, session, lanes, listener, turns=()) -> Comparison:
        return Comparison(
            session,
            lanes,
            self.models,
            NullRecorder() if self.store is None else self.store.recorder,
            listener,
            prices=Prices(),
            options=EngineOptions(retries=0),
            history=turns,
        )

    def preview(self, lanes, turns, prompt, context="own") -> Sequence[estimate.LanePreview]:
        return estimate.preview(lanes, turns, prompt, self.models.configs, Prices(), context=context)

    async def choices(self) -> Sequence[Choice]:
        return [
            Choice("fake/alpha", "fake", rates=Rates(usd(3), usd(15)), context_window=128_000),
            Choice("fake/beta", "fake"),
            Choice("sim/quick", "sim", simulated=True),
            Choice("openai/gpt", "openai", usable=False, note="no key: set OPENAI_API_KEY"),
        ]

    async def detect(self) -> Found:
        return self.found

    async def start_simulator(self) -> Sequence[str]:
        return ("fake/a", "fake/b")

    def suggested_prompts(self) -> Sequence[str]:
        return ("Say hello",)

    def lineups(self) -> Sequence[LineUp]:
        return list(self.saved.values())

    async def save_lineup(self, lineup: LineUp) -> None:
        self.saved[lineup.name] = lineup

    async def forget_lineup(self, name: str) -> None:
        del self.saved[name]

    async def request_as(self, lane, turns, prompt, form) -> str:
        return f"{form} {lane.target} {prompt}"

    def keep_theme(self, theme: str) -> None:
        self.kept_theme = theme

    def create_configuration(self) -> None:
        pass

    async def close(self) -> None:
        self.closed = True
        if self.store is not None:
            await asyncio.to_thread(self.store.close)


async def until(condition, pilot, tries: int = 400) -> None:
    """Let the app work until the condition holds."""
    for _ in range(tries):
        if condition():
            return
        await pilot.pause(0.005)
    raise AssertionError("it never came")


def screen_text(app) -> str:
    """What the terminal shows, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips(app.size)
    return "\n".join(strip.text.ljust(width)[:width] for strip in lines[:height])
