"""Everything the app needs from outside, as one object that `wiring` builds and a test can fake.

Its import costs nothing and its methods do their heavy work when they are called, so that the first paint waits for
none of it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from workbench.domain.lanes import ContextMode, Lane, LineUp, Session

if TYPE_CHECKING:
    from workbench.domain.conversation import Attempt, Part, TurnRecord
    from workbench.domain.prices import Rates
    from workbench.engine.comparison import Comparison
    from workbench.engine.estimate import LanePreview
    from workbench.engine.events import EngineEvent
    from workbench.engine.ports import Recorder
    from workbench.store.rows import SessionRow
    from workbench.store.totals import Totals


class StartOptions(NamedTuple):
    """What the command line asked for."""

    targets: tuple[str, ...] = ()
    """`provider/model` or `route:NAME`, one per lane; the same one twice makes two lanes."""
    lineup: str | None = None
    """The name of a saved line-up."""
    prompt: str | None = None
    """Sent at once, when there are lanes to send it to."""
    demo: bool = False
    """Open on the simulated models."""
    session: str | None = None
    """The id of a session to reopen."""


class LastPage(NamedTuple):
    """What the panes showed last, to be painted as plain text until their Markdown is there."""

    prompt: str
    """Of the last turn."""
    texts: Mapping[str, str]
    """By a lane's id: the end of its last answer, or the beginning where answers are read from the top."""
    earlier: bool = False
    """Whether other turns stand above it."""


class Opening(NamedTuple):
    """What the first screen shows, known before the first paint without an SDK or sqlite_utils."""

    lanes: tuple[Lane, ...] = ()
    """Empty: the welcome screen opens, unless this is the demo."""
    lineup: str = ""
    """The line-up's name; empty when the lanes were named one by one."""
    draft: str = ""
    """What was typed last time and never sent: the draft of `session`, or of the session ""."""
    banner: str = ""
    """What is wrong with the configuration, in one sentence; empty when nothing is."""
    session: Session | None = None
    """The session that was left last, to go on with: its lanes are above. None begins a new one."""
    page: LastPage | None = None
    """What that session showed."""


class Preferences(NamedTuple):
    """The settings that the app reads."""

    theme: str = "workbench-dark"
    theme_is_named: bool = False
    """The configuration names it: what is chosen in the app holds for this run only."""
    keymap: Mapping[str, str] = MappingProxyType({})
    """Binding id to keys, comma-separated."""
    symbols: Literal["unicode", "ascii"] = "unicode"
    motion: bool = True
    """False: static signs instead of moving ones."""
    follow: Literal["paged", "smooth", "top"] = "paged"
    notify: bool = True
    """Tell of the last answer's end when the terminal isn't looked at."""
    day_budget_nano: int | None = None
    """Nano-dollars; None is no budget."""
    favourites: tuple[str, ...] = ()
    """Targets that the picker lists first."""
    theme_folder: Path | None = None
    """A folder with the user's own theme files."""
    config_path: Path | None = None
    log_path: Path | None = None
    """Where a crash is written."""
    data_folder: Path | None = None
    """Where copies that are too big for the clipboard go."""


class Choice(NamedTuple):
    """One target that can be chosen, as the models picker shows it."""

    target: str
    provider: str
    label: str = ""
    rates: "Rates | None" = None
    """None: nobody knows the price, which is not a price of 0."""
    context_window: int | None = None
    simulated: bool = False
    note: str = ""
    """Why it can't be used now ("no key: set OPENAI_API_KEY"), or a word about its character."""
    usable: bool = True
    repeats: bool = False
    """The same model at the same address by another protocol: shown when its provider is typed."""


class FoundKey(NamedTuple):
    """A key in the environment: the name of its variable, never its value."""

    provider: str
    variable: str


class FoundServer(NamedTuple):
    """A model server that answers on this machine."""

    name: str
    base_url: str
    models: tuple[str, ...] = ()


class Found(NamedTuple):
    """What the welcome screen tells about this machine."""

    keys: tuple[FoundKey, ...] = ()
    servers: tuple[FoundServer, ...] = ()
    targets: tuple[str, ...] = ()
    """What *Start with these* opens; empty when nothing was found."""


class SessionReader(Protocol):
    """Kept sessions. Every method blocks: the app calls them in threads."""

    def list(
        self,
        limit: int,
        before: str | None = None,
        query: str | None = None,
        *,
        cancelled: Callable[[], bool] | None = None,
    ) -> "Sequence[SessionRow]":
        """Newest first; `before` is the cursor of the last row of the page before; ends early once it is cancelled."""

    def session(self, session: str, /) -> Session:
        """One session."""

    def lanes(self, session: str, /) -> Sequence[Lane]:
        """Its lanes, in order."""

    def turns(self, session: str, /) -> "Sequence[TurnRecord]":
        """Its turns with all their responses."""

    def attempts(self, response: str, /) -> "Sequence[Attempt]":
        """Every request that was made for a response, in order."""

    def delete(self, session: str, /) -> None:
        """Really deleted."""

    def rename(self, session: str, title: str, /) -> None:
        """A new title."""


