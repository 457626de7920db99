"""What happens around the app."""

import gc

from workbench.app import run
from workbench.cli import open_app
from workbench.cli.arguments import parser


def test_the_start_is_not_searched_for_garbage(monkeypatch):
    """While the app starts nothing is collected; whatever way it ends, the collector is on again."""
    seen = []
    monkeypatch.setattr(open_app, "check_terminal", lambda: None)
    monkeypatch.setattr(run, "run_app", lambda _services, _start: seen.append(gc.isenabled()) or 0)

    assert open_app.run(parser().parse_args([])) == 0
    assert seen == [False]
    assert gc.isenabled()
