"""The real program in a real terminal, and what it kept."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.command import ROOT, start
from tests.support.drawn_terminal import DrawnTerminal

_OF_THE_USERS_OWN = ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "TMUX", "TERM_PROGRAM", "NO_COLOR")

Run = Callable[..., DrawnTerminal]
Kept = Callable[..., dict[str, Any]]


def needs(*tools: str) -> pytest.MarkDecorator:
    """Skip where a tool is absent."""
    absent = [tool for tool in tools if not shutil.which(tool)]
    return pytest.mark.skipif(bool(absent), reason=f"{' and '.join(absent)} not installed")


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*_OF_THE_USERS_OWN, "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts `workbench` with arguments and waits until it can be typed into."""
    started: list[DrawnTerminal] = []

    def begin(*arguments: str, ready: str = "Enter send", **more: Any) -> DrawnTerminal:
        terminal = DrawnTerminal(["-m", "workbench", *arguments], **more)
        started.append(terminal)
        if ready:
            terminal.until(ready)
        return terminal

    yield begin
    for terminal in started:
        terminal.close()


@pytest.fixture
def kept() -> Kept:
    """The newest session as `workbench sessions show` tells it, once no answer of it is on its way."""

    def newest(*flags: str, timeout_s: float = 15.0) -> dict[str, Any]:
        end = time.monotonic() + timeout_s
        while True:
            listed = _told("sessions", "list", *flags)["sessions"]
            if listed:
                session = _told("sessions", "show", listed[0]["id"], *flags)
                states = [answer["state"] for turn in session["turns"] for answer in turn["responses"]]
                if states and not {"queued", "streaming"} & set(states):
                    return session
            assert time.monotonic() < end, f"nothing was kept: {listed}"

    return newest


def complete(lanes: int) -> Callable[[str], bool]:
    """For `until`: so many frames say that their answer is whole."""
    return lambda text: len(re.findall("✓ complete [─━][┐┓]", text)) == lanes


def texts(session: dict[str, Any]) -> list[str]:
    """The answers of its last turn, lane by lane."""
    return [answer["text"] for answer in session["turns"][-1]["responses"]]


def _told(*arguments: str) -> Any:
    with start([*arguments, "--json"], dict(os.environ)) as process:
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    return json.loads(out)
