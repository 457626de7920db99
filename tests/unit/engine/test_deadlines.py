"""Which deadline comes next."""

import asyncio
from contextlib import suppress

import pytest

from tests.support.wound_clock import now, on_wound_clock
from workbench.engine.deadlines import Deadlines, Watchdog
from workbench.engine.options import EngineOptions

OPTIONS = EngineOptions(total_s=None)


def test_the_first_content_has_a_deadline_of_its_own():
    """N04: without content the wait ends two minutes after the request, headers or not."""
    assert Deadlines(OPTIONS, local=False, start_s=10.0).next() == (130.0, "first_token_timeout")


def test_local_servers_may_load_a_model():
    """A server on the user's own machine has ten minutes for its first content."""
    assert Deadlines(OPTIONS, local=True, start_s=0.0).next() == (600.0, "first_token_timeout")


def test_content_moves_the_deadline():
    """N05: after content a silence of a minute is a stall."""
    deadlines = Deadlines(OPTIONS, local=False, start_s=0.0)
    deadlines.content(3.0)
    deadlines.content(50.0)

    assert deadlines.next() == (110.0, "stall")


def test_progress_is_life_for_ten_minutes():
    """Typed progress restarts the wait, but not beyond ten minutes after the last content."""
    deadlines = Deadlines(OPTIONS, local=False, start_s=0.0)
    deadlines.content(10.0)
    deadlines.progress(40.0)
    assert deadlines.next() == (100.0, "stall")
    deadlines.progress(609.0)
    assert deadlines.next() == (610.0, "stall")
    deadlines.content(609.5)
    assert deadlines.next() == (669.5, "stall")


def test_progress_before_the_first_content_counts_too():
    """A provider that reports work before its first word gets more time, up to ten minutes."""
    deadlines = Deadlines(OPTIONS, local=False, start_s=0.0)
    deadlines.progress(100.0)
    assert deadlines.next() == (220.0, "first_token_timeout")
    deadlines.progress(590.0)
    assert deadlines.next() == (600.0, "first_token_timeout")


def test_a_total_deadline_is_not_moved_by_content():
    """An attempt with a limit for the whole answer ends there, however lively it is."""
    deadlines = Deadlines(EngineOptions(total_s=30.0), local=False, start_s=0.0)
    deadlines.content(29.0)

    assert deadlines.next() == (30.0, "total_timeout")


@on_wound_clock
async def test_the_watchdog_wakes_up_only_when_it_must():
    """Content that arrives in time postpones the end without a timer of its own."""
    deadlines = Deadlines(EngineOptions(idle_s=5.0), local=False, start_s=now())
    start = now()
    watchdogs = []

    async def talk() -> None:
        async with asyncio.timeout(None) as limit:
            watchdogs.append(Watchdog(deadlines, limit, now))
            for _ in range(10):
                await asyncio.sleep(4.0)
                if deadlines.content(now()):
                    watchdogs[0].look_again()
            await asyncio.sleep(100.0)

    with pytest.raises(TimeoutError):
        await talk()

    assert watchdogs[0].expired == "stall"
    assert now() - start == pytest.approx(45.0)


@pytest.mark.parametrize(("speaks", "expired"), [(True, None), (False, "stall")])
@on_wound_clock
async def test_a_sleeping_machine_is_no_silent_provider(speaks, expired):
    """N16: after a suspension what the network holds is read before anyone is called silent; then silence counts."""
    deadlines = Deadlines(EngineOptions(idle_s=5.0), local=False, start_s=now())
    deadlines.content(now())
    watchdogs = []
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as limit:
            watchdogs.append(Watchdog(deadlines, limit, now))
            asyncio.get_running_loop().jump(120.0)
            await asyncio.sleep(0.5)
            if speaks:
                deadlines.content(now())
            await asyncio.sleep(3.0)
    watchdogs[0].close()

    assert watchdogs[0].expired == expired
