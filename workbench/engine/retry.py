"""Whether a failed attempt is worth another, and after how long a wait. Pure: the caller waits."""

import math
import random as random_module
from dataclasses import dataclass, replace

from workbench.domain.errors import ErrorInfo
from workbench.engine.options import EngineOptions


@dataclass(frozen=True, slots=True)
class Again:
    """Try again after `wait_s` seconds."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Try no more; the error says why, with what the decision adds to it."""

    error: ErrorInfo


def after_failure(
    error: ErrorInfo, retries_done: int, options: EngineOptions, random: random_module.Random
) -> Again | GiveUp:
    """What follows a failure before any content.

    The provider's Retry-After is obeyed up to the cap; above it waiting is the user's decision, not ours. A Retry-After
    that is no sensible number, or shorter than our own back-off, leaves the back-off. `x-should-retry: true` asks for a
    retry, it does not lift the limit.
    """
    if not error.worth_retrying or retries_done >= options.retries:
        return GiveUp(error)
    asked_s = error.retry_after_s
    if asked_s is not None and math.isfinite(asked_s) and asked_s > options.retry_after_cap_s:
        wait = f"it asks to wait {asked_s:,.0f} s, longer than the {options.retry_after_cap_s:g} s that are waited for"
        return GiveUp(replace(error, message=f"{error.message.rstrip('.')}; {wait}. Try again later."))
    wait_s = backoff_s(retries_done, options, random)
    if asked_s is not None and math.isfinite(asked_s):
        wait_s = max(wait_s, asked_s)
    return Again(wait_s)


def backoff_s(retries_done: int, options: EngineOptions, random: random_module.Random) -> float:
    """The first wait doubled for every retry, at most the longest, of which at least half is waited."""
    nominal_s = min(options.backoff_most_s, options.backoff_first_s * 2.0**retries_done)
    return nominal_s * (0.5 + random.random() / 2)
