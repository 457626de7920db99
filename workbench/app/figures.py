"""The numbers of one lane as they are drawn now, whatever they come from: a running answer or a kept one."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from workbench.app.formatting import NEVER, count, money, money_places, seconds, speed
from workbench.app.words import retry_words

if TYPE_CHECKING:
    from workbench.domain.conversation import Attempt, Response
    from workbench.engine.live import LiveFigures

STALLED_AFTER_S = 5.0
"""Silence within an answer that is worth a word."""
_UNSENT = ("failed", "cancelled", "interrupted")
"""States that an answer can reach without a request."""


class Figures(NamedTuple):
    """What pane frame and sidebar show of a lane's newest answer. Durations are seconds, money is nano-dollars."""

    state: str = "idle"
    """A response state, or idle, queued, waiting (nothing came yet), retrying."""
    note: str = ""
    """A few words instead of the state's own: "again in 3 s (2 of 3)"."""
    first_token_s: float | None = None
    elapsed_s: float | None = None
    speed: float | None = None
    """Output tokens per second."""
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    input_estimated: bool = False
    output_estimated: bool = False
    cost_nano: int | None = None
    cost_estimated: bool = False
    speeds: Sequence[float] = ()
    """Tokens per second over time, for the sparkline."""
    queued: int = 0
    """Prompts that wait behind this answer."""
    cold: bool = False
    sent: bool = True
    """Whether a request went out: what was never sent has no cost, which is not an unknown cost."""
    tries: tuple[str, ...] = ()
    """What was said to each attempt before the newest: a status, or a kind of error."""
    stalled: bool = False
    """It streams, but nothing has come for a while."""
    best: frozenset[str] = frozenset()
    """Which of first_token, speed and cost are the best of the turn, known once all lanes ended."""
    cost_places: int | None = None
    """Decimals that the costs of all lanes share; None where it stands alone."""

    @property
    def first_token(self) -> str:
        """Time to first token, or what stands for it as long as, or because, none came."""
        if self.first_token_s is not None:
            return seconds(self.first_token_s)
        return "" if self.running else NEVER

    @property
    def rate(self) -> str:
        """Speed, likewise."""
        if self.speed is not None:
            return speed(self.speed, self.output_estimated)
        return "" if self.running else NEVER if self.first_token_s is None else speed(None)

    @property
    def cost(self) -> str:
        """Money, likewise: nothing is said before something may have cost."""
        if self.running and self.first_token_s is None:
            return ""
        return (
            money(self.cost_nano, self.cost_estimated, self.cost_places)
            if self.sent or self.cost_nano is not None
            else NEVER
        )

    @property
    def running(self) -> bool:
        """Something may still come."""
        return self.state in ("queued", "waiting", "streaming", "retrying")

    @property
    def lively(self) -> bool:
        """Something comes, or is expected any moment."""
        return self.running and not self.stalled

    def notes(self, word: str) -> list[str]:
        """The words of the state from long to short, the last of them its own."""
        whole = self.note or word
        return [whole, whole.partition(" (")[0], word]

    def token_texts(self, arrow: str) -> list[str]:
        """`700(640)→517(126)` from long to short: without reasoning, then without cached tokens; never half of one."""
        if self.input_tokens is None and self.output_tokens is None and self.first_token_s is None:
            return [""]
        read = count(self.input_tokens, self.input_estimated)
        cached = f"({count(self.cached_tokens)})" if self.cached_tokens else ""
        written = count(self.output_tokens, self.output_estimated)
        reasoning = f"({count(self.reasoning_tokens)})" if self.reasoning_tokens else ""
        return [
            f"{read}{cached}{arrow}{written}{reasoning}",
            f"{read}{cached}{arrow}{written}",
            f"{read}{arrow}{written}",
            f"{arrow}{written}",
        ]


class Sum(NamedTuple):
    """Money of several lanes."""

    nano: int = 0
    estimated: bool = False
    unknown: bool = False
    """Something that may have cost is not in it."""


def tries_of(attempts: "Sequence[Attempt]") -> tuple[str, ...]:
    """What was said to each kept attempt that another try followed, as `LiveFigures.tries` tells it while it runs."""
    from workbench.engine.live import said

    return tuple(
        said(before.error)
        for before, after in pairwise(attempts)
        if after.reason == "retry" and before.error is not None
    )


