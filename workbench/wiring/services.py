"""What the app needs from outside. Nothing here imports more than the first paint needs; the rest comes in threads."""

import asyncio
import contextlib
import importlib
import locale
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from workbench.app.services import (
    Choice,
    Found,
    FoundKey,
    FoundServer,
    History,
    LastPage,
    Opening,
    Preferences,
    StartOptions,
)
from workbench.domain.catalog import parse_target
from workbench.domain.errors import ConfigurationError, HistoryUnavailable
from workbench.domain.ids import new_id
from workbench.domain.lanes import ContextMode, Lane, LineUp, Session
from workbench.settings.kept_theme import keep_theme, read_theme
from workbench.settings.keys import Keys
from workbench.settings.paths import data_dir
from workbench.store.quick import read_lineups
from workbench.wiring.deployments import AllDeployments, AllPrices
from workbench.wiring.history import history_path, open_history
from workbench.wiring.setup import (
    SIM,
    Setup,
    check_provider,
    check_target,
    engine_options,
    lanes_for,
    read_setup_or_defaults,
)
from workbench.wiring.simulator import SimulatorOnDemand

if TYPE_CHECKING:
    from workbench.domain.conversation import Part, TurnRecord
    from workbench.engine.comparison import Comparison
    from workbench.engine.estimate import LanePreview
    from workbench.engine.events import EngineEvent
    from workbench.store.database import Store
    from workbench.store.lineups import LineUps
    from workbench.store.quick import LastSession
    from workbench.wiring.catalogue import Entry

FLUSH_S = 10.0
_DARK = "workbench-dark"


