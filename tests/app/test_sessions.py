"""Earlier sessions, on a real history."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest
from textual.widgets import Input, OptionList

from tests.app.fakes import FakeServices, Script, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen
from workbench.app.screens.sessions.screen import SessionsScreen
from workbench.app.services import LastPage, Opening
from workbench.domain.errors import ErrorInfo
from workbench.store.database import open_store


@pytest.fixture
def services(tmp_path):
    scripts = {"a": Script("An answer about **marmots**.\n"), "b": Script("Another.\n")}
    return FakeServices("fake/a", "fake/b", scripts=scripts, store=open_store(tmp_path / "history.db"))


async def _ask(app, pilot, *prompts):
    screen = app.screen
    await until(lambda: screen.comparison is not None, pilot)
    for number, prompt in enumerate(prompts, 1):
        screen.send(prompt)
        await until(lambda: not screen.busy and len(screen.desks[screen.lanes[0].id].answers) == number, pilot)  # noqa: B023
    return screen


async def test_a_session_is_found_opened_and_goes_on(services):
    """A word finds its session; opened again it shows its answers and numbers, and sends with its history."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        first = await _ask(app, pilot, "tell me", "and then")
        await pilot.press("ctrl+n")
        await until(lambda: app.screen is not first, pilot)
        await _ask(app, pilot, "something else")
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, SessionsScreen) and "something else" in screen_text(app), pilot)
        await pilot.press(*"tell me")
        await until(lambda: "something else" not in screen_text(app), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CompareScreen) and app.screen.session.id == first.session.id, pilot)
        screen = app.screen
        await until(lambda: screen.comparison is not None and "marmots" in screen_text(app), pilot)
        assert "✓ complete" in screen_text(app)
        screen.send("third")
        await until(lambda: not screen.busy and len(screen.comparison.turns) == 3, pilot)
        assert len(services.scripts["a"].requests[-1].messages) == 5


async def test_a_reopened_session_shows_what_its_answers_took(services):
    """The attempts before the newest answer stand in its pane's frame as they did while it ran."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        first = await _ask(app, pilot, "tell me")
        answer = first.desks[first.lanes[0].id].last
        store = services.store
        assert await asyncio.to_thread(store.flush)
        (attempt,) = await asyncio.to_thread(store.sessions.attempts, answer.id)
        store.recorder.attempt_ended(replace(attempt, n=2, reason="retry"))
        failed = replace(attempt, id="before", won=False, http_status=429, error=ErrorInfo("rate", "wait"))
        store.recorder.attempt_ended(failed)
        await pilot.press("ctrl+n")
        await until(lambda: app.screen is not first, pilot)
        app.open_session(first.session.id)
        await until(lambda: "429 → ✓ complete" in screen_text(app), pilot)
        assert screen_text(app).count("↻") == 1


async def test_the_next_key_ends_the_search_of_the_last_one(services, monkeypatch):
    """A search that takes long is told to end, in its thread too, as soon as another letter is typed."""
    app = WorkbenchApp(services)
    asked, ended = threading.Event(), threading.Event()
    listed = services.store.sessions.list

    def slow(limit, before=None, query=None, *, cancelled):
        if query != "m":
            return listed(limit, before, query, cancelled=cancelled)
        asked.set()
        while not cancelled():
            time.sleep(0.001)
        ended.set()
        return []

    async with app.run_test(size=(120, 40)) as pilot:
        await _ask(app, pilot, "tell me")
        monkeypatch.setattr(services.store.sessions, "list", slow)
        await pilot.press("ctrl+o", "m")
        await until(asked.is_set, pilot)
        await pilot.press("a")
        await until(ended.is_set, pilot)
        await until(lambda: "marmots" in screen_text(app), pilot)


async def test_sessions_are_renamed_and_deleted_after_a_question(services):
    """F1 tells the list's own keys; Ctrl+R renames; Ctrl+D asks, and only a yes deletes."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        await _ask(app, pilot, "to be renamed")
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, SessionsScreen) and "to be renamed" in screen_text(app), pilot)
        await pilot.press("f1")
        await until(lambda: "In the list of sessions" in screen_text(app), pilot)
        assert "Ctrl+R                rename" in screen_text(app)
        assert "In the prompt" not in screen_text(app)
        await pilot.press("escape")
        await until(lambda: isinstance(app.screen, SessionsScreen), pilot)
        await pilot.press("ctrl+r")
        await until(lambda: "New title" in screen_text(app), pilot)
        await pilot.press(*"better", "enter")
        await until(lambda: "better" in screen_text(app) and "New title" not in screen_text(app), pilot)
        await pilot.press("ctrl+d")
        await until(lambda: "can't be brought back" in screen_text(app), pilot)
        await pilot.press("n")
        await until(lambda: isinstance(app.screen, SessionsScreen), pilot)
        assert services.store.sessions.list(10)
        await pilot.press("ctrl+d")
        await until(lambda: "can't be brought back" in screen_text(app), pilot)
        await pilot.press("y")
        await until(lambda: "No sessions yet" in screen_text(app), pilot)


async def test_a_long_title_is_kept_whole(services):
    """A title is cut only where it is drawn: renaming begins with all of it, and its end can be typed on."""
    prompt = "a prompt of many words " * 6
    app = WorkbenchApp(services)
    async with app.run_test(size=(80, 24)) as pilot:
        await _ask(app, pilot, prompt)
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, SessionsScreen) and "…" in screen_text(app), pilot)
        await pilot.press("ctrl+r")
        await until(lambda: "New title" in screen_text(app), pilot)
        field = app.screen.query_one(Input)
        assert field.value == prompt.strip()
        assert field.cursor_position == len(field.value)


