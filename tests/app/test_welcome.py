"""The first minute."""

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.screens.compare.screen import CompareScreen
from workbench.app.services import Found


async def test_it_tells_what_was_found_by_name_only(monkeypatch):
    """Variables are named, never their values; local servers are named with their models."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-value")
    app = WorkbenchApp(FakeServices())
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: "OPENAI_API_KEY is set" in screen_text(app), pilot)
        shown = screen_text(app)
        assert "Ollama" in shown
        assert "canary" not in shown
        assert "Start with these" in shown


async def test_the_demo_needs_nothing():
    """With nothing found the demo is one Enter away."""
    services = FakeServices()
    services.found = Found()
    app = WorkbenchApp(services)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "No keys in the environment" in screen_text(app), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CompareScreen), pilot)
        assert app.screen.session.kind == "demo"
        assert [lane.target for lane in app.screen.lanes] == ["fake/a", "fake/b"]


async def test_start_with_these_opens_what_was_found():
    """The first choice opens the found targets."""
    app = WorkbenchApp(FakeServices())
    async with app.run_test(size=(80, 24)) as pilot:
        await until(lambda: "opens 1 lane" in screen_text(app), pilot)
        await pilot.press("enter")
        await until(lambda: isinstance(app.screen, CompareScreen), pilot)
        assert [lane.target for lane in app.screen.lanes] == ["fake/a"]


async def test_a_bad_configuration_is_named():
    """A banner says what is wrong with the file; the program starts all the same."""
    services = FakeServices()
    services.banner = "/home/me/config.toml:3: theme: no such theme"
    app = WorkbenchApp(services)
    async with app.run_test(size=(100, 30)) as pilot:
        await until(lambda: "config.toml:3" in screen_text(app), pilot)


def test_nothing_heavy_is_loaded_before_the_first_paint():
    """The first screen imports no SDK, HTTP client, database layer or Markdown parser."""
    import subprocess
    import sys

    code = (
        "import sys, workbench.app.app, workbench.app.screens.welcome.screen, workbench.app.screens.compare.screen\n"
        "import workbench.app.first_page\n"
        "heavy = {'anthropic', 'openai', 'httpx', 'httpx2', 'pydantic', 'sqlite_utils', 'genai_prices', 'pyperclip',\n"
        "    'pygments', 'workbench.app.answer.blocks', 'workbench.app.answer.view', 'workbench.engine.comparison'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[]"
