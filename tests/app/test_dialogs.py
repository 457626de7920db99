"""Pickers and menus."""

import pytest

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.dialogs.models import ModelsDialog, matching
from workbench.app.services import Choice


async def test_models_are_filtered_as_typed_and_may_be_chosen_twice():
    """Typing filters, Enter adds, the same model fills two lanes, and what is typed in full is accepted too."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ModelsDialog) and "fake/beta" in screen_text(app), pilot)
        shown = screen_text(app)
        assert "$3 in $15 out" in shown
        assert "simulated" in shown
        assert "no key: set" in shown

        await pilot.press("backspace", *"beta", "enter", *"beta", "enter", *"lab/x", "enter")
        await pilot.press("ctrl+s")
        await until(lambda: app.screen is screen and len(screen.lanes) == 3, pilot)
        assert [lane.target for lane in screen.lanes] == ["fake/beta", "fake/beta", "lab/x"]
        assert len({lane.id for lane in screen.lanes}) == 3
        await until(lambda: "3 lab/x" in screen_text(app), pilot)


async def test_enter_adds_the_same_model_again():
    """After Enter the filter and the cursor stay, so a second Enter means the same model."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ModelsDialog) and "fake/beta" in screen_text(app), pilot)
        assert "simulated · simulated" not in screen_text(app)
        await pilot.press("backspace", *"beta", "enter", "enter", "ctrl+s")
        await until(lambda: app.screen is screen and len(screen.lanes) == 2, pilot)
        assert [lane.target for lane in screen.lanes] == ["fake/beta", "fake/beta"]


async def test_a_filter_without_a_match_says_how_to_go_on():
    """What is found by no name is told, and Enter adds nothing."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ModelsDialog) and "fake/beta" in screen_text(app), pilot)
        await pilot.press(*"zzz", "enter")
        await until(lambda: "nothing found for zzz" in screen_text(app), pilot)
        assert app.screen._chosen == ["fake/a"]
        await pilot.press("ctrl+u")
        await until(lambda: "fake/beta" in screen_text(app), pilot)


async def test_a_lane_that_stays_keeps_its_answers():
    """Adding a lane leaves the text of the others where it is."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        screen.send("go")
        await until(lambda: not screen.busy and screen.desks[screen.lanes[0].id].last is not None, pilot)
        await pilot.press("ctrl+l")
        await until(lambda: isinstance(app.screen, ModelsDialog) and "fake/beta" in screen_text(app), pilot)
        await pilot.press(*"alpha", "enter", "ctrl+s")
        await until(lambda: app.screen is screen and len(screen.lanes) == 2, pilot)
        assert screen.desks[screen.lanes[0].id].pane.view.text == "Hello **there**.\n"


def test_favourites_come_first_and_what_lacks_a_key_last():
    """The order helps: favourites in their order, then usable ones, then the others."""
    choices = [Choice("a/x", "a", usable=False), Choice("b/y", "b"), Choice("c/z", "c")]
    assert [choice.target for choice in matching(choices, "", ("c/z",))] == ["c/z", "b/y", "a/x"]
    assert [choice.target for choice in matching(choices, "B y", ())] == ["b/y"]


async def test_help_shows_the_focused_widgets_keys_first():
    """F1 in a pane begins with the pane's keys, in the prompt with the prompt's."""
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.screen.comparison is not None, pilot)
        await pilot.press("f1")
        await until(lambda: "In the prompt" in screen_text(app), pilot)
        assert screen_text(app).index("In the prompt") < screen_text(app).index("In a pane")
        await pilot.press("escape", "f2", "f1")
        await until(lambda: "In a pane" in screen_text(app), pilot)
        assert "In the prompt" not in screen_text(app).split("In a pane")[0]


