"""The workbench without the app: what `ask` uses, and the entry point for Python programs.

async with Workbench.open() as bench:
    async for event in bench.ask("Say hi", targets=["sim/steady", "sim/swift"]):
        ...
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from workbench.domain.conversation import Lane, Parameters, Part, Session
from workbench.engine.events import EngineEvent
from workbench.engine.ports import Deployments, NullRecorder, Recorder
from workbench.settings.keys import Keys
from workbench.wiring.deployments import AllDeployments, AllPrices
from workbench.wiring.history import open_history
from workbench.wiring.setup import Setup, engine_options, lanes_for, read_setup
from workbench.wiring.simulator import SimulatorOnDemand

if TYPE_CHECKING:
    from workbench.engine.toolbox import Toolbox
    from workbench.providers.prices import GenaiPriceBook
    from workbench.store.database import Store

FLUSH_S = 10.0
"""How long closing waits for the history to be on disk."""


class Workbench:
    """Providers, prices and history, built from one configuration."""

    def __init__(self, setup: Setup, *, save: bool) -> None:
        self.setup = setup
        self.deployments = AllDeployments(setup, Keys(), SimulatorOnDemand())
        self.history_problem: str | None = None
        """Why nothing is kept although it was wanted."""
        self._save = save
        self._store: Store | None = None
        self._book: GenaiPriceBook | None = None

    @classmethod
    def open(cls, *, config: Path | None = None, setup: Setup | None = None, save: bool = True) -> Self:
        """A workbench to enter with `async with`.

        Args:
            config: the configuration file; None is the user's own.
            setup: a configuration that was read already.
            save: whether what is asked goes into the history.

        Raises:
            ConfigurationError: the file can't be used.
        """
        return cls(setup or read_setup(config), save=save)

    async def __aenter__(self) -> Self:
        await asyncio.gather(asyncio.to_thread(self._open_history), asyncio.to_thread(self._load_prices))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.deployments.close()
        if self._store is not None:
            await asyncio.to_thread(self._store.close, FLUSH_S)
            self.history_problem = self._store.problem

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened to the history when it was opened and its user should know."""
        return () if self._store is None else tuple(self._store.notices)

    async def prepare(self, targets: Sequence[str]) -> None:
        """Do what the first request would pay for: keys, the simulator, SDKs, connections. Never raises."""
        await asyncio.to_thread(self.deployments.prepare, targets)
        await self.deployments.warm(targets)

    def ask(
        self,
        prompt: Sequence[Part] | str,
        targets: Sequence[str] = (),
        *,
        lanes: Sequence[Lane] | None = None,
        system: str | None = None,
        parameters: Parameters = Parameters(),
        session: Session | None = None,
        deployments: Deployments | None = None,
        interrupt: asyncio.Event | None = None,
        toolbox: "Toolbox | None" = None,
        output_schema: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[EngineEvent]:
        """Send a prompt to targets and yield every event until the last of them ended.

        Args:
            prompt: what to ask.
            targets: `provider/model`, one per lane.
            lanes: lanes instead of targets.
            system: the system prompt.
            parameters: temperature and so on.
            session: the session to keep it in; None begins a new one.
            deployments: who answers, when it is not to be these.
            interrupt: stops every answer when it is set; the events of their ends still come.
            toolbox: the tools that are offered, and who is asked before one is run.
            output_schema: JSON schema that every answer must satisfy.

        Raises:
            ConfigurationError: something is no target.
            ValueError: there is nothing to send, or nobody to send it to.
        """
        from workbench.engine.ask import ask

        if lanes is None:
            lanes = lanes_for(self.setup, targets, system=system, parameters=parameters)
        recorder: Recorder = NullRecorder() if self._store is None else self._store.recorder
        return ask(
            prompt,
            lanes,
            deployments or self.deployments,
            recorder=recorder,
            prices=None if self._book is None else AllPrices(self._book),
            options=engine_options(self.setup.settings),
            session=session,
            interrupt=interrupt,
            toolbox=toolbox,
            output_schema=output_schema,
        )

    def _open_history(self) -> None:
        if self._save:
            self._store, self.history_problem = open_history()

    def _load_prices(self) -> None:
        from workbench.providers.prices import GenaiPriceBook

        self._book = GenaiPriceBook(self.setup.settings.prices)
        self._book.load()