class AppServices:
    """Satisfies `app.services.Services`."""

    def __init__(self, setup: Setup | None = None) -> None:
        self.setup = setup or read_setup_or_defaults()
        self.preferences = _preferences(self.setup)
        self.history_problem: str | None = None
        self._keys = Keys()
        self._simulator = SimulatorOnDemand()
        self._deployments = AllDeployments(self.setup, self._keys, self._simulator)
        self._prices: AllPrices | None = None
        self._stores: dict[bool, Store | None] = {}
        self._lengths: dict[str, tuple[int, int, int] | None] = {}
        self._opening = threading.Lock()

    def opening(self, start: StartOptions) -> Opening:
        """What to show first: the demo, the lanes that were named, the default line-up, or the session of last time.

        What was typed in a new session and never sent, or is to be sent now, begins one with the lanes of last time.
        """
        banner = self._banner()
        if start.demo:
            from workbench.simulator.catalog import DEMO_LINEUP

            return Opening(lanes_for(self.setup, [f"{SIM.name}/{name}" for name in DEMO_LINEUP]), banner=banner)
        from workbench.store.quick import read_first_screen

        last = read_first_screen(history_path(), from_end=self.preferences.follow != "top")
        lineup = start.lineup or ("" if start.targets else self.setup.settings.defaults.lineup or "")
        try:
            lanes = lanes_for(self.setup, start.targets, start.lineup)
            for lane in lanes:
                check_target(self.setup, lane.target)
        except ConfigurationError as error:
            return Opening(draft=last.draft, banner=str(error))
        if not lanes and start.session is None:
            lanes = self._still_known(last.lanes)
            if last.last is not None and len(lanes) == len(last.lanes) and not (last.draft or start.prompt):
                return _reopened(last.last, last.lanes, banner)
        return Opening(lanes, lineup, last.draft, banner)

    async def prepare(self, targets: Collection[str]) -> Mapping[str, str]:
        """Keys, simulator, SDKs, connections and prices, in threads; returns why targets can't be called."""
        with contextlib.suppress(Exception):  # said again, in words, when something is sent
            await asyncio.to_thread(self._deployments.prepare, tuple(targets))
            await self._deployments.warm(tuple(targets))
        if self._prices is None:
            with contextlib.suppress(Exception):
                self._prices = await asyncio.to_thread(self._load_prices)
        await asyncio.to_thread(importlib.import_module, "workbench.engine.comparison")
        with contextlib.suppress(Exception):
            await asyncio.to_thread(self._learn_lengths, tuple(targets))
        return await asyncio.to_thread(self._deployments.obstacles, tuple(targets))

    async def history(self, demo: bool) -> History | None:
        """The store of one kind, opened once."""
        return await asyncio.to_thread(self._store, demo)

    async def comparison(
        self,
        session: Session,
        lanes: Sequence[Lane],
        listener: "Callable[[EngineEvent], None]",
        turns: "Sequence[TurnRecord]" = (),
    ) -> "Comparison":
        """A session at work, recorded in the store of its kind."""
        from workbench.engine.comparison import Comparison
        from workbench.engine.ports import NullRecorder

        store = await asyncio.to_thread(self._store, session.kind == "demo")
        if self._prices is None:
            self._prices = await asyncio.to_thread(self._load_prices)
        return Comparison(
            session,
            lanes,
            self._deployments,
            NullRecorder() if store is None else store.recorder,
            listener,
            prices=self._prices,
            options=engine_options(self.setup.settings),
            history=turns,
        )

    def preview(
        self,
        lanes: Sequence[Lane],
        turns: "Sequence[TurnRecord]",
        prompt: "str | Sequence[Part]",
        context: ContextMode = "own",
    ) -> "Sequence[LanePreview]":
        """Tokens in and cost per lane if this were sent; [] until prepared."""
        if self._prices is None:
            return []
        from workbench.engine.estimate import preview

        return preview(
            lanes,
            turns,
            prompt,
            self._deployments.configs,
            self._prices,
            lengths=self._lengths.get,
            windows=self._prices.context_window,
            context=context,
        )

    async def choices(self) -> Sequence[Choice]:
        """Usable models first, then what lacks a key, then the simulated ones."""
        if self._prices is None:
            self._prices = await asyncio.to_thread(self._load_prices)
        return await asyncio.to_thread(self._choices, self._prices)

    async def detect(self) -> Found:
        """Keys by name, local servers probed in parallel."""
        from workbench.wiring.detection import first_targets, keys_found, servers_found

        try:
            client = await self._deployments.http()
            servers = await servers_found(client)
        except Exception:  # whatever keeps us from looking, the welcome opens and says what the environment holds
            servers = []
        keys = keys_found(self.setup.configs)
        return Found(
            keys=tuple(FoundKey(name, variable) for name, variable in keys),
            servers=tuple(FoundServer(server.name, server.base_url, models) for server, models in servers),
            targets=first_targets(self.setup.configs, keys, servers),
        )

    async def start_simulator(self) -> Sequence[str]:
        """Start the simulated models; the targets that the demo opens with.

        Raises:
            WorkbenchError: they don't come up.
        """
        from workbench.simulator.catalog import DEMO_LINEUP

        await asyncio.to_thread(self._simulator.start)
        return [f"{SIM.name}/{name}" for name in DEMO_LINEUP]

    def suggested_prompts(self) -> Sequence[str]:
        """Prompts worth trying on the simulated models."""
        from workbench.simulator.catalog import SUGGESTED_PROMPTS

        return SUGGESTED_PROMPTS

    def lineups(self) -> Sequence[LineUp]:
        """The configuration's line-ups, then those that the app saved, with lanes as they would be asked."""
        names = dict.fromkeys([*self.setup.settings.lineups, *read_lineups(history_path())])
        return [LineUp(name, lanes_for(self.setup, (), name)) for name in names]

    async def save_lineup(self, lineup: LineUp) -> None:
        """Keep it under its name.

        Raises:
            WorkbenchError: the configuration has one of that name, or there is no history to keep it in.
        """
        lineups = await self._lineups_with(lineup.name)
        await asyncio.to_thread(lineups.save, lineup)

    async def forget_lineup(self, name: str) -> None:
        """Forget one that the app saved.

        Raises:
            WorkbenchError: it stands in the configuration, or there is no history.
        """
        lineups = await self._lineups_with(name)
        await asyncio.to_thread(lineups.delete, name)

    async def _lineups_with(self, name: str) -> "LineUps":
        """Where the app keeps a line-up of this name."""
        if name in self.setup.settings.lineups:
            raise ConfigurationError(f"a line-up of that name stands in {self.setup.path}")
        store = await asyncio.to_thread(self._store, False)
        if store is None:
            raise HistoryUnavailable(self.history_problem or "there is no history")
        return store.lineups

    async def request_as(
        self, lane: Lane, turns: "Sequence[TurnRecord]", prompt: str, form: Literal["curl", "python", "json"]
    ) -> str:
        """The request as it would be sent to this lane, without its key.

        Raises:
            WorkbenchError: the target can't be called.
        """
        from workbench.wiring.request_forms import request_as

        target = parse_target(lane.target)
        config = await asyncio.to_thread(self._deployments.config_of, target)
        return request_as(config, target.name, lane, turns, prompt, form)

    def keep_theme(self, theme: str) -> None:
        """Begin with this theme from now on. Blocking.

        Raises:
            OSError: it can't be written.
        """
        folder = self.preferences.data_folder
        if folder is None:
            raise OSError("there is no data folder")
        keep_theme(folder, theme)

    def create_configuration(self) -> None:
        """Write a commented configuration file where there is none. Blocking.

        Raises:
            OSError: it can't be written.
        """
        from workbench.settings.files import create

        if self.setup.path.exists():
            return
        try:
            create(self.setup.path)
        except ConfigurationError as error:
            raise OSError(str(error)) from error

    async def close(self) -> None:
        """Close connections, flush the stores, end the simulator."""
        with contextlib.suppress(Exception):
            await self._deployments.close()
        for store in self._stores.values():
            if store is not None:
                with contextlib.suppress(Exception):
                    await asyncio.to_thread(store.close, FLUSH_S)
        self._stores.clear()

    def _banner(self) -> str:
        """What is wrong with the configuration."""
        if self.setup.problem or not self.setup.warnings:
            return self.setup.problem or ""
        first, *more = self.setup.warnings
        return f"{first}" + (f" (and {len(more)} more: workbench config check)" if more else "")

    def _still_known(self, lanes: Sequence[Lane]) -> tuple[Lane, ...]:
        """Fresh lanes like those of last time, without what is gone from the configuration."""
        known: list[Lane] = []
        for lane in lanes:
            with contextlib.suppress(ConfigurationError):
                check_provider(self.setup, lane.target)
                known.append(replace(lane, id=new_id(), position=len(known)))
        return tuple(known)

    def _learn_lengths(self, targets: Collection[str]) -> None:
        """How long answers of these targets are, from the history when that is open."""
        if (store := self._stores.get(False)) is not None:
            self._lengths.update({target: store.sessions.output_lengths(target) for target in targets})

    def _store(self, demo: bool) -> "Store | None":
        with self._opening:
            if demo not in self._stores:
                self._stores[demo], self.history_problem = open_history(demo=demo)
            return self._stores[demo]

    def _load_prices(self) -> AllPrices:
        from workbench.providers.prices import GenaiPriceBook

        book = GenaiPriceBook(self.setup.settings.prices)
        with contextlib.suppress(ImportError, OSError):
            book.load()
        return AllPrices(book)

    def _choices(self, prices: AllPrices) -> list[Choice]:
        from workbench.store.tool_counts import read_tool_counts
        from workbench.wiring.catalogue import ModelLists, entries

        counts = read_tool_counts(history_path())
        seen: set[tuple[str, str | None, str]] = set()
        found = [
            Choice(
                target=entry.target,
                provider=entry.config.name,
                label=entry.config.label,
                rates=entry.rates,
                context_window=entry.context_window,
                simulated=entry.config.simulated,
                note=entry.note or (f"{called.words} tool calls valid" if (called := counts.get(entry.target)) else ""),
                usable=entry.config.simulated or not entry.note,
                repeats=_repeats(entry, seen),
            )
            for entry in entries(self.setup.configs, ModelLists(), prices)
        ]
        own = self.setup.settings.providers
        return sorted(found, key=lambda choice: (not choice.usable, choice.simulated, choice.provider not in own))


