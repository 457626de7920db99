"""When the parts of an attempt arrived, while it goes on."""

import itertools
from collections.abc import Sequence
from dataclasses import replace

from workbench.domain.timing import Timing
from workbench.engine.assemble import Said


class Moments:
    """Fills a `Timing`; every figure is seconds since the attempt's start, stamped where it arrived."""

    __slots__ = ("_timing", "first_event_s", "first_reasoning_s", "first_text_s", "first_token_s")

    def __init__(self, queued_s: float) -> None:
        self.first_event_s: float | None = None
        self.first_reasoning_s: float | None = None
        self.first_text_s: float | None = None
        self.first_token_s: float | None = None
        self._timing = Timing(queued_s=queued_s)

    def headers(self, t_s: float, connect_s: float | None) -> None:
        """The response's head arrived; `connect_s` is None when the connection was open already."""
        self._timing = replace(self._timing, headers_s=t_s, connect_s=connect_s, cold=connect_s is not None)

    def content(self, said: Said, t_s: float) -> None:
        """Something that a person can read, or a tool call, arrived."""
        if self.first_token_s is None:
            self.first_token_s = t_s
        if said == "text" and self.first_text_s is None:
            self.first_text_s = t_s
        elif said == "reasoning" and self.first_reasoning_s is None:
            self.first_reasoning_s = t_s

    def timing(self, end_s: float | None = None) -> Timing:
        """The moments so far."""
        return replace(
            self._timing,
            first_event_s=self.first_event_s,
            first_reasoning_s=self.first_reasoning_s,
            first_text_s=self.first_text_s,
            first_token_s=self.first_token_s,
            end_s=end_s,
        )


def since(timing: Timing, offset_s: float) -> Timing:
    """The same moments counted from `offset_s` earlier: an attempt's on the clock of its response."""
    if not offset_s:
        return timing

    def later(value: float | None) -> float | None:
        return None if value is None else value + offset_s

    return replace(
        timing,
        headers_s=later(timing.headers_s),
        first_event_s=later(timing.first_event_s),
        first_reasoning_s=later(timing.first_reasoning_s),
        first_text_s=later(timing.first_text_s),
        first_token_s=later(timing.first_token_s),
        end_s=later(timing.end_s),
    )


def across(rounds: Sequence[tuple[float, Timing]], start_s: float) -> Timing:
    """The moments of a response with several rounds, each with its start on the clock that `start_s` is read from.

    Its first moments are those of the first round that has them, its end is the last round's; between the end of a
    round and the next one's first token it pauses.
    """
    found = [since(timing, began_s - start_s) for began_s, timing in rounds]

    def first(name: str) -> float | None:
        return next((value for timing in found if (value := getattr(timing, name)) is not None), None)

    paused_s = 0.0
    for before, after in itertools.pairwise(found):
        begins_s = after.first_token_s if after.first_token_s is not None else after.end_s
        if before.end_s is not None and begins_s is not None:
            paused_s += max(0.0, begins_s - before.end_s)
    return replace(
        found[0],
        first_event_s=first("first_event_s"),
        first_reasoning_s=first("first_reasoning_s"),
        first_text_s=first("first_text_s"),
        first_token_s=first("first_token_s"),
        end_s=found[-1].end_s,
        paused_s=paused_s,
    )
