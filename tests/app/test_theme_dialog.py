"""Choosing a theme."""

import pytest

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.app.dialogs.theme import ThemeDialog

OURS = ["workbench-dark", "workbench-colour-blind", "workbench-high-contrast", "workbench-light"]


async def _open(app, pilot):
    app.action_change_theme()
    await until(lambda: isinstance(app.screen, ThemeDialog) and "Theme" in screen_text(app), pilot)
    return app.screen.query_one("OptionList")


async def test_themes_are_seen_while_choosing_and_kept(tmp_path):
    """Ours come first, the user's next; the cursor previews, Esc brings back what was, Enter keeps."""
    (tmp_path / "mine.toml").write_text("name = 'Mine'\n[colors]\nprimary = 'red'\n")
    services = FakeServices(theme_folder=tmp_path)
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        options = await _open(app, pilot)
        assert [options.get_option_at_index(index).id for index in range(5)] == [*OURS, "Mine"]
        assert options.option_count > 20
        await pilot.press("down")
        await until(lambda: app.theme == OURS[1], pilot)
        await pilot.press("escape")
        await until(lambda: app.theme == OURS[0] and not isinstance(app.screen, ThemeDialog), pilot)
        assert services.kept_theme is None

        await _open(app, pilot)
        await pilot.press("up", "up", "up", "enter")
        await until(lambda: services.kept_theme is not None, pilot)
        assert app.theme == services.kept_theme
        assert app.theme not in OURS


async def test_a_theme_that_the_configuration_names_is_kept_there():
    """What is chosen then holds until the end of the run, and the line to change is told."""
    services = FakeServices(theme_is_named=True, config_path="/somewhere/config.toml")
    app = WorkbenchApp(services)
    async with app.run_test(size=(120, 40)) as pilot:
        await _open(app, pilot)
        await pilot.press("down", "enter")
        await until(lambda: any(f'theme = "{OURS[1]}"' in told.message for told in app._notifications), pilot)
        assert app.theme == OURS[1]
        assert services.kept_theme is None


@pytest.mark.parametrize("size", [(80, 24), (20, 5)])
async def test_the_list_fits_small_screens(size):
    """It is there, with its first row, whatever the room."""
    app = WorkbenchApp(FakeServices())
    async with app.run_test(size=size) as pilot:
        await _open(app, pilot)
        assert "workbench" in screen_text(app)