def _reopened(last: "LastSession", lanes: tuple[Lane, ...], banner: str) -> Opening:
    page = LastPage(last.prompt, last.texts, earlier=last.turns > 1)
    return Opening(lanes, "", last.draft, banner, last.session, page)


def _preferences(setup: Setup) -> Preferences:
    settings, folder = setup.settings, _data_folder()
    symbols = settings.symbols
    if locale.getencoding().lower().replace("-", "") not in ("utf8", "cp65001"):
        symbols = "ascii"
    return Preferences(
        theme=settings.theme or (None if folder is None else read_theme(folder)) or _DARK,
        theme_is_named=settings.theme is not None,
        keymap=dict(settings.keymap),
        symbols=symbols,
        motion=settings.motion,
        follow=settings.follow,
        notify=settings.notify,
        day_budget_nano=settings.budgets.day_nano,
        theme_folder=setup.path.parent / "themes",
        config_path=setup.path,
        log_path=None if folder is None else folder / "crash.log",
        data_folder=folder,
    )


def _repeats(entry: "Entry", seen: set[tuple[str, str | None, str]]) -> bool:
    """Whether a vendor's model was told before, at the same host with the same key, and note it."""
    config = entry.config
    place = urlsplit(config.base_url).netloc, config.api_key_env, entry.info.name
    if config.source != "built in" or not place[0]:
        return False
    known = place in seen
    seen.add(place)
    return known


def _data_folder() -> Path | None:
    try:
        return data_dir()
    except (OSError, RuntimeError):
        return None
