"""The frame clock, turned by hand."""

import asyncio

import pytest

from workbench.app.frame_clock import BASE_INTERVAL_S, KEY_PATIENCE_S, SLOWEST_INTERVAL_S, FrameClock


class Time:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Pane:
    """Something to draw that costs a given time a frame."""

    def __init__(self, time: Time, cost_s: float = 0.001, frames: int = 1) -> None:
        self.drawn: list[float] = []
        self.left = frames
        self._time = time
        self._cost_s = cost_s

    @property
    def dirty(self) -> bool:
        return self.left > 0

    def draw_frame(self, now: float) -> None:
        self._time.now += self._cost_s
        self.left -= 1
        self.drawn.append(now)


@pytest.fixture
def time() -> Time:
    return Time()


def _clock(time: Time, *panes: Pane) -> FrameClock:
    clock = FrameClock(clock=time)
    for pane in panes:
        clock.register(pane)
    return clock


def test_all_dirty_panes_are_drawn_in_one_frame(time):
    """And nothing more is due when none is dirty."""
    panes = [Pane(time), Pane(time), Pane(time, frames=0)]
    clock = _clock(time, *panes)
    assert clock.tick() is None
    assert [len(pane.drawn) for pane in panes] == [1, 1, 0]
    assert clock.frames == 1


def test_the_rate_falls_with_the_cost_and_recovers(time):
    """15 frames a second when they are cheap, 4 at the least, never more than a third of the loop."""
    pane = Pane(time, cost_s=0.001, frames=10**9)
    clock = _clock(time, pane)
    for _ in range(40):
        clock.tick()
    assert clock.interval_s == BASE_INTERVAL_S
    pane._cost_s = 0.05
    for _ in range(100):
        clock.tick()
    assert clock.interval_s == pytest.approx(0.15, rel=0.2)
    pane._cost_s = 0.5
    for _ in range(100):
        clock.tick()
    assert clock.interval_s == SLOWEST_INTERVAL_S
    pane._cost_s = 0.001
    for _ in range(100):
        clock.tick()
    assert clock.interval_s == pytest.approx(BASE_INTERVAL_S)


def test_a_frame_too_dear_for_one_go_is_drawn_in_turns(time):
    """Round robin: who was left out comes first, after the loop had its time."""
    panes = [Pane(time, cost_s=0.01) for _ in range(5)]
    clock = _clock(time, *panes)
    delay = clock.tick()
    assert [len(pane.drawn) for pane in panes] == [1, 1, 0, 0, 0]
    assert delay is not None
    assert 0.004 <= delay <= 0.05
    clock.tick()
    assert [len(pane.drawn) for pane in panes] == [1, 1, 1, 1, 0]
    assert clock.tick() is None
    assert [len(pane.drawn) for pane in panes] == [1] * 5


def test_a_key_goes_first_but_holds_nothing_back_for_long(time):
    """After a key press a frame waits a moment; constant typing cannot stop the drawing."""
    pane = Pane(time, frames=100)
    clock = _clock(time, pane)
    clock._due = time.now
    waited = 0.0
    while not pane.drawn:
        clock.note_key()
        delay = clock.tick()
        if pane.drawn:
            break
        assert delay is not None
        time.now += delay
        waited += delay
    assert 0.02 < waited <= KEY_PATIENCE_S + 0.03


def test_a_flush_draws_at_once(time):
    """The end of a stream waits for no frame, not even after a key press."""
    pane = Pane(time)
    clock = _clock(time, pane)
    clock.note_key()
    clock.flush(pane)
    assert len(pane.drawn) == 1
    clock.flush(pane)
    assert len(pane.drawn) == 1


def test_who_left_is_not_drawn(time):
    """A removed pane is forgotten."""
    pane = Pane(time)
    clock = _clock(time, pane)
    clock.unregister(pane)
    assert clock.tick() is None
    assert not pane.drawn


async def test_it_sleeps_until_something_is_dirty():
    """No wake-ups while nothing streams; the first text after a pause is drawn at once."""
    drawn = asyncio.Event()

    class Once:
        dirty = False

        def draw_frame(self, now: float) -> None:
            self.dirty = False
            drawn.set()

    pane = Once()
    clock = FrameClock()
    clock.register(pane)
    assert clock._handle is None
    pane.dirty = True
    clock.wake()
    clock.wake()
    await asyncio.wait_for(drawn.wait(), 1)
    assert clock._handle is None
    assert clock.frames == 1


async def test_a_failing_pane_is_told_to_the_app():
    """An error in drawing is no silent standstill."""
    errors: list[Exception] = []
    told = asyncio.Event()

    class Broken:
        dirty = True

        def draw_frame(self, now: float) -> None:
            raise ValueError("broken")

    def tell(error: Exception) -> None:
        errors.append(error)
        told.set()

    clock = FrameClock(on_error=tell)
    clock.register(Broken())
    await asyncio.wait_for(told.wait(), 1)
    assert str(errors[0]) == "broken"
