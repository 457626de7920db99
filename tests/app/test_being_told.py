"""The end of the last answer, told to someone who looks elsewhere."""

import pytest

from tests.app.fakes import FakeServices, until
from workbench.app.app import WorkbenchApp


@pytest.mark.parametrize(
    ("wanted", "looking", "sent"),
    [
        (True, False, ["\x1b]9;workbench: all answers are in: tell me\a"]),
        (True, True, []),
        (False, False, []),
    ],
)
async def test_the_end_is_told_only_to_who_looks_elsewhere(monkeypatch, wanted, looking, sent):
    """One notification when all lanes are over; none while the terminal is looked at, none when it is switched off."""
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("TERM", "xterm-kitty")
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", notify=wanted))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        written = []
        monkeypatch.setattr(app._driver, "write", written.append)
        app.app_focus = looking
        screen.send("tell me")
        await until(lambda: not screen.busy and all(desk.last for desk in screen.desks.values()), pilot)
        await pilot.pause()
        assert [text for text in written if "]9;" in text or "\a" in text] == sent
