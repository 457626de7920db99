"""Following ends by the reader's own scrolling only, and a new turn turns it on."""

import pytest
from textual.events import MouseScrollUp

from tests.app.answer_app import AnswerApp, draw
from tests.app.fakes import FakeServices, Script, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen
from workbench.store.database import open_store

LONG = "".join(f"Paragraph {number} of the answer, with words for more than one row.\n\n" for number in range(60))


async def _ready(app, pilot):
    await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.comparison is not None, pilot)
    return app.screen


def _views(screen):
    return [desk.pane.view for desk in screen.desks.values()]


async def test_a_queued_turn_is_followed_where_it_starts():
    """The row of waiting prompts goes away, the page grows, and every lane goes on into the second turn."""
    scripts = {name: Script(LONG, held=True) for name in "ab"}
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts=scripts))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("first")
        await until(lambda: "Paragraph 59" in screen_text(app), pilot)
        screen.send("second")
        await until(lambda: "queued > second" in screen_text(app), pilot)
        for script in scripts.values():
            script.gate.set()
        await until(lambda: not screen.busy and all(view.sections == 2 for view in _views(screen)), pilot)
        await draw(pilot)
        assert all(view.following for view in _views(screen))
        assert screen_text(app).count("Paragraph 59") == 2
        assert "new text" not in screen_text(app)


async def test_zoom_keeps_the_end_in_view():
    """`G`, then zoom in and out: the end stays on screen and following stays on."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts={"a": Script(LONG)}))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: not screen.busy and "Paragraph 59" in screen_text(app), pilot)
        await pilot.press("f2", "G")
        for _ in range(2):
            await pilot.press("z")
            await draw(pilot)
            assert _views(screen)[0].following
            assert "Paragraph 59" in screen_text(app)


async def test_sizes_that_change_while_text_comes_do_not_end_following():
    """Smaller, larger, tiny and back, with text in between: the end is on screen each time."""
    app = AnswerApp(2)
    async with app.run_test(size=(120, 40)) as pilot:
        app.view.append(LONG)
        await draw(pilot)
        for number, size in enumerate([(60, 14), (120, 40), (40, 10), (3, 2), (120, 24), (60, 40), (120, 40)]):
            await pilot.resize_terminal(*size)
            app.view.append(f"Line {number}.\n\n")
            await draw(pilot)
            assert app.view.following
            if size[0] > 20:
                assert f"Line {number}." in app.text()


async def test_the_wheel_ends_following_and_a_resize_does_not_turn_it_on():
    """One notch up is the reader's own scrolling; what comes then is marked as new."""
    app = AnswerApp()
    async with app.run_test(size=(60, 23)) as pilot:
        app.view.append(LONG)
        await draw(pilot)
        app.view._on_mouse_scroll_up(MouseScrollUp(app.view, 5, 5, 0, -1, 0, False, False, False, 5, 5))
        assert not app.view.following
        await draw(pilot)
        assert "new text" not in app.text()
        await pilot.resize_terminal(60, 30)
        await draw(pilot)
        assert not app.view.following
        assert "new text" not in app.text()
        app.view.append(LONG)
        await draw(pilot)
        assert "new text" in app.text()


@pytest.mark.parametrize("key", ["", "r"])
async def test_a_sent_prompt_turns_following_on(key):
    """Whoever scrolled up sees the new turn in every lane that it goes to: a prompt's, and an answer's asked again."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts={name: Script(LONG) for name in "ab"}))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ready(app, pilot)
        screen.send("first")
        await until(lambda: not screen.busy and "Paragraph 59" in screen_text(app), pilot)
        for view in _views(screen):
            view.action_top()
        assert not any(view.following for view in _views(screen))
        if key:
            await pilot.press("f2", key)
        else:
            screen.send("second")
        await until(lambda: not screen.busy and _views(screen)[0].sections == 2, pilot)
        await draw(pilot)
        assert [view.following for view in _views(screen)] == [True, not key]
        assert screen_text(app).count("Paragraph 59") == (1 if key else 2)


async def test_a_reopened_session_shows_the_end_of_its_last_turn(tmp_path):
    """Opened again, every lane follows at its end, and nothing of what was kept is called new."""
    scripts = {name: Script(LONG) for name in "ab"}
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", scripts=scripts, store=open_store(tmp_path / "history.db")))
    async with app.run_test(size=(120, 40)) as pilot:
        first = await _ready(app, pilot)
        for number, prompt in enumerate(("tell me", "and then"), 1):
            first.send(prompt)
            await until(
                lambda: not first.busy and [len(desk.answers) for desk in first.desks.values()] == [number] * 2,  # noqa: B023
                pilot,
            )
        await pilot.press("ctrl+n")
        await until(lambda: app.screen is not first, pilot)
        await _ready(app, pilot)
        await pilot.press("ctrl+o")
        await until(lambda: "and then" in screen_text(app) or "tell me" in screen_text(app), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.session.id == first.session.id, pilot)
        screen = await _ready(app, pilot)
        await until(lambda: screen_text(app).count("Paragraph 59") == 2, pilot)
        await draw(pilot)
        assert all(view.following and view.sections == 2 for view in _views(screen))
        assert "new text" not in screen_text(app)
        await pilot.press("f2", "k")
        await draw(pilot)
        assert "new text" not in screen_text(app)
