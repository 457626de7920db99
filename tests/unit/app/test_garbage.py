"""The collector's quiet moments."""

import gc

import pytest

from workbench.app.frame_clock import FrameClock
from workbench.app.garbage import QuietGarbage


@pytest.fixture
def now():
    return [1000.0]


async def test_full_collections_wait_for_a_quiet_moment(now):
    """While keys come nothing is collected; two seconds later it is, and what is left is out of the way."""
    before = gc.get_threshold()
    clock = FrameClock(clock=lambda: now[0])
    garbage = QuietGarbage(clock)
    garbage.start()
    try:
        assert gc.get_freeze_count() > 0
        gc.collect(1)
        clock.note_key()
        garbage.look()
        assert garbage.collections == 0
        now[0] += 3
        gc.collect(1)
        garbage.look()
        assert garbage.collections == 1
    finally:
        garbage.stop()
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


async def test_no_look_at_what_survived_is_long(now):
    """Objects that came and stayed, as those of modules do, are looked at in portions of a few ten thousand."""
    garbage = QuietGarbage(FrameClock(clock=lambda: now[0]))
    garbage.start()
    try:
        young, middle, _old = gc.get_threshold()
        assert young * (middle + 1) <= 50_000
    finally:
        garbage.stop()
