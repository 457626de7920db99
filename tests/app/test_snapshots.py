"""Pictures of the screens, from a history of fixed figures: what an eye would notice first."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partialmethod
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.answer_app import draw
from tests.app.fakes import FakeServices, screen_text, until
from tests.unit.store import builders
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen
from workbench.domain.conversation import Response
from workbench.domain.errors import ErrorInfo
from workbench.domain.prices import usd
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.store.database import Store, open_store
from workbench.store.saving import Saving

Compare = Callable[..., bool]
_THEN = "2024-03-01T09:30:00.000Z"
_WRITTEN = """\
# Sorting a list

`sorted` gives a **new** list; `list.sort` works *in place*. Both are stable: equal items keep their order.

```python
def by_length(words: list[str]) -> list[str]:
    return sorted(words, key=len)  # 短い順
```

| call | returns | time |
|:--|:--|--:|
| `sorted(x)` | a new list | O(n log n) |
| `x.sort()` | `None` | O(n log n) |

> Sort once, search often: `bisect` then takes O(log n).

1. Choose the key.
2. Say `reverse=True` where the largest comes first.
"""
_BRIEF = "Use `sorted(words)`. It returns a new list and leaves yours alone.\n"
_PROMPT = "How do I sort a list in Python?"
_TARGETS = ("lab/orchard-large", "lab/orchard-small", "other/kestrel", "other/kestrel-mini")


def _ended(begun: list[Response]) -> list[Response]:
    """One answer whole, one cut, one that failed, one that the user stopped."""
    whole, cut, failed, stopped = begun
    timing = Timing(connect_s=0.02, headers_s=0.3, first_text_s=0.61, first_token_s=0.61, end_s=4.2)
    rate = ErrorInfo("rate", "rate limited by other; it can be asked again in 20 s")
    return [
        builders.ended(whole, _WRITTEN, usage=Usage(21, 302, 16), cost_nano=usd(0.0041), timing=timing),
        builders.ended(
            cut,
            _BRIEF * 12,
            state="truncated",
            finish_reason="length",
            usage=Usage(21, 100),
            cost_nano=usd(0.0009),
            timing=replace(timing, first_text_s=0.2, first_token_s=0.2, end_s=1.2),
        ),
        builders.ended(failed, "", state="failed", error=rate, timing=Timing(connect_s=0.02, headers_s=0.1, end_s=0.1)),
        builders.ended(stopped, _BRIEF, state="cancelled", timing=replace(timing, end_s=1.0)),
    ]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three sessions of a day long past, in a time zone that is told."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(Saving, "__init__", partialmethod(Saving.__init__, now=lambda: _THEN))
    history = open_store(tmp_path / "history.db")
    for title, prompt in (
        ("A haiku about waiting", "Write a haiku about waiting"),
        ("排序算法", "请解释快速排序"),
        ("Sorting in Python", _PROMPT),
    ):
        asked = replace(builders.session(title), created_utc=_THEN)
        lanes = builders.lanes(*_TARGETS)
        turn = replace(builders.turn(asked, prompt), created_utc=_THEN)
        begun = builders.responses(turn, lanes)
        history.recorder.session_saved(asked, lanes)
        history.recorder.turn_started(turn, begun)
        for response in _ended(begun):
            history.recorder.response_ended(response)
    assert history.flush()
    return history


def _app(store: Store | None = None, **preferences: object) -> WorkbenchApp:
    return WorkbenchApp(FakeServices(*(_TARGETS if store is None else ()), store=store, **preferences))


def _name(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


def _still(app: WorkbenchApp) -> None:
    """Nothing blinks."""
    for widget in app.screen.query("Input, TextArea"):
        widget.cursor_blink = False


async def _open_newest(pilot: Pilot[int]) -> None:
    """The newest session, once its figures and its text stand there."""
    app = pilot.app
    store = app.services.store
    app.open_session(store.sessions.list(1)[0].id)
    await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.comparison is not None, pilot)
    await until(lambda: all(desk.answers for desk in app.screen.desks.values()), pilot)
    await draw(pilot)
    _still(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50), (20, 5)], ids=_name)
def test_four_answers(store: Store, snap_compare: Compare, size: tuple[int, int]) -> None:
    """A reopened session at the usual sizes: whole, cut, failed and stopped answers with their figures."""
    assert snap_compare(_app(store), terminal_size=size, run_before=_open_newest)


def test_four_answers_in_ascii(store: Store, snap_compare: Compare) -> None:
    """The same where only ASCII signs may be drawn, on a light ground."""
    app = _app(store, symbols="ascii", theme="workbench-light")
    assert snap_compare(app, terminal_size=(120, 40), run_before=_open_newest)


def test_zoomed(store: Store, snap_compare: Compare) -> None:
    """One pane alone: the answer at reading width, code on its ground, a table with light rules."""

    async def zoom(pilot: Pilot[int]) -> None:
        await _open_newest(pilot)
        await pilot.press("f2", "z")
        await until(lambda: pilot.app.screen.query_one("AnswerView").size.width > 70, pilot)
        await draw(pilot)

    assert snap_compare(_app(store), terminal_size=(120, 40), run_before=zoom)


def test_nothing_asked_yet(snap_compare: Compare) -> None:
    """Empty panes say how to begin."""

    async def ready(pilot: Pilot[int]) -> None:
        await until(lambda: pilot.app.screen.comparison is not None, pilot)
        _still(pilot.app)

    assert snap_compare(_app(), terminal_size=(120, 40), run_before=ready)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_name)
def test_sessions(store: Store, snap_compare: Compare, size: tuple[int, int]) -> None:
    """The list of sessions with what they took."""

    async def listed(pilot: Pilot[int]) -> None:
        await _open_newest(pilot)
        await pilot.press("ctrl+o")
        await until(lambda: "haiku" in screen_text(pilot.app), pilot)
        _still(pilot.app)

    assert snap_compare(_app(store), terminal_size=size, run_before=listed)


def test_found(store: Store, snap_compare: Compare) -> None:
    """A search shows the line that was found."""

    async def searched(pilot: Pilot[int]) -> None:
        await _open_newest(pilot)
        await pilot.press("ctrl+o", *"bisect")
        await until(lambda: "search often" in screen_text(pilot.app), pilot)
        _still(pilot.app)

    assert snap_compare(_app(store), terminal_size=(120, 40), run_before=searched)


@pytest.mark.parametrize(
    ("key", "seen"),
    [("f1", "In the prompt"), ("ctrl+l", "fake/beta"), ("ctrl+p", "commands")],
    ids=["help", "models", "commands"],
)
def test_over_the_panes(store: Store, snap_compare: Compare, key: str, seen: str) -> None:
    """Help, the models picker and the commands lie over the panes."""

    async def opened(pilot: Pilot[int]) -> None:
        await _open_newest(pilot)
        await pilot.press(key)
        await until(lambda: seen.lower() in screen_text(pilot.app).lower(), pilot)
        _still(pilot.app)

    assert snap_compare(_app(store), terminal_size=(120, 40), run_before=opened)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=_name)
def test_welcome(snap_compare: Compare, size: tuple[int, int]) -> None:
    """What was found on this machine, and what to do with it."""

    async def found(pilot: Pilot[int]) -> None:
        await until(lambda: "Ollama" in screen_text(pilot.app), pilot)
        _still(pilot.app)

    assert snap_compare(WorkbenchApp(FakeServices()), terminal_size=size, run_before=found)
