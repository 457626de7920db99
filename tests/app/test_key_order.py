"""Keys that arrive together, and keys that arrive before there is anyone to take them."""

import pytest
from textual import events

from tests.app.fakes import FakeServices, until
from workbench.app.app import WorkbenchApp
from workbench.app.key_order import KeyHandled
from workbench.app.screens.compare.screen import CompareScreen


def _burst(app: WorkbenchApp, keys: str) -> None:
    """Keys by name, as one read of the terminal gives them."""
    for key in keys.split():
        app.post_message(events.Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize(
    ("keys", "left"),
    [
        ("a b c d backspace e", "abce"),
        ("a b c d left left X", "abXcd"),
        ("a b c d ctrl+u e f", "ef"),
        ("a b ctrl+w c", "c"),
        ("a b ctrl+j c d", "ab\ncd"),
    ],
)
async def test_editing_keys_between_letters(keys: str, left: str) -> None:
    """Each key acts on what was typed before it, and on nothing that came after."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        _burst(app, keys)
        await until(lambda: app.screen.prompt.value == left, pilot)


async def test_enter_between_letters() -> None:
    """What stood there is sent, what follows is the next prompt; a function key then a pane's key act on that pane."""
    services = FakeServices("fake/a", "fake/b")
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        _burst(app, "a b c enter d e f f2 z")
        await until(lambda: screen.zoomed, pilot)
        assert screen.prompt.value == "def"
        await until(lambda: not screen.busy and len(screen.comparison.turns) == 1, pilot)
        assert screen.comparison.turns[0].turn.prompt == "abc"


async def test_keys_before_the_first_screen() -> None:
    """What is typed while the program starts stands in the prompt, all of it and in order."""
    app = WorkbenchApp(FakeServices("fake/a"))
    _burst(app, "a b c backspace d")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.prompt.value == "abd", pilot)


async def test_letters_behind_the_key_of_a_new_session() -> None:
    """They stand in its prompt, not in the old one."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        first = app.screen
        _burst(app, "ctrl+n a b")
        await until(lambda: app.screen is not first and app.screen.prompt.value == "ab", pilot)
        assert first.prompt.value == ""


async def test_a_key_that_closes_a_dialog_holds_nothing_back() -> None:
    """Its widget is gone, and the next key is handled at once."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f1")
        await until(lambda: len(app.screen_stack) == 2, pilot)
        await pilot.press("escape")
        await until(lambda: len(app.screen_stack) == 1, pilot)
        await pilot.press("a")
        assert app.screen.prompt.value == "a"


async def test_a_key_that_is_never_handled_holds_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys behind it are handled a moment later."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:

        async def lost(_message: KeyHandled) -> None:
            pass

        monkeypatch.setattr(app._key_order, "handled", lost)
        _burst(app, "a left b")
        await until(lambda: app.screen.prompt.value == "ba", pilot)
