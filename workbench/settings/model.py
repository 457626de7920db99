"""What can be configured, with the value that holds when the file is silent.

The sections of the file carry the same names; `template.toml` shows them all.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from workbench.domain.catalog import ProviderConfig
from workbench.domain.lanes import ContextMode, LineUp, Parameters

if TYPE_CHECKING:
    from workbench.domain.prices import Rates

Follow = Literal["paged", "smooth", "top"]
FOLLOW: tuple[str, ...] = get_args(Follow)
Symbols = Literal["unicode", "ascii"]
SYMBOLS: tuple[str, ...] = get_args(Symbols)


class Defaults(NamedTuple):
    """`[defaults]`: what a lane gets that doesn't say otherwise."""

    lineup: str | None = None
    """The line-up that `workbench` and `ask` use when no target is named."""
    system: str | None = None
    """The system prompt of every lane without one of its own."""
    context: ContextMode = "own"
    """The history that lanes see."""
    parameters: Parameters = Parameters()
    """`max_output_tokens`, `temperature` and so on; what is None is left to the provider."""


class Deadlines(NamedTuple):
    """`[deadlines]`: how long to wait, in seconds, and how often to try again."""

    connect_s: float = 5.0
    first_token_s: float = 120.0
    """Until the first content, headers or not."""
    first_token_local_s: float = 600.0
    """The same for local servers, which load models first."""
    idle_s: float = 60.0
    """Between two pieces of content."""
    progress_idle_s: float = 600.0
    """Between two pieces of content while the provider reports progress."""
    total_s: float | None = None
    """For a whole answer; None is for ever."""
    retries: int = 2
    """Further tries before any content has come."""
    retry_after_cap_s: float = 60.0
    """A provider that asks for a longer wait is not waited for."""


class Budgets(NamedTuple):
    """`[budgets]`: dollars that may be spent; None is no limit."""

    day_usd: float | None = None
    session_usd: float | None = None

    @property
    def day_nano(self) -> int | None:
        """The day's budget in nano-dollars."""
        return None if self.day_usd is None else round(self.day_usd * 1_000_000_000)


class Settings(NamedTuple):
    """The whole configuration."""

    providers: Mapping[str, ProviderConfig] = MappingProxyType({})
    """`[providers.NAME]`: the user's own, and vendors whose rows they changed, already merged."""
    lineups: Mapping[str, LineUp] = MappingProxyType({})
    """`[lineups.NAME]`; the ids of their lanes are placeholders, each session gives its own."""
    prices: "Mapping[str, Rates]" = MappingProxyType({})
    """`[prices."provider/model"]`: rates that win over the catalogue's."""
    defaults: Defaults = Defaults()
    deadlines: Deadlines = Deadlines()
    budgets: Budgets = Budgets()
    theme: str | None = None
    """`[app] theme`; None is the built-in dark one."""
    follow: Follow = "paged"
    """`[app] follow`: how a pane keeps up with its text."""
    symbols: Symbols = "unicode"
    """`[app] symbols`: the signs of states; "ascii" where the font or terminal lacks them."""
    motion: bool = True
    """`[app] motion`: activity marks that move."""
    notify: bool = True
    """`[app] notify`: a notification or a bell when the last lane ended while nobody looked at the terminal."""
    keymap: Mapping[str, str] = MappingProxyType({})
    """`[keymap]`: keys, comma-separated, by the id of what they do."""
    refresh: bool = True
    """`[app] refresh`: look for new models and prices once a week, never in `ask`."""
