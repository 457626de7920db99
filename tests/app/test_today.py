"""The day's sum, and what is no part of it."""

from tests.app.fakes import FakeServices, screen_text, until
from workbench.app.app import WorkbenchApp
from workbench.store.database import open_store


async def test_simulated_lanes_show_no_sum_of_the_day(tmp_path):
    """Lanes that are all simulated count in no total, so none is shown; one real lane brings it back."""
    app = WorkbenchApp(FakeServices("sim/a", "sim/b", store=open_store(tmp_path / "history.db")))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = app.screen
        await until(lambda: screen.history is not None and screen.title_line.today_nano is not None, pilot)
        await until(lambda: "not counted" in screen_text(app), pilot)
        top = screen_text(app).splitlines()[0]
        assert "simulated" in top
        assert "$" not in top
        screen.change_target(screen.stage.panes[0], "fake/a")
        await until(lambda: "$0 today" in screen_text(app).splitlines()[0], pilot)
        assert "not counted" not in screen_text(app)
