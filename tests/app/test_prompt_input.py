"""The composer."""

from textual import events

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp

HOSTILE = "pay \u202eevil\u202c now‹U+202E› and \u200b\u200b\u200b\u200b\u200bmore"


async def test_hidden_characters_are_shown_and_sent_as_they_were():
    """U02: direction marks and invisible runs stand in the composer as signs; what is sent is what was pasted."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        screen.prompt.post_message(events.Paste(HOSTILE))
        await until(lambda: "evil" in screen_text(app), pilot)
        shown = screen_text(app)
        assert "pay ‹U+202E 2›evil‹U+202C› now‹U+202E› and ‹5 hidden characters›more" in shown
        assert "\u202e" not in shown
        await pilot.press("!", "enter")
        await until(lambda: bool(app.services.scripts["a"].requests), pilot)
        assert app.services.scripts["a"].requests[0].messages[-1].text == HOSTILE + "!"


async def test_a_recalled_prompt_is_marked_again():
    """Up brings a prompt back with its marks, and it can be sent once more as it was."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.screen.comparison is not None, pilot)
        prompt = app.screen.prompt
        prompt.earlier = [HOSTILE]
        await pilot.press("up")
        await until(lambda: "‹U+202C›" in screen_text(app), pilot)
        assert prompt.value == HOSTILE