async def test_a_search_shows_the_line_that_holds_the_words(services):
    """Under the title stands the matching line with the words marked; what is not found is told by name."""
    services.scripts["a"] = Script("First line.\nMany **marmots** live here.\nLast line.\n")
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        await _ask(app, pilot, "tell me")
        await pilot.press("ctrl+o")
        await until(lambda: isinstance(app.screen, SessionsScreen) and "tell me" in screen_text(app), pilot)
        await pilot.press(*"marm")
        await until(lambda: "live here" in screen_text(app), pilot)
        assert "First line" not in screen_text(app)
        line = app.screen.query_one(OptionList).get_option_at_index(0).prompt
        assert [line.plain[span.start : span.end] for span in line.spans if "bold" in str(span.style)] == ["marm"]
        await pilot.press(*"zz")
        await until(lambda: "Nothing found for marmzz" in screen_text(app), pilot)


async def test_an_empty_history_teaches(services):
    """The empty list says in a line how to fill it."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: app.screen.comparison is not None, pilot)
        await pilot.press("ctrl+o")
        await until(lambda: "No sessions yet" in screen_text(app), pilot)


async def test_a_draft_is_kept_and_forgotten_when_sent(services):
    """U08: what was typed is kept after a moment; sending it forgets it."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = app.screen
        await until(lambda: screen.history is not None and screen.comparison is not None, pilot)
        await pilot.press(*"half a thought")
        await until(lambda: services.store.drafts.load("") == "half a thought", pilot)
        await pilot.press("enter")
        await until(lambda: services.store.drafts.load("") is None, pilot)


async def test_a_session_streams_on_in_the_background(services):
    """Opening another session leaves the streams running; the list marks the session, and opening it shows its text."""
    held = services.scripts["a"] = Script("Partial", held=True)
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        first = app.screen
        await until(lambda: first.comparison is not None, pilot)
        first.send("slow one")
        await until(lambda: len(held.requests) == 1, pilot)
        await pilot.press("ctrl+n")
        await until(lambda: app.screen is not first, pilot)
        assert first.busy
        await pilot.press("ctrl+o")
        await until(lambda: "▸ " in screen_text(app) and "slow one" in screen_text(app), pilot)
        held.gate.set()
        await until(lambda: not first.busy, pilot)
        await pilot.press("enter")
        await until(lambda: app.screen is first, pilot)
        assert first.desks[first.lanes[0].id].pane.view.text == "Partial"


async def test_a_history_that_fails_is_on_the_banner(services):
    """When nothing can be kept a banner says so, and answers come all the same."""
    services.store.close()
    services.store = None
    services.history_problem = "nothing is kept: no space left"
    app = WorkbenchApp(services)
    async with app.run_test(size=(100, 30)) as pilot:
        await _ask(app, pilot, "hello")
        await until(lambda: "nothing is kept" in screen_text(app), pilot)


class LeftServices(FakeServices):
    """Opens the session that a first app left."""

    def __init__(self, services, session, lanes, draft=""):
        super().__init__("fake/a", "fake/b", scripts=services.scripts, store=services.store)
        page = LastPage("and then", {lane.id: f"**plain** {lane.target}" for lane in lanes}, earlier=True)
        self.opened = Opening(tuple(lanes), draft=draft, session=session, page=page)
        self.reading = asyncio.Event()

    def opening(self, start):
        return self.opened

    async def history(self, demo):
        await self.reading.wait()
        return self.store


async def _leave(services):
    """A session of two turns, in a history that stays open."""
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await _ask(app, pilot, "tell me", "and then")
        assert await asyncio.to_thread(services.store.flush)
        services.store.close = lambda: None
        return screen.session, screen.lanes


async def test_the_last_session_is_painted_first_and_goes_on(services, tmp_path):
    """Title, draft and plain text are there before the history is read; then its Markdown is, and it goes on."""
    session, lanes = await _leave(services)
    left = LeftServices(services, replace(session, title="tell me"), lanes, draft="half a thought")
    app = WorkbenchApp(left)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: "**plain** fake/b" in screen_text(app), pilot)
        text = screen_text(app)
        assert "> and then" in text
        assert "tell me" in text.splitlines()[0]
        assert "half a thought" in text
        assert app.screen.draft_key == session.id
        app.screen.send("third")
        left.reading.set()
        screen = app.screen
        await until(lambda: screen.comparison is not None and len(screen.comparison.turns) == 3, pilot)
        await until(lambda: not screen.busy and "An answer about marmots." in screen_text(app), pilot)
        assert "plain" not in screen_text(app)
        assert [len(request.messages) for request in left.scripts["a"].requests] == [1, 3, 5]
        assert screen.session.id == session.id


async def test_a_last_session_that_can_not_be_read_is_not_gone_on_with(services):
    """Its models open in a new session, with what was typed, and the reason is told."""
    session, lanes = await _leave(services)
    left = LeftServices(services, replace(session, id="deleted meanwhile"), lanes, draft="half a thought")
    app = WorkbenchApp(left)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(lambda: "half a thought" in screen_text(app), pilot)
        await pilot.press("enter", *"more")
        left.reading.set()
        await until(lambda: app.screen.session.id not in (session.id, "deleted meanwhile"), pilot)
        await until(lambda: "can't open the last session" in screen_text(app), pilot)
        assert app.screen.prompt.value == "half a thought\n\nmore"
        assert "plain" not in screen_text(app)
