"""The compare screen, by its keys."""

import pytest
from textual import events

from tests.app.fakes import FakeServices, Script, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen
from workbench.app.services import StartOptions
from workbench.app.widgets.queue_line import QueueLine
from workbench.domain.errors import ErrorInfo
from workbench.store.database import open_store

_FAILED = ErrorInfo("rate", "rate limited by fake; wait a little")


def _states(screen: CompareScreen) -> list[str]:
    return [desk.pane.figures.state for desk in screen.desks.values()]


async def _ready(app: WorkbenchApp, pilot) -> CompareScreen:
    await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.comparison is not None, pilot)
    return app.screen


async def test_one_prompt_goes_to_all_lanes_and_one_failure_stays_alone():
    """A prompt streams into every pane; the failed lane says why under its text, the others complete."""
    services = FakeServices("fake/a", "fake/bad", "fake/c", scripts={"bad": Script("", _FAILED)})
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.press(*"hello", "enter")
        await until(lambda: not screen.busy and _states(screen) == ["complete", "failed", "complete"], pilot)

        shown = screen_text(app)
        assert "rate limited by fake" in shown
        assert "✗ failed" in shown
        assert shown.count("✓ complete") >= 2
        assert "10→20" in shown
        assert screen.prompt.text == ""
        assert screen.prompt.has_focus
    assert services.closed


async def test_blank_prompts_are_not_sent_and_enter_twice_sends_once():
    """U04, U05: spaces and NUL send nothing; ten Enters send one prompt."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.press("enter", "space", "enter")
        assert screen.comparison.turns == ()
        await pilot.press("x", *["enter"] * 10)
        await until(lambda: not screen.busy, pilot)
        assert len(screen.comparison.turns) == 1


async def test_a_prompt_for_a_busy_lane_waits_dimmed():
    """What is sent while a lane streams stands dimmed in its pane and starts when the lane is free."""
    script = Script(held=True)
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("first")
        await until(lambda: len(script.requests) == 1, pilot)
        screen.send("second")
        await until(lambda: "queued > second" in screen_text(app), pilot)

        script.gate.set()
        await until(lambda: not screen.busy and len(script.requests) == 2, pilot)
        assert not screen.query_one(QueueLine).display


async def test_stopping_one_lane_leaves_the_others():
    """`s` in a pane stops its answer; the other lane streams on and keeps what it has."""
    scripts = {"a": Script("kept text\n", held=True), "b": Script(held=True)}
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts=scripts))
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: _texts(screen) == ["kept text\n", "Hello **there**.\n"], pilot)
        await pilot.press("f2", "s")
        first, second = screen.desks.values()
        await until(lambda: not first.busy, pilot)
        assert first.last.state == "cancelled"
        assert second.busy
        await until(lambda: "stopped by you after 10 characters" in screen_text(app), pilot)
        scripts["b"].gate.set()
        await until(lambda: not screen.busy, pilot)
        assert second.last.state == "complete"


async def test_escape_goes_back_step_by_step_and_twice_stops_all():
    """Esc leaves zoom, then the pane; twice within a second in the prompt stops every stream."""
    scripts = {name: Script(held=True) for name in "ab"}
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts=scripts))
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.press("f2", "z")
        assert screen.zoomed
        await pilot.press("escape")
        assert not screen.zoomed
        await pilot.press("escape")
        assert screen.prompt.has_focus
        screen.send("go")
        await until(lambda: all(desk.current for desk in screen.desks.values()), pilot)
        await pilot.press("escape", "escape")
        await until(lambda: not screen.busy, pilot)
        assert [desk.last.state for desk in screen.desks.values()] == ["cancelled", "cancelled"]


async def test_retry_adds_an_answer_and_keeps_the_old_one():
    """`r` asks again in the same turn; both answers stay readable."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: not screen.busy and screen.desks[screen.lanes[0].id].last is not None, pilot)
        await pilot.press("f2", "r")
        await until(lambda: len(screen.desks[screen.lanes[0].id].answers) == 2, pilot)
        assert [response.revision for response in screen.comparison.turns[0].responses] == [0, 1]


async def test_a_two_megabyte_paste_is_shown_clipped_and_kept_whole():
    """U01: a huge paste is one mark on screen and whole in what is sent."""
    from textual import events

    script = Script()
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}))
    text = "line of words\n" * 150_000
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.press(*"see ")
        screen.prompt.post_message(events.Paste(text))
        await until(lambda: "⟦text 1: 2.1 MB" in screen.prompt.text, pilot)
        assert len(screen.prompt.text) < 100
        await pilot.press("enter")
        await until(lambda: bool(script.requests), pilot)
        assert script.requests[0].messages[-1].text == "see " + text


