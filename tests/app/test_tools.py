"""Tools in the app: switched on in the palette, asked about before they are run, shown where they were called."""

import asyncio

from textual.widgets import OptionList

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.dialogs.approve_tool import ApproveToolDialog
from workbench.app.tool_words import argument_lines, call_words, round_words
from workbench.domain.catalog import Target
from workbench.domain.conversation import ToolCall
from workbench.domain.events import BlockDelta, BlockStart, Finish, Headers
from workbench.providers.base import Arrival
from workbench.providers.scripted import ScriptedDeployments, ScriptedProvider, said


def calling(*calls, text=""):
    events = [Headers(200, "r")]
    if text:
        events += [BlockStart(0, "text"), BlockDelta(0, text)]
    for block, (name, arguments) in enumerate(calls, 1):
        events += [BlockStart(block, "tool", name, f"c{block}"), BlockDelta(block, arguments)]
    return [Arrival(0.0, [*events, Finish("tool_calls", "tool_calls")])]


def playing(*takes):
    services = FakeServices("fake/a")
    services.models = ScriptedDeployments({"fake/a": ScriptedProvider(*takes)})
    return WorkbenchApp(services)


def with_tools(screen, *names):
    screen.tools_on = names
    screen.offer_tools()


async def test_a_call_is_asked_about_and_shown_in_its_place():
    """The dialog shows the exact call first; once allowed, the pane has words, call, result and rest in order."""
    app = playing(calling(("calculator", '{"expression": "6*7"}'), text="Let me see."), said("So it is 42."))
    async with app.run_test(size=(110, 34)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        with_tools(screen, "calculator")
        screen.send("What is 6*7?")
        await until(lambda: isinstance(app.screen, ApproveToolDialog) and "Deny" in screen_text(app), pilot)
        shown = screen_text(app)
        assert shown.index("expression: 6*7") < shown.index("1 fake/a asks for it") < shown.index("Allow this call")
        await pilot.press("up", "up", "up", "enter")
        await until(lambda: app.screen is screen and not screen.busy and "So it is 42." in screen_text(app), pilot)
        shown = screen_text(app)
        places = [
            shown.index(words) for words in ("Let me see.", "calls calculator expression: 6*7", "→ 42", "So it is")
        ]
        assert places == sorted(places)
        desk = screen.desks[screen.lanes[0].id]
        assert desk.text_of(desk.in_view) == "Let me see.So it is 42."


async def test_typing_allows_nothing():
    """Letters that were meant for the prompt, and Enter, allow no call: what is nearest denies."""
    app = playing(calling(("clock", "{}")), said("Then not."))
    async with app.run_test(size=(110, 34)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        with_tools(screen, "clock")
        screen.send("Time?")
        await until(lambda: isinstance(app.screen, ApproveToolDialog) and "Deny" in screen_text(app), pilot)
        await pilot.press(*"stop once yes", "enter")
        await until(lambda: not screen.busy and "Then not." in screen_text(app), pilot)
        assert screen.comparison.turns[0].responses[0].tool_calls[0].outcome == "denied"


async def test_a_stopped_answer_takes_its_question_away():
    """Stopping the answer closes the dialog that asks for it."""
    app = playing(calling(("clock", "{}")), said("never"))
    async with app.run_test(size=(110, 34)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        with_tools(screen, "clock")
        screen.send("Time?")
        await until(lambda: isinstance(app.screen, ApproveToolDialog), pilot)
        screen.comparison.stop()
        async with asyncio.timeout(10):
            while app.screen is not screen:  # noqa: ASYNC110 - the pilot would wait for widgets that go away
                await asyncio.sleep(0)
        assert screen.comparison.turns[0].responses[0].state == "cancelled"


async def test_the_text_of_a_call_is_neutral():
    """F13: escapes, markup and 500 lines in a call stay signs in a box that scrolls; the choices stay in sight."""
    wicked = '{"expression": "\\u001b[2J[bold]x[/bold]' + "\\n1" * 500 + '"}'
    app = playing(calling(("calculator", wicked)), said("ok"))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        with_tools(screen, "calculator")
        screen.send("go")
        await until(lambda: isinstance(app.screen, ApproveToolDialog) and "Deny" in screen_text(app), pilot)
        shown = screen_text(app)
        assert "\x1b" not in shown
        assert "[bold]x[/bold]" in shown
        assert "Allow this call" in shown
        await pilot.press("pagedown")
        assert app.screen.query_one("#call").scroll_y > 0
        assert app.screen.query_one(OptionList).highlighted == 3
        await pilot.press("escape")
        await until(lambda: not screen.busy, pilot)


async def test_the_menu_switches_tools():
    """The palette's menu switches a tool on for the session, and the next request offers it."""
    app = playing(said("hi"))
    async with app.run_test(size=(110, 34)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        screen.action_tools()
        await until(lambda: "clock: off" in screen_text(app), pilot)
        await pilot.press("1")
        await until(lambda: "clock: on" in screen_text(app), pilot)
        await pilot.press("escape")
        await until(lambda: app.screen is screen, pilot)
        screen.send("hello")
        await until(lambda: not screen.busy and "hi" in screen_text(app), pilot)
        (request,) = app.services.models.open(Target("model", "fake", "a"))[1].requests
        assert [tool.name for tool in request.tools] == ["clock"]


def test_words_of_a_call():
    """P07: an invalid call is marked and shows its raw arguments; a round of several says that they belong together."""
    bad = ToolCall("a", "calculator", '{"expression": ', 1, 0, "invalid", "Error: no")
    good = ToolCall("b", "clock", "{}", 1, 0, "done", "noon\nexactly")

    assert call_words(bad) == 'tool call invalid, not run: calculator {"expression":\n→ Error: no'
    assert round_words([bad, good]).startswith("2 tool calls together, round 1\ntool call invalid")
    assert round_words([good]) == "calls clock\n→ noon\n  exactly"
    assert argument_lines('{"a": 1, "bcd": {"e": "\\u001b"}}')[0] == "a:   1"
    assert "\x1b" not in "".join(argument_lines('{"a": "\\u001b[2J"}'))
    assert argument_lines("[1]") == ["[1]"]


async def test_a_reopened_session_shows_its_calls():
    """What is kept of an answer with tools is shown as it was: words, calls and results in their places."""
    first = playing(calling(("clock", "{}"), text="One."), said("Two."))
    async with first.run_test(size=(110, 34)) as pilot:
        screen = first.screen
        await until(lambda: screen.comparison is not None, pilot)
        screen.tools_on = ("clock",)
        screen.offer_tools()
        screen.send("Time?")
        await until(lambda: isinstance(first.screen, ApproveToolDialog), pilot)
        await pilot.press("up", "enter")
        await until(lambda: not screen.busy and "Two." in screen_text(first), pilot)
        desk = screen.desks[screen.lanes[0].id]
        desk.pane.view.clear()
        desk.load(screen.comparison.turns, {})
        await until(lambda: "Two." in screen_text(first), pilot)
        shown = screen_text(first)
        places = [shown.index(words) for words in ("One.", "calls clock", "→ 2", "Two.")]
        assert places == sorted(places)