def test_a_model_is_listed_once_unless_its_other_provider_is_typed():
    """The same model by a vendor's older protocol is no second row; who types that provider finds it."""
    choices = [Choice("openai/m", "openai"), Choice("openai-chat/m", "openai-chat", repeats=True)]
    assert [choice.target for choice in matching(choices, "openai", ())] == ["openai/m"]
    assert [choice.target for choice in matching(choices, "openai-chat", ())] == ["openai-chat/m"]


@pytest.mark.parametrize(
    ("keys", "own"), [((), "On the welcome page"), (("ctrl+l",), "In the list of models"), (("ctrl+p",), "Everywhere")]
)
async def test_help_begins_with_the_screens_own_keys(keys, own):
    """F1 tells what works where it is pressed, nothing of a prompt that isn't there, and goes with a second F1."""
    app = WorkbenchApp(FakeServices())
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys)
        below = app.screen
        await pilot.press("f1")
        await until(lambda: "Names of these keys" in screen_text(app), pilot)
        shown = screen_text(app)
        assert own in shown
        assert "In the prompt" not in shown
        assert "app.quit" in shown
        await pilot.press("f1")
        await until(lambda: app.screen is below, pilot)


async def test_the_answer_menu_continues_one_lane_or_branches():
    """Enter on a pane offers to go on from its answer; a branch is a new session with that answer in every lane."""
    app = WorkbenchApp(FakeServices("fake/a", "fake/b"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.comparison is not None, pilot)
        screen.send("go")
        await until(lambda: not screen.busy and all(desk.last for desk in screen.desks.values()), pilot)
        await pilot.press("f3", "enter")
        await until(lambda: "Use the answer to turn 1 of pane 2" in screen_text(app), pilot)
        await pilot.press("o")
        await until(lambda: screen.only_lane == screen.lanes[1].id, pilot)
        screen.send("more")
        await until(lambda: len(screen.comparison.turns) == 2 and not screen.busy, pilot)
        assert [len(record.responses) for record in screen.comparison.turns] == [2, 1]

        await pilot.press("f3", "enter")
        await until(lambda: "Use the answer to turn 2 of pane 2" in screen_text(app), pilot)
        await pilot.press("b")
        await until(lambda: app.screen is not screen and hasattr(app.screen, "desks"), pilot)
        await until(lambda: all(len(desk.answers) == 2 for desk in app.screen.desks.values()), pilot)


async def test_lanes_are_saved_as_a_lineup_opened_again_and_forgotten():
    """A name keeps the lanes; one that is taken asks first; the menu opens them in a new session under their name."""
    services = FakeServices("fake/a", "fake/b")
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(lambda: getattr(app.screen, "comparison", None) is not None, pilot)
        screen = app.screen
        screen.action_open_lineup()
        await until(lambda: "no line-up is saved yet" in screen_text(app), pilot)
        for _ in range(2):
            screen.action_save_lineup()
            await until(lambda: "Name of the line-up" in screen_text(app), pilot)
            await pilot.press(*"daily", "enter")
            await until(lambda: "line-up daily" in screen_text(app) or "Replace it?" in screen_text(app), pilot)
        await pilot.press("n")
        assert [lane.target for lane in services.saved["daily"].lanes] == ["fake/a", "fake/b"]

        await screen.use_lanes(screen.lanes[:1])
        await until(lambda: "line-up daily" not in screen_text(app).splitlines()[0], pilot)
        screen.action_open_lineup()
        await until(lambda: "Open a line-up" in screen_text(app), pilot)
        await pilot.press("1")
        await until(lambda: app.screen is not screen and len(getattr(app.screen, "lanes", ())) == 2, pilot)
        await until(lambda: "line-up daily" in screen_text(app), pilot)

        app.screen.action_forget_lineup()
        await until(lambda: "Forget a line-up" in screen_text(app), pilot)
        await pilot.press("1")
        await until(lambda: "Forget it?" in screen_text(app), pilot)
        await pilot.press("y")
        await until(lambda: not services.saved, pilot)
