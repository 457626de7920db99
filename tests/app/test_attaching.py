"""Files that are sent along: pasted by name, picked with `@`, shown above the prompt, refused before they are read."""

import base64
import os

from textual import events

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.file_names import file_names, matching
from workbench.app.pasted_files import pasted_files
from workbench.domain.conversation import FilePart, TextPart

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 2_000


async def opened(app, pilot):
    screen = app.screen
    await until(lambda: screen.comparison is not None, pilot)
    return screen


async def paste(app, text):
    app.screen.prompt.post_message(events.Paste(text))


async def test_a_pasted_path_becomes_an_attachment(tmp_path):
    """A path alone in a paste is attached, shown with kind and size, sent with the prompt, and then gone."""
    path = tmp_path / "a photo.png"
    path.write_bytes(PNG)
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot)
        await paste(app, str(path).replace(" ", "\\ ") + "\n")
        await until(lambda: "a photo.png image/png 2 kB" in screen_text(app), pilot)
        assert screen.prompt.value == ""
        screen.send("What is it?")
        await until(lambda: not screen.busy and "Hello" in screen_text(app), pilot)
        assert "[a photo.png image/png 2 kB]" in screen_text(app)
        assert "✕" not in screen_text(app)
        (request,) = app.services.scripts["a"].requests
        words, file = request.messages[0].parts
        assert words == TextPart("What is it?")
        assert (file.name, base64.b64decode(file.base64_data)) == ("a photo.png", PNG)


async def test_backspace_and_a_click_take_files_away(tmp_path):
    """Backspace in an empty prompt takes the last file away, a click the one that is clicked."""
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot)
        await paste(app, f"{tmp_path}/one.txt\n'{tmp_path}/two.txt'")
        await until(lambda: "two.txt" in screen_text(app), pilot)
        assert [file.name for file in screen.attached] == ["one.txt", "two.txt"]
        await pilot.click("AttachmentLine", offset=(3, 0))
        await until(lambda: [file.name for file in screen.attached] == ["two.txt"], pilot)
        await pilot.press("x", "backspace")
        assert screen.attached
        await pilot.press("backspace")
        await until(lambda: not screen.attached and "two.txt" not in screen_text(app), pilot)


async def test_what_can_not_be_sent_stays_text(tmp_path):
    """U06: a pipe is refused at once with the reason, and what was pasted stands in the prompt as it was."""
    os.mkfifo(tmp_path / "pipe")
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot)
        await paste(app, str(tmp_path / "pipe"))
        await until(lambda: any("is a pipe" in notice.message for notice in app._notifications), pilot)
        await until(lambda: screen.prompt.value == str(tmp_path / "pipe"), pilot)
        assert screen.attached == ()


async def test_an_at_sign_offers_files(tmp_path, monkeypatch):
    """`@` and letters offer files of the working directory; Tab takes the one that is marked, Esc none."""
    (tmp_path / "notes.md").write_text("x")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "nothing.txt").write_text("y")
    monkeypatch.chdir(tmp_path)
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot)
        await pilot.press(*"see @not")
        await until(lambda: "> notes.md" in screen_text(app) and "deep/nothing.txt" in screen_text(app), pilot)
        await pilot.press("down")
        await until(lambda: "> deep/nothing.txt" in screen_text(app), pilot)
        await pilot.press("up", "tab")
        await until(lambda: [file.name for file in screen.attached] == ["notes.md"], pilot)
        assert screen.prompt.value == "see notes.md "
        await pilot.press(*"@noth")
        await until(lambda: screen.prompt.picking, pilot)
        await pilot.press("escape")
        await until(lambda: "> deep" not in screen_text(app), pilot)
        assert screen.prompt.value == "see notes.md @noth"
        await pilot.press("enter")
        await until(lambda: not screen.busy and "Hello" in screen_text(app), pilot)


async def test_editing_a_prompt_brings_its_files_back(tmp_path):
    """A prompt that is edited goes out with the files that it had."""
    (tmp_path / "one.txt").write_text("one")
    app = WorkbenchApp(FakeServices("fake/a"))
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await opened(app, pilot)
        await paste(app, f"{tmp_path}/one.txt")
        await until(lambda: bool(screen.attached), pilot)
        screen.send("go")
        await until(lambda: not screen.busy and not screen.attached and "Hello" in screen_text(app), pilot)
        screen.action_edit_prompt()
        assert [file.name for file in screen.attached] == ["one.txt"]
        assert isinstance(screen.parts_of("again")[1], FilePart)


def test_what_counts_as_a_pasted_file(tmp_path, monkeypatch):
    """Paths and file URLs of files count, one to a line; words, folders and text with a path in it stay text."""
    path = tmp_path / "a b.txt"
    path.write_text("x")
    monkeypatch.chdir(tmp_path)
    name = str(path)

    for text in (name, f"  {name}\n", f"'{name}'", f'"{name}"', name.replace(" ", "\\ "), "./a b.txt"):
        assert [found.resolve() for found in pasted_files(text)] == [path.resolve()], text
    assert pasted_files(path.as_uri()) == [path]
    assert pasted_files(path.as_uri().replace("file://", "file://localhost")) == [path]
    for text in (
        "a b.txt",
        str(tmp_path),
        f"look at {name}",
        f"{name}\nhello",
        "/nowhere",
        "",
        "file://other/a",
        "/\x00",
    ):
        assert pasted_files(text) == [], text


def test_files_that_are_offered(tmp_path):
    """Names near the top come first; hidden files, links and folders of machinery are not offered."""
    for name in ("b.txt", "src/a.txt", ".hidden/x.txt", "node_modules/x.txt", ".env"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "link.txt").symlink_to("b.txt")

    names = file_names(tmp_path)
    assert names == ["b.txt", "src/a.txt"]
    assert matching(names, "A.t", 5) == ["src/a.txt"]
    assert matching(names, "txt", 1) == ["b.txt"]
