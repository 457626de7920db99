"""What can be typed after `workbench`. Nothing heavy is imported: `--help` is quick."""

import argparse
from typing import NoReturn

from workbench import __version__

FAULTS = "429, 529, 500, slow, stall, cut:N or error:N"
_EXITS = """\
exit codes: 0 all complete, 1 some not complete, 2 usage or configuration error, 3 all failed,
4 refused by a budget, 130 interrupted, 141 pipe closed, 143 terminated"""
_FIRST_STEPS = """\
first steps:
  workbench demo                                   simulated models; needs no key and no network
  workbench ask "Say hi" -m sim/steady             one answer on standard output
  workbench -m openai/MODEL -m anthropic/MODEL     two models side by side"""


class UsageError(Exception):
    """The command line can't be understood; the message says why in one line."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of printing a screenful: what is said, and in which form, is the caller's choice."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (`{self.prog} --help` shows what can be typed)")


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = _Parser(
        prog="workbench",
        description="Compare language models in the terminal: one prompt, several models, live numbers, nothing lost.",
        epilog=_FIRST_STEPS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"workbench {__version__}")
    _add_targets(top)
    top.add_argument("--prompt", metavar="TEXT", help="send TEXT at once")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, text: str, **more: object) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, allow_abbrev=False, **more)  # type: ignore[arg-type]

    command("demo", "open the app on the simulated models; needs no key and no network")
    _add_ask(command("ask", "ask without the app: answers on standard output", epilog=_EXITS))
    models = command("models", "models that can be called, with prices and capabilities")
    models.add_argument("query", nargs="*", help="show only targets that hold all these words")
    models.add_argument("--refresh", action="store_true", help="ask every provider for its list again")
    _add_json(models)
    _add_json(command("providers", "providers that can be called, and whether their keys were found"))
    _add_sessions(command("sessions", "kept sessions"))
    route = command("route", "routes (not in this version)")
    route.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    _add_json(command("usage", "cost, tokens, latency and errors per model and day (not in this version)"))
    config = command("config", "the configuration file")
    config.add_argument(
        "action", choices=["path", "init", "show", "check"], help="where it is; write one; what it says; is it right"
    )
    _add_json(command("doctor", "keys (by name), servers, clipboard, terminal, database, SQLite version"))
    simulate = command("simulate", "serve the simulated providers on a port of this machine")
    simulate.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    _add_json(simulate)
    return top


def _add_targets(to: argparse.ArgumentParser) -> None:
    to.add_argument(
        "-m",
        "--model",
        dest="targets",
        metavar="TARGET",
        action="append",
        default=[],
        help="provider/model, once per lane; the same one may come twice",
    )
    to.add_argument("--lineup", metavar="NAME", help="a saved set of lanes, of the configuration or the app")


def _add_json(to: argparse.ArgumentParser) -> None:
    to.add_argument("--json", action="store_true", help="print JSON")


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.formatter_class = argparse.RawDescriptionHelpFormatter
    ask.add_argument(
        "prompt", nargs="?", metavar="PROMPT", help="the prompt; - or none reads standard input, both are put together"
    )
    _add_targets(ask)
    form = ask.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document, whatever happens")
    form.add_argument("--events", action="store_true", help="one JSON event per line, as they come")
    form.add_argument("--markdown", action="store_true", help="a Markdown document with a heading per model")
    ask.add_argument("--system", metavar="TEXT", help="the system prompt of all lanes")
    ask.add_argument(
        "-o",
        "--option",
        dest="options",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a parameter, such as temperature=0 or max_output_tokens=500; unknown ones are sent as they are",
    )
    ask.add_argument(
        "--attach", metavar="FILE", action="append", default=[], help="send a text, image, PDF or audio file along"
    )
    ask.add_argument(
        "--tool",
        dest="tools",
        metavar="TOOL",
        action="append",
        default=[],
        help="offer a tool: clock, calculator or lookup=FILE (finds lines in FILE)",
    )
    ask.add_argument(
        "--approve",
        choices=["ask", "all"],
        default="ask",
        help="calls of tools: ask at the terminal (default; without one they are denied), or allow all",
    )
    ask.add_argument("--schema", metavar="FILE", help="answers must satisfy the JSON schema in FILE")
    ask.add_argument("--no-save", action="store_true", help="keep nothing of it")
    ask.add_argument("--chaos", metavar="FAULT", help=f"make every request suffer: {FAULTS}")


def _add_sessions(sessions: argparse.ArgumentParser) -> None:
    actions = sessions.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        made = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        made.add_argument("--demo", action="store_true", help="those of the demo")
        _add_json(made)
        return made

    listing = action("list", "newest first")
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="at most N (default 50)")
    search = action("search", "by words in prompts, answers and titles")
    search.add_argument("query", help="words; all must occur")
    search.add_argument("--limit", type=int, default=50, metavar="N", help="at most N (default 50)")
    action("show", "prompts and answers").add_argument("session", metavar="ID", help="its id, or the beginning of it")
    action("delete", "really delete it").add_argument("session", metavar="ID", help="its id")
