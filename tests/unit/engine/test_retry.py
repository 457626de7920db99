"""Whether to try again, and when."""

import math
import random

import pytest

from workbench.domain.errors import ErrorInfo
from workbench.engine.options import EngineOptions
from workbench.engine.retry import Again, GiveUp, after_failure, backoff_s

OPTIONS = EngineOptions()


def decide(error, retries=0, options=OPTIONS):
    return after_failure(error, retries, options, random.Random(1))


@pytest.mark.parametrize("kind", ["rate", "overloaded", "server", "connect", "cut", "first_token_timeout"])
def test_passing_troubles_are_tried_again(kind):
    """H06 H10 N01: a trouble that may pass is tried again after half to all of the back-off."""
    decision = decide(ErrorInfo(kind, "later"))

    assert isinstance(decision, Again)
    assert 0.25 <= decision.wait_s <= 0.5


@pytest.mark.parametrize(
    "kind", ["auth", "billing", "permission", "not_found", "bad_request", "too_large", "tls", "redirect"]
)
def test_lasting_troubles_are_not(kind):
    """H01 H02 H03 H04 H05 H11 N12: what would fail the same way again fails at once."""
    assert isinstance(decide(ErrorInfo(kind, "never")), GiveUp)


def test_retries_are_bounded():
    """H09: a server that says x-should-retry for ever is tried no oftener than any other."""
    error = ErrorInfo("bad_request", "again", retryable=True)

    assert isinstance(decide(error, 0), Again)
    assert isinstance(decide(error, 1), Again)
    assert isinstance(decide(error, 2), GiveUp)


def test_a_provider_may_forbid_a_retry():
    """x-should-retry: false wins over the kind of the error."""
    assert isinstance(decide(ErrorInfo("rate", "no", retryable=False)), GiveUp)


def test_retry_after_is_obeyed():
    """H06: the wait is as long as the provider asks."""
    assert decide(ErrorInfo("rate", "slow", retry_after_s=7.0)) == Again(7.0)


@pytest.mark.parametrize("asked", [61.0, 3600.0, 4_000_000_000.0])
def test_a_retry_after_above_the_cap_fails_now(asked):
    """H07 H08: nobody waits an hour; the error says what was asked for and what is waited for."""
    decision = decide(ErrorInfo("rate", "slow down.", retry_after_s=asked))

    assert isinstance(decision, GiveUp)
    assert "slow down; it asks to wait" in decision.error.message
    assert "60 s" in decision.error.message


@pytest.mark.parametrize("asked", [0.0, -5.0, math.nan, math.inf, None])
def test_a_senseless_retry_after_leaves_the_backoff(asked):
    """H08: zero, negative, infinite or no number: neither a busy loop nor a hang."""
    decision = decide(ErrorInfo("rate", "slow", retry_after_s=asked))

    assert isinstance(decision, Again)
    assert 0.25 <= decision.wait_s <= 0.5


def test_the_backoff_doubles_up_to_its_limit():
    """Each wait is at most twice the one before, never above eight seconds, and never all the same."""
    chance = random.Random(3)
    waits = [backoff_s(n, OPTIONS, chance) for n in range(10)]

    assert all(min(8.0, 0.5 * 2**n) / 2 <= wait <= min(8.0, 0.5 * 2**n) for n, wait in enumerate(waits))
    assert len(set(waits)) == len(waits)
