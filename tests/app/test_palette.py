"""The command palette."""

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp


async def test_commands_are_told_with_their_keys():
    """The most wanted comes first, each with the key that it has now; nothing there is wider than one column a sign."""
    app = WorkbenchApp(FakeServices("fake/a", keymap={"compare.models": "f12"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await until(lambda: app.screen.comparison is not None, pilot)
        await pilot.press("ctrl+p")
        await until(lambda: "New session" in screen_text(app), pilot)
        lines = [line.split() for line in screen_text(app).splitlines()]
        assert ["New", "session", "Ctrl+N"] in lines
        assert ["Models", "F12"] in lines
        assert ["Change", "model", "m", "in", "a", "pane"] in lines
        assert "🔎" not in screen_text(app)

        await pilot.press(*"theme")
        await until(lambda: "New session" not in screen_text(app), pilot)
        await pilot.press("enter")
        await until(lambda: "workbench-light" in screen_text(app), pilot)


async def test_the_palettes_key_can_be_moved():
    """It is a binding of ours like any other."""
    app = WorkbenchApp(FakeServices("fake/a", keymap={"app.palette": "f11"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await until(lambda: app.screen.comparison is not None, pilot)
        await pilot.press("f11")
        await until(lambda: "New session" in screen_text(app), pilot)
