"""The panes' room: borders that can be dragged, empty panes, toasts."""

import pytest

from tests.app.fakes import FakeServices, Script, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen


async def _ready(app: WorkbenchApp, pilot) -> CompareScreen:
    await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.comparison is not None, pilot)
    return app.screen


def _widths(screen: CompareScreen) -> list[int]:
    return [pane.outer_size.width for pane in screen.stage.panes]


async def _even(app: WorkbenchApp, pilot) -> CompareScreen:
    """Two panes of 50 columns, without a sidebar."""
    screen = await _ready(app, pilot)
    await pilot.press("ctrl+s")
    await until(lambda: _widths(screen) == [50, 50], pilot)
    return screen


async def _drag(pilot, start: tuple[int, int], to: tuple[int, int]) -> None:
    await pilot.mouse_down(offset=start)
    await pilot.hover(offset=to)
    await pilot.mouse_up(offset=to)
    await pilot.pause()


async def test_a_border_between_columns_is_dragged():
    """It follows the mouse, keeps its share when the terminal changes, and two clicks make all even again."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _even(app, pilot)
        await _drag(pilot, (49, 10), (70, 12))
        assert _widths(screen) == [70, 30]
        assert not screen.get_selected_text()
        await _drag(pilot, (70, 10), (99, 10))
        assert _widths(screen) == [80, 20]
        await _drag(pilot, (80, 10), (75, 10))
        await pilot.resize_terminal(80, 30)
        await until(lambda: _widths(screen) == [60, 20], pilot)
        await pilot.resize_terminal(100, 30)
        await until(lambda: _widths(screen) == [75, 25], pilot)
        await pilot.click(offset=(75, 10), times=2)
        await until(lambda: _widths(screen) == [50, 50], pilot)


async def test_a_drag_on_text_moves_no_border():
    """Only the frame is taken hold of."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _even(app, pilot)
        await _drag(pilot, (48, 10), (20, 10))
        await _drag(pilot, (0, 10), (20, 10))
        assert _widths(screen) == [50, 50]


async def test_rows_of_a_grid_are_dragged_too():
    """A corner between four panes moves both borders."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", "fake/c", "fake/d"))
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await _ready(app, pilot)
        await pilot.pause()
        first, *_, last = screen.stage.panes
        corner = last.region.offset
        await _drag(pilot, tuple(corner), (corner.x + 10, corner.y - 4))
        assert last.region.offset == (corner.x + 10, corner.y - 4)
        assert first.region.bottom_right == last.region.offset
        screen.action_even_panes()
        await until(lambda: last.region.offset == corner, pilot)


async def test_keys_move_the_border_of_a_pane():
    """`>` and `<` make the pane wider and narrower, the last one too."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await _even(app, pilot)
        await pilot.press("f2", ">", ">")
        await until(lambda: _widths(screen) == [58, 42], pilot)
        await pilot.press("f3", ">")
        await until(lambda: _widths(screen) == [54, 46], pilot)
        await pilot.press("<", "<")
        await until(lambda: _widths(screen) == [62, 38], pilot)


async def test_an_empty_pane_says_how_to_begin():
    """It tells what Enter does, or what stands in the way of its model; the first prompt takes the words away."""
    services = FakeServices("fake/a", "fake/b")
    services.obstacles = {"fake/b": "no key for fake: set FAKE_KEY"}
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await _ready(app, pilot)
        await until(lambda: "no key for fake: set FAKE_KEY" in screen_text(app), pilot)
        assert screen_text(app).count("type below, Enter asks both models") == 1
        screen.send("hello")
        await until(lambda: not screen.busy and "> hello" in screen_text(app), pilot)
        assert "type below" not in screen_text(app)
        assert "FAKE_KEY" not in screen_text(app)
        assert screen.stage.panes[0].view.sections == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_toasts_leave_the_figures_alone(size):
    """They stand on one line above the lower border of the panes, which carries the figures."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await _ready(app, pilot)
        screen.send("hello")
        await until(lambda: not screen.busy and screen_text(app).count("10→20") >= 2, pilot)
        before = screen_text(app).splitlines()
        words = "saved the answer to turn 1 of pane 2 to a file: no clipboard"
        screen.say(words)
        await until(lambda: words in screen_text(app), pilot)
        bottom = screen.stage.room.region.bottom - 1
        assert screen_text(app).splitlines()[bottom:] == before[bottom:]


async def test_a_stop_is_told_once():
    """The line under the answer says that it was stopped; no toast says so again."""
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": Script("kept\n", held=True)}))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await _ready(app, pilot)
        screen.send("go")
        await until(lambda: "kept" in screen_text(app), pilot)
        await pilot.press("f2", "s")
        await until(lambda: "stopped by you" in screen_text(app), pilot)
        assert not app._notifications
