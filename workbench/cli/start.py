"""Finds the command, runs it, and turns whatever goes wrong into a line and an exit code."""

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence

from workbench.cli import exits
from workbench.cli.arguments import UsageError, parser

_MODULES = {None: "open_app", "demo": "open_app", "route": "later", "usage": "later"}
_SDK_LOGS = ("OPENAI_LOG", "ANTHROPIC_LOG")
"""What makes the SDKs log to standard error: prompts in the clear, and over the screen of the app."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(words)
    except KeyboardInterrupt:
        return fail(words, "cancelled", "interrupted", exits.INTERRUPTED, quiet=True)
    except BrokenPipeError:
        _discard(1)
        return exits.PIPE_CLOSED
    except Exception:  # a fault of our own, whichever: a line, an exit code and a report, never a traceback with values
        return fail(words, "internal", _crash(), exits.ALL_FAILED if words[:1] == ["ask"] else 1)


def _run(words: list[str]) -> int:
    from workbench.domain.errors import StoreError, WorkbenchError

    _prepare_streams()
    for name in _SDK_LOGS:
        os.environ.pop(name, None)
    try:
        arguments = parser().parse_args(words)
    except UsageError as error:
        return fail(words, "config", str(error), exits.USAGE)
    name = _MODULES.get(arguments.command, arguments.command)
    module = importlib.import_module(f"workbench.cli.{name}")
    try:
        code: int = module.run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except StoreError as error:
        return fail(words, "config", f"the history can't be used: {error}", 1)
    except WorkbenchError as error:
        return fail(words, "config", str(error), exits.USAGE)
    return code


def fail(words: Sequence[str], kind: str, message: str, code: int, *, quiet: bool = False) -> int:
    """Say why nothing was done, in JSON on standard output where that was asked for, and give back `code`."""
    from workbench.domain.clean import clean_line

    if "--json" in words or ("--events" in words and words[:1] == ["ask"]):
        from workbench.cli.json_form import dump, failure_form

        failure = failure_form(kind, message)
        form = dump({"event": "error", "error": failure["error"]}) if "--events" in words else dump(failure, indent=2)
        with contextlib.suppress(OSError, ValueError, AttributeError):
            print(form, flush=True)
    if not quiet:
        note(message if kind == "internal" else clean_line(message))
    return code


def note(text: str) -> None:
    """A line to standard error, if there is one; it was cleaned by whoever says it."""
    if sys.stderr is not None:  # `print(file=None)` would write to standard output
        with contextlib.suppress(OSError, ValueError):
            print(f"workbench: {text}", file=sys.stderr, flush=True)


def _prepare_streams() -> None:
    """Whatever the terminal's encoding is, printing a letter it lacks is no error.

    A standard stream that is closed gets a place nobody reads, so that no file of ours takes its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _crash() -> str:
    """Write the exception that is being handled to a file, without the values of variables; what to say about it."""
    from workbench.app.crash import CrashReport
    from workbench.settings.paths import data_dir

    return CrashReport.now(data_dir() / "crash.log").words()


def _discard(number: int) -> None:
    """Make sure that the interpreter's last flush of a closed pipe says nothing."""
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
