"""`workbench doctor`: what this machine has and lacks. Keys are told by their names."""

import argparse
import asyncio
import os
import shutil
import site
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench import __version__
from workbench.cli import exits
from workbench.cli.tables import emit_json, emit_table
from workbench.domain.errors import ConfigurationError, StoreError
from workbench.settings.keys import Keys
from workbench.wiring.deployments import AllDeployments
from workbench.wiring.detection import keys_found, servers_found
from workbench.wiring.history import history_path
from workbench.wiring.setup import Setup, read_setup, read_setup_or_defaults
from workbench.wiring.simulator import SimulatorOnDemand

_SAFE_SQLITE = (3, 51, 3)
"""Older ones can damage a log that two processes write back; ours does so under a lock of its own."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    area: str
    state: str
    """ok, note or problem."""
    said: str


def run(arguments: argparse.Namespace) -> int:
    """Look at everything; 1 when something is a problem."""
    setup = read_setup_or_defaults()
    findings = [
        *_program(),
        *_configuration(),
        *_keys(setup),
        *_servers(setup),
        *_history(),
        *_terminal(),
        *_clipboard(),
    ]
    if arguments.json:
        emit_json({"findings": [{"area": each.area, "state": each.state, "said": each.said} for each in findings]})
    else:
        emit_table(("", "", ""), [(each.state, each.area, each.said) for each in findings])
    return exits.SOME_INCOMPLETE if any(each.state == "problem" for each in findings) else exits.OK


def _program() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("program", "ok", f"workbench {__version__} on Python {python}, {sys.platform}")
    lines = [path.name for folder in _site_folders() for path in sorted(folder.glob("*.pth"))]
    if lines:
        yield Finding("program", "note", f".pth files run code at every start of Python: {', '.join(lines)}")


def _site_folders() -> Iterator[Path]:
    for folder in {*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])}:
        if os.path.isdir(folder):
            yield Path(folder)


def _configuration() -> Iterator[Finding]:
    try:
        setup = read_setup()
    except ConfigurationError as error:
        yield Finding("configuration", "problem", str(error))
        return
    yield Finding("configuration", "ok", f"{setup.path}{'' if setup.exists else ' (none yet; defaults hold)'}")
    for issue in setup.warnings:
        yield Finding("configuration", "note", str(issue))
    for name in sorted(os.environ):
        if name.endswith(("_BASE_URL", "_API_BASE")) and os.environ[name].strip():
            yield Finding("configuration", "note", f"{name} is set and not followed; base_url in the file is")


def _keys(setup: Setup) -> Iterator[Finding]:
    found = keys_found(setup.configs)
    if not found:
        yield Finding("keys", "note", "none in the environment; `workbench demo` needs none")
    for provider, variable in found:
        try:
            Keys()(setup.configs[provider])
        except ConfigurationError as error:
            yield Finding("keys", "problem", str(error))
        else:
            yield Finding("keys", "ok", f"{variable} is set ({provider})")
    for config in setup.configs.values():
        if config.source != "built in" and config.api_key_env and not os.environ.get(config.api_key_env, "").strip():
            yield Finding("keys", "note", f"{config.api_key_env} is not set ({config.name})")


def _servers(setup: Setup) -> Iterator[Finding]:
    async def probe() -> list[Finding]:
        deployments = AllDeployments(setup, Keys(), SimulatorOnDemand())
        try:
            found = await servers_found(await deployments.http())
        finally:
            await deployments.close()
        return [
            Finding("servers", "ok", f"{server.name} answers at {server.base_url}, {len(models)} models")
            for server, models in found
        ]

    found = asyncio.run(probe())
    yield from found or [Finding("servers", "note", "no local server answers (Ollama, LM Studio, llama.cpp, vLLM)")]


def _history() -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    old = sqlite3.sqlite_version_info < _SAFE_SQLITE
    hint = "; older than 3.51.3, so write-backs of the log happen under a lock of our own" if old else ""
    yield Finding("history", "ok", f"SQLite {version}{hint}")
    path = history_path()
    if not path.exists():
        yield Finding("history", *_place(path))
        return
    from workbench.store.database import open_store

    try:
        store = open_store(path)
    except (StoreError, OSError) as error:
        yield Finding("history", "problem", str(error))
        return
    try:
        size = path.stat().st_size / 1_000_000
        state = "problem" if store.problem else "ok"
        yield Finding("history", state, store.problem or f"{path}, {size:.1f} MB")
        for notice in store.notices:
            yield Finding("history", "note", str(notice))
    finally:
        store.close()


def _place(path: Path) -> tuple[str, str]:
    folder = next((each for each in path.parents if each.exists()), path.parent)
    if os.access(folder, os.W_OK | os.X_OK):
        return "ok", f"{path} (none yet)"
    return "problem", f"{folder} can't be written: nothing will be kept"


def _terminal() -> Iterator[Finding]:
    term = os.environ.get("TERM", "")
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        yield Finding("terminal", "note", "standard input or output is no terminal; `workbench ask` works without")
    elif term in ("", "dumb", "unknown"):
        yield Finding("terminal", "problem", f"TERM={term} can't place a cursor; use `workbench ask`")
    else:
        columns, lines = shutil.get_terminal_size()
        colours = "24-bit colours" if os.environ.get("COLORTERM") in ("truecolor", "24bit") else "256 colours or fewer"
        yield Finding("terminal", "ok", f"{term}, {columns}x{lines}, {colours}")
    encoding = (sys.stdout.encoding or "?") if sys.stdout else "?"
    if encoding.lower().replace("-", "") != "utf8":
        yield Finding("terminal", "note", f"output is {encoding}, not UTF-8: other letters are printed as escapes")
    if os.environ.get("TMUX"):
        yield Finding("terminal", "note", "inside tmux: `set -g set-clipboard on` lets copies reach the clipboard")
    if "NO_COLOR" in os.environ:
        yield Finding("terminal", "note", "NO_COLOR is set: no colours")


def _clipboard() -> Iterator[Finding]:
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        yield Finding("clipboard", "note", "over SSH: copies go through the terminal (OSC 52), unconfirmed")
        return
    import pyperclip

    if pyperclip.is_available():
        yield Finding("clipboard", "ok", "the system's clipboard, and the terminal (OSC 52)")
    else:
        hint = " (xclip, xsel or wl-clipboard would add the system's)" if sys.platform.startswith("linux") else ""
        yield Finding("clipboard", "note", f"the terminal only (OSC 52), unconfirmed{hint}")
