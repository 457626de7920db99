"""Runs the app on played models as a process of its own; the argument names what goes wrong."""

import os
import sys
from pathlib import Path

from tests.app.fakes import FakeServices, Script
from workbench.app.run import run_app
from workbench.app.services import StartOptions

SECRET = "sk-canary-in-a-local"


class Failing(FakeServices):
    """Crashes while the app runs."""

    def preview(self, *arguments, **options):
        key = SECRET
        raise RuntimeError(f"a fault of {len(key)}")


def main() -> None:
    how = sys.argv[1]
    kind = Failing if how == "crash" else FakeServices
    services = kind(
        "fake/a", scripts={"a": Script(held=True, endless=how == "endless")}, log_path=Path(os.environ["CRASH_LOG"])
    )
    sys.exit(run_app(services, StartOptions()))


if __name__ == "__main__":
    main()