async def test_any_size_and_any_resize_is_survived():
    """T12: from 1x1 to 300x100 and back while an answer streams, nothing breaks and the text is intact."""
    script = Script("words and `code`\n" * 50, held=True)
    app = WorkbenchApp(FakeServices(*["fake/a"] * 5, scripts={"a": script}))
    async with app.run_test(size=(20, 5)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        for size in [
            (1, 1),
            (20, 5),
            (80, 24),
            (36, 8),
            (300, 100),
            (0, 0),
            (120, 40),
            (5, 50),
            (200, 50),
            (12, 3),
        ] * 2:
            await pilot.resize_terminal(*size)
        await pilot.resize_terminal(120, 40)
        script.gate.set()
        await until(lambda: not screen.busy, pilot)
        assert set(_texts(screen)) == {script.text}


async def test_a_size_that_came_late_is_not_taken():
    """T12: the window's signal interrupts its own handler, and the older size may be posted last."""
    app = WorkbenchApp(FakeServices("fake/alpha"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.resize_terminal(100, 30)
        app.post_message(events.Resize.from_dimensions((20, 5), None))
        await pilot.pause()
        assert app.size == app.screen.size == (100, 30)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 50)])
async def test_every_lane_is_seen_at_the_usual_sizes(size):
    """At 80x24, 120x40 and 200x50 each lane's number and name are on screen, and the prompt with its keys."""
    app = WorkbenchApp(FakeServices("fake/alpha", "fake/beta", "fake/gamma", "fake/delta"))
    async with app.run_test(size=size) as pilot:
        await _ready(app, pilot)
        shown = screen_text(app)
        assert all(
            f"{number} fake/{name}" in shown for number, name in enumerate(("alpha", "beta", "gamma", "delta"), 1)
        )
        assert "Enter send" in shown


async def test_names_and_errors_are_never_markup_or_escapes():
    """C08, C09, C10, C11: hostile labels and messages are literal text in frames, sidebar and toasts."""
    evil = "[@click=app.quit]x[/] \x1b]0;pwned\x07 [/] [INFO]"
    services = FakeServices(f"fake/{evil}", scripts={evil: Script(evil, ErrorInfo("server", evil))})
    services.banner = evil
    app = WorkbenchApp(services)
    async with app.run_test(size=(200, 50), notifications=True) as pilot:
        screen = await _ready(app, pilot)
        screen.send(evil)
        await until(lambda: not screen.busy and screen.desks[screen.lanes[0].id].last is not None, pilot)
        screen.say(evil)
        await pilot.pause()
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert "\x07" not in shown
        assert "[@click=app.quit]x[/]" in shown


async def test_quitting_asks_while_something_streams():
    """Ctrl+Q asks while answers come, and quits at once when none do."""
    script = Script(held=True)
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: bool(script.requests), pilot)
        await pilot.press("ctrl+q")
        await until(lambda: type(app.screen).__name__ == "ConfirmDialog", pilot)
        await pilot.press("n")
        await until(lambda: app.screen is screen, pilot)
        screen.stop_streams(None)
        await until(lambda: not screen.busy, pilot)
        await pilot.press("ctrl+q")
        await until(lambda: app._exit, pilot)
    assert app.return_code == 0


async def test_ctrl_c_stops_then_asks_then_quits():
    """T05: Ctrl+C stops what streams; with nothing to stop it asks, and pressed again it quits."""
    script = Script(held=True)
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: bool(script.requests), pilot)
        await pilot.press("ctrl+c")
        await until(lambda: not screen.busy, pilot)
        await pilot.press("ctrl+c")
        assert not app._exit
        await pilot.press("ctrl+c")
        await until(lambda: app._exit, pilot)


async def test_ctrl_c_asks_where_another_session_streams():
    """T05: what streams behind the screen isn't ended by pressing twice: it is asked about."""
    script = Script(held=True)
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: bool(script.requests), pilot)
        await pilot.press("ctrl+n")
        await until(lambda: app.screen is not screen, pilot)
        await pilot.press("ctrl+c", "ctrl+c")
        await until(lambda: "Answers are still coming" in screen_text(app), pilot)
        assert not app._exit


async def test_a_prompt_over_the_days_budget_is_refused_with_the_sum(tmp_path):
    """A budget that even the least cost would break keeps the prompt back and shows the arithmetic."""
    script = Script()
    store = open_store(tmp_path / "history.db")
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": script}, store=store, day_budget_nano=1_000))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await _ready(app, pilot)
        await until(lambda: screen._spent.today_nano is not None, pilot)
        await pilot.press(*"hello", "enter")
        await until(lambda: "more than the day's budget" in screen_text(app), pilot)
        assert screen.prompt.text == "hello"
        assert not script.requests


