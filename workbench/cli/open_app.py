"""`workbench` and `workbench demo`: checks that there is a terminal, then hands over to the app."""

import argparse
import gc
import os
import sys

from workbench.domain.catalog import parse_target
from workbench.domain.errors import ConfigurationError


def run(arguments: argparse.Namespace) -> int:
    """Open the app.

    Raises:
        ConfigurationError: there is no terminal that could show it, or a target is none.
    """
    for target in arguments.targets:
        if parse_target(target).kind == "route":
            raise ConfigurationError(f"{target}: routes come with a later version; name a model")
    check_terminal()
    gc.disable()  # to look for garbage among what stays would be a tenth of the start; on again after the first paint
    try:
        return _open(arguments)
    finally:
        gc.enable()


def _open(arguments: argparse.Namespace) -> int:
    from workbench.app.run import run_app
    from workbench.app.services import StartOptions
    from workbench.wiring.services import AppServices

    start = StartOptions(
        targets=tuple(arguments.targets),
        lineup=arguments.lineup,
        prompt=arguments.prompt,
        demo=arguments.command == "demo",
    )
    return run_app(AppServices(), start)


def check_terminal() -> None:
    """Refuse before anything is drawn.

    Raises:
        ConfigurationError: standard input or output is no terminal, or one that can't place a cursor.
    """
    for stream, name in ((sys.stdin, "input"), (sys.stdout, "output")):
        if stream is None or stream.closed or not stream.isatty():
            raise ConfigurationError(f"the app needs a terminal, and standard {name} is none; use `workbench ask`")
    term = os.environ.get("TERM", "")
    if os.name == "posix" and term in ("", "dumb", "unknown"):
        raise ConfigurationError(f"the app needs a terminal that can place a cursor (TERM={term}); use `workbench ask`")