class DraftKeeper(Protocol):
    """Unsent prompts. Blocking."""

    def save(self, session: str, text: str, /) -> None:
        """Keep it; empty text forgets it. The session "" is the one in which nothing was sent yet."""

    def load(self, session: str, /) -> str | None:
        """What was kept."""


class History(Protocol):
    """The store, as far as the app knows it."""

    @property
    def pending(self) -> int:
        """Writes that are not on disk yet."""

    @property
    def problem(self) -> str | None:
        """What went wrong with saving ("history not saved: disk full"), or None."""

    @property
    def notices(self) -> Sequence[str]:
        """What happened when it was opened and its user should know."""

    @property
    def recorder(self) -> "Recorder":
        """What a branched session is written with."""

    @property
    def sessions(self) -> SessionReader:
        """Sessions."""

    @property
    def drafts(self) -> DraftKeeper:
        """Drafts."""

    def flush(self, timeout: float, /) -> bool:
        """Wait until what was recorded is saved; whether it is. Blocking."""

    def totals(self, day_start_utc: str | None = None, session: str | None = None) -> "Totals":
        """What was spent since a moment, or in a session. Blocking."""


class Services(Protocol):
    """The outside, built lazily."""

    preferences: Preferences

    def opening(self, start: StartOptions) -> Opening:
        """What to show first. Called before the first paint: must be quick, must not raise for a bad file."""

    async def prepare(self, targets: Collection[str]) -> Mapping[str, str]:
        """Import, build and warm behind the first paint what the first send would pay for. Never raises.

        Returns:
            Why some of the targets can't be called, in words that say what to do.
        """

    async def history(self, demo: bool) -> History | None:
        """The store, opened on first call (the demo has one of its own); None when history is off or can't be had."""

    @property
    def history_problem(self) -> str | None:
        """Why `history` gave None, or None."""

    async def comparison(
        self,
        session: Session,
        lanes: Sequence[Lane],
        listener: "Callable[[EngineEvent], None]",
        turns: "Sequence[TurnRecord]" = (),
    ) -> "Comparison":
        """A session at work, recorded in the store of its kind; `turns` are those of a reopened session."""

    def preview(
        self,
        lanes: Sequence[Lane],
        turns: "Sequence[TurnRecord]",
        prompt: "str | Sequence[Part]",
        context: ContextMode = "own",
    ) -> "Sequence[LanePreview]":
        """Tokens in and cost per lane if this were sent; quick enough for a typing pause, [] until prepared."""

    async def choices(self) -> Sequence[Choice]:
        """Every target that can be chosen, in a sensible order."""

    async def detect(self) -> Found:
        """Keys by name, local servers probed in parallel for 300 ms. Never raises."""

    async def start_simulator(self) -> Sequence[str]:
        """Start the simulated models on loopback, once; the targets that the demo opens with.

        Raises:
            WorkbenchError: it doesn't come up.
        """

    def suggested_prompts(self) -> Sequence[str]:
        """Prompts worth trying on the simulated models."""

    def lineups(self) -> Sequence[LineUp]:
        """Saved line-ups: the configuration's, then the app's."""

    async def save_lineup(self, lineup: LineUp) -> None:
        """Keep it under its name, in place of an older one of the app's.

        Raises:
            WorkbenchError: the configuration has one of that name, or it can't be kept.
        """

    async def forget_lineup(self, name: str) -> None:
        """Forget one of the app's.

        Raises:
            WorkbenchError: it stands in the configuration, or there is no history.
        """

    async def request_as(
        self, lane: Lane, turns: "Sequence[TurnRecord]", prompt: str, form: Literal["curl", "python", "json"]
    ) -> str:
        """The request as it would be sent to this lane, without its key: a command, a program, or the masked body.

        Raises:
            WorkbenchError: the target can't be called.
        """

    def keep_theme(self, theme: str) -> None:
        """Begin with this theme from now on. Blocking.

        Raises:
            OSError: it can't be written.
        """

    def create_configuration(self) -> None:
        """Write a commented configuration file where there is none. Blocking.

        Raises:
            OSError: it can't be written.
        """

    async def close(self) -> None:
        """Flush the store, end the simulator, close connections. Never raises."""