async def test_a_quit_key_right_after_a_paste_asks():
    """U03: a paste that breaks out and presses Ctrl+Q does not end the program."""
    from textual import events

    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        await _ready(app, pilot)
        app.post_message(events.Paste("text"))
        await pilot.press("ctrl+q")
        await until(lambda: type(app.screen).__name__ == "ConfirmDialog", pilot)


async def test_a_prompt_from_the_command_line_is_sent_at_once():
    """`--prompt` with lanes needs no key press."""
    script = Script()
    app = WorkbenchApp(FakeServices(scripts={"a": script}), StartOptions(targets=("fake/a",), prompt="from outside"))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: bool(script.requests), pilot)
        assert script.requests[0].messages[-1].text == "from outside"


async def test_keys_can_be_remapped():
    """Every binding of ours has an id; a keymap moves it and the hints follow."""
    app = WorkbenchApp(FakeServices("fake/a", keymap={"compare.sidebar": "f11", "app.help": "f10"}))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.press("f11")
        assert not screen.sidebar_wanted
        await pilot.press("ctrl+b")
        assert not screen.sidebar_wanted
        assert "F10 help" in screen_text(app)


def test_every_binding_of_ours_has_an_id():
    """Only bindings with ids can be remapped, and no id stands for two things on one screen."""
    from textual.binding import Binding

    from workbench.app.dialogs import confirm, dialog, models, reader
    from workbench.app.screens.sessions.screen import SessionsScreen
    from workbench.app.screens.welcome.screen import WelcomeScreen
    from workbench.app.widgets.prompt_input import PromptInput
    from workbench.app.widgets.response_pane import ResponsePane

    owners = [WorkbenchApp, CompareScreen, WelcomeScreen, SessionsScreen, PromptInput, ResponsePane]
    owners += [confirm.ConfirmDialog, dialog.Dialog, models.ModelsDialog, reader.ReaderDialog]
    bindings = [binding for owner in owners for binding in owner.BINDINGS]
    assert all(isinstance(binding, Binding) and binding.id for binding in bindings)
    ids = [binding.id for binding in bindings]
    assert len(ids) == len(set(ids))
    never = {"ctrl+i", "ctrl+m", "ctrl+tab", *(f"alt+{digit}" for digit in range(10))}
    assert not never & {key for binding in bindings for key in binding.key.split(",")}


def _texts(screen: CompareScreen) -> list[str]:
    return [desk.pane.view.text for desk in screen.desks.values()]


async def test_keys_typed_faster_than_frames_reach_the_pane():
    """Tab, Tab and z in one burst zoom the second pane; nothing of it lands in the prompt."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        for key in ("tab", "tab", "z"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(lambda: screen.zoomed, pilot)
        assert screen.focused_pane is screen.stage.panes[1]
        assert screen.prompt.text == ""


_EVERYTHING = """# Heading

> a quote

- a point
  1. another
- [x] done

| a | b |
|---|---|
| 1 | 2 |

---

```py
x = 1
```

1 → 2
"""


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_plain_signs_are_used_everywhere(size):
    """Where the terminal isn't UTF-8 nothing on the screen is: answers, frames, figures, footer, menus."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts={"a": Script(_EVERYTHING)}, symbols="ascii"))
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await _ready(app, pilot)
        screen.send("hello")
        await until(lambda: not screen.busy and screen.desks[screen.lanes[0].id].last is not None, pilot)
        view = screen.stage.panes[0].view
        view.append_reasoning("long thoughts")
        view.finish()
        await pilot.press("f2", "g")
        await pilot.pause()
        assert "reasoning" in screen_text(app)
        for keys in ([], ["G"], ["Y"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert [line for line in screen_text(app).splitlines() if not line.isascii()] == []


async def test_the_line_of_folded_reasoning_is_never_cut():
    """What doesn't fit is left out whole: first the length, then the hint."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await _ready(app, pilot)
        view = screen.stage.panes[0].view
        view.append_reasoning("x" * 12_345)
        for width, words in (
            (60, "▸ reasoning · 12,345 characters · t opens"),
            (40, "▸ reasoning · t opens"),
            (20, "▸ reasoning"),
        ):
            await pilot.resize_terminal(width, 24)
            await until(lambda: f" {words} " in screen_text(app), pilot)  # noqa: B023