def figures_of(response: "Response", tries: tuple[str, ...] = ()) -> Figures:
    """The figures of an answer that is over."""
    from workbench.domain.timing import tokens_per_second

    usage, timing = response.usage, response.timing
    estimated = usage.source == "estimated"
    return Figures(
        state=response.state if response.state != "streaming" else "interrupted",
        first_token_s=timing.first_token_s,
        elapsed_s=timing.end_s,
        speed=tokens_per_second(usage.output_tokens, timing),
        input_tokens=usage.input_tokens,
        cached_tokens=usage.cached_input_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        input_estimated=estimated,
        output_estimated=estimated,
        cost_nano=response.cost_nano,
        cost_estimated=response.cost_estimated,
        cold=timing.cold,
        sent=response.final_attempt is not None or response.state not in _UNSENT,
        tries=tries,
    )


def figures_of_live(live: "LiveFigures") -> Figures:
    """The figures of an answer that runs, or has just ended."""
    state = {"queued": "queued", "connecting": "waiting", "waiting": "waiting", "retrying": "retrying"}.get(
        live.activity, live.state
    )
    note: str = live.activity if live.activity in ("thinking", "calling a tool") else ""
    stalled = live.activity in ("writing", "thinking") and live.silent_s > STALLED_AFTER_S
    if stalled:
        note = f"stalled {live.silent_s:.0f} s"
    if live.activity == "retrying":
        note = retry_words(live.retry_in_s or 0.0, live.retry, live.retries)
    return Figures(
        state=state,
        note=note,
        first_token_s=live.first_token_s,
        elapsed_s=live.elapsed_s,
        speed=live.speed,
        input_tokens=live.input_tokens,
        cached_tokens=live.cached_tokens,
        output_tokens=live.output_tokens,
        reasoning_tokens=live.reasoning_tokens,
        input_estimated=live.input_estimated,
        output_estimated=live.output_estimated,
        cost_nano=live.cost_nano,
        cost_estimated=live.cost_estimated,
        speeds=live.speeds,
        cold=live.cold,
        sent=live.attempt > 0 or live.state not in _UNSENT,
        tries=live.tries,
        stalled=stalled,
    )


def side_by_side(lanes: Sequence[Figures]) -> list[Figures]:
    """Figures as they stand in one row: with as many decimals, and with the best marked.

    Best are the fastest first token, the highest speed and the lowest cost, once all ended and there is a choice.
    """
    if len(lanes) < 2:
        return [figures._replace(best=frozenset()) for figures in lanes]
    places = money_places(figures.cost_nano for figures in lanes)
    lanes = [figures._replace(best=frozenset(), cost_places=places) for figures in lanes]
    if any(figures.running for figures in lanes):
        return lanes
    won: list[set[str]] = [set() for _ in lanes]
    finished = [index for index, figures in enumerate(lanes) if figures.state == "complete"]
    for name, sign, places in (("first_token", 1, 2), ("speed", -1, 0), ("cost", 1, 0)):
        values = sorted(
            (sign * round(value, places), index)
            for index in finished
            if (value := _value(lanes[index], name)) is not None
        )
        if len(values) > 1 and values[0][0] != values[1][0]:  # what looks alike has no winner
            won[values[0][1]].add(name)
    return [figures._replace(best=frozenset(names)) for figures, names in zip(lanes, won, strict=True)]


def sum_cost(lanes: Iterable[Figures]) -> Sum:
    """Known cost together, and what that leaves out. Before its first token a running lane is not unknown yet."""
    nano, estimated, unknown = 0, False, False
    for figures in lanes:
        if figures.cost_nano is not None:
            nano += figures.cost_nano
            estimated = estimated or figures.cost_estimated
        elif figures.state != "idle" and figures.cost not in ("", NEVER):
            unknown = True
    return Sum(nano, estimated, unknown)


def _value(figures: Figures, name: str) -> float | None:
    return {"first_token": figures.first_token_s, "speed": figures.speed, "cost": figures.cost_nano}[name]
