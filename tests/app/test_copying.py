"""Copying from the app."""

import pyperclip
import pytest

from tests.app.fakes import FakeServices, Script, screen_text, until
from workbench.app.app import WorkbenchApp


@pytest.fixture
def no_clipboard(monkeypatch):
    def refuse(_text):
        raise pyperclip.PyperclipException("none")

    monkeypatch.setattr(pyperclip, "copy", refuse)


async def _answered(app, pilot):
    screen = app.screen
    await until(lambda: screen.comparison is not None, pilot)
    screen.send("go")
    await until(lambda: not screen.busy and all(desk.last for desk in screen.desks.values()), pilot)
    return screen


async def test_an_answer_is_copied_exactly_as_received(no_clipboard):
    """T16, T18: what arrives is what was received but for control characters, and the toast says it is unconfirmed."""
    text = "a\tb  \n```py\nx = 1\n```\n  tail\x1b[31m "
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": Script(text)}))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await _answered(app, pilot)
        await pilot.press("f2", "y")
        await until(lambda: "unconfirmed" in screen_text(app), pilot)
        assert app.clipboard == text.replace("\x1b", "")


async def test_a_text_over_the_limit_goes_to_a_file(no_clipboard, tmp_path):
    """T17: more than the terminal takes is saved whole, and the toast says where."""
    text = "0123456789\n" * 10_000
    app = WorkbenchApp(FakeServices("fake/a", scripts={"a": Script(text)}, data_folder=tmp_path))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await _answered(app, pilot)
        await pilot.press("f2", "y")
        await until(lambda: "saved the answer to turn 1 of pane 1" in screen_text(app), pilot)
        assert app.clipboard == ""
        (saved,) = tmp_path.rglob("*.md")
        assert saved.read_text("utf-8") == text


async def test_a_code_block_and_the_marked_answers(monkeypatch):
    """`Y` offers each code block by number, and answers marked with Space as Markdown with a heading per model."""
    copied = []
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.setattr(pyperclip, "copy", copied.append)
    scripts = {"a": Script("Look:\n\n```python\nx = 1\n```\n"), "b": Script("B\n"), "c": Script("C\n")}
    app = WorkbenchApp(FakeServices("fake/a", "fake/b", "fake/c", scripts=scripts))
    async with app.run_test(size=(140, 40), notifications=True) as pilot:
        await _answered(app, pilot)
        await pilot.press("f2", "Y")
        await until(lambda: "Code block 1" in screen_text(app), pilot)
        await pilot.press("1")
        await until(lambda: copied == ["x = 1"], pilot)

        await pilot.press("space", "f4", "space", "Y")
        await until(lambda: "2 marked answers" in screen_text(app), pilot)
        await pilot.press("m")
        await until(lambda: len(copied) == 2, pilot)
        assert "## fake/a" in copied[1]
        assert "## fake/c" in copied[1]
        assert "## fake/b" not in copied[1]
        await until(lambda: "copied 2 answers" in screen_text(app), pilot)

        screen = app.screen
        screen.send("once more")
        await until(lambda: all(len(desk.answers) == 2 for desk in screen.desks.values()) and not screen.busy, pilot)
        assert not any(pane.marked for pane in screen.stage.panes)
        await pilot.press("f2", "Y")
        await until(lambda: "All answers as Markdown" in screen_text(app), pilot)
        assert "marked answer" not in screen_text(app)


async def test_what_is_on_the_screen_is_copied(monkeypatch):
    """Scrolled up to an earlier turn, `y`, the code blocks and the mark mean its answer, and the toast says which."""
    copied = []
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    monkeypatch.setattr(pyperclip, "copy", copied.append)
    scripts = {"a": Script("first\n\n```sh\nls\n```\n" + "more\n\n" * 30)}
    app = WorkbenchApp(FakeServices("fake/b", "fake/a", scripts=scripts))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await _answered(app, pilot)
        desk = screen.desks[screen.lanes[1].id]
        scripts["a"].text = "second\n\n```py\nx = 2\n```\n"
        screen.send("again")
        await until(lambda: len(desk.answers) == 2 and not screen.busy, pilot)
        await pilot.press("f3", "y")
        await until(lambda: copied == [scripts["a"].text], pilot)
        await until(lambda: "copied the answer to turn 2 of pane 2" in screen_text(app), pilot)

        await pilot.press("g", "y")
        await until(lambda: len(copied) == 2 and copied[1].startswith("first"), pilot)
        await until(lambda: "copied the answer to turn 1 of pane 2" in screen_text(app), pilot)
        await pilot.press("Y")
        await until(lambda: "Code block 1" in screen_text(app), pilot)
        await pilot.press("1")
        await until(lambda: copied[2:] == ["ls"], pilot)

        await pilot.press("space")
        assert screen.marks == {desk.lane.id: desk.answers[0].id}
        await pilot.press("G", "space")
        assert screen.marks == {desk.lane.id: desk.answers[1].id}
        assert desk.pane.marked
        await pilot.press("space")
        assert screen.marks == {}
