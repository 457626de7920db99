"""What is copied arrives as it was received: through a terminal's own clipboard, through tmux, through the system's."""

import os
import re
import select
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.drawn_terminal import DrawnTerminal
from tests.support.pty_whitelist import clipboard_writes
from tests.support.tmux import Tmux
from tests.terminal.conftest import Kept, Run, complete, needs, texts

_FENCED = re.compile(r"^```\w*\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


def _focus_first_pane(terminal: DrawnTerminal) -> None:
    terminal.send(b"\t")
    terminal.until("┏━ 1 sim/")


@needs("tmux")
def test_answers_reach_the_terminal_around_tmux(kept: Kept) -> None:
    """T16: in tmux an answer, a code block and two marked answers reach tmux's buffer and the terminal outside."""
    tmux = Tmux(["-m", "workbench", "demo"])
    try:
        terminal = tmux.terminal
        terminal.until("Enter send")
        terminal.send(b"Sort a list of people by age in Python\r")
        terminal.until(lambda text: complete(2)(text.splitlines()[1]), 40)
        _focus_first_pane(terminal)
        terminal.send(b"y")
        terminal.until("sent the answer to turn 1 of pane 1 to the terminal, unconfirmed")
        answer = tmux.buffer
        terminal.send(b"Y")
        terminal.until("Code block 1")
        terminal.send(b"1")
        terminal.until("sent code block 1")
        block = tmux.buffer
        terminal.send(b" ")
        terminal.until("◆ 1 sim/swift")
        terminal.send(b"2")
        terminal.until("┏━ 2 sim/steady")
        terminal.send(b" Y")
        terminal.until("2 marked answers")
        terminal.send(b"m")
        terminal.until("sent 2 answers")
        both = tmux.buffer
        outside = clipboard_writes(terminal.output)
    finally:
        tmux.close()
    swift, steady = texts(kept("--demo"))[:2]

    assert answer == swift
    assert block == _FENCED.findall(swift)[0]
    assert (swift.strip() in both, steady.strip() in both) == (True, True)
    assert re.findall(r"^## (sim/\w+)", both, re.MULTILINE) == ["sim/swift", "sim/steady"]
    assert outside == [answer, block, both]


def test_the_bytes_of_a_copy(run: Run, kept: Kept) -> None:
    """T16: without a clipboard of the system the answer goes out as one OSC 52 sequence, in every script there is."""
    terminal = run("-m", "sim/polyglot@tps=0@ttft=0", "--prompt", "Translate it", ready="✓ complete")
    _focus_first_pane(terminal)
    terminal.send(b"y")
    terminal.until("unconfirmed")
    (text,) = texts(kept())
    assert not text.isascii()
    assert clipboard_writes(terminal.output) == [text]


@pytest.fixture
def display() -> Iterator[str]:
    """A screen of X that nobody sees."""
    near, far = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(far), "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        pass_fds=[far],
        stderr=subprocess.DEVNULL,
    )
    os.close(far)
    try:
        assert select.select([near], [], [], 20)[0], "Xvfb does not start"
        yield f":{os.read(near, 16).decode().strip()}"
    finally:
        os.close(near)
        server.terminate()
        server.wait(10)


def _pasted(display: str) -> str:
    command = ["xclip", "-display", display, "-o", "-selection", "clipboard"]
    return subprocess.run(command, capture_output=True, check=True, timeout=10).stdout.decode()


@needs("Xvfb", "xclip")
def test_the_systems_clipboard(run: Run, kept: Kept, display: str) -> None:
    """An answer in many scripts is in the clipboard of X, exactly, and the toast says that it is."""
    terminal = run(
        *("-m", "sim/polyglot@tps=0@ttft=0", "--prompt", "Translate it"), ready="✓ complete", env={"DISPLAY": display}
    )
    _focus_first_pane(terminal)
    terminal.send(b"y")
    terminal.until("copied the answer to turn 1 of pane 1")
    (text,) = texts(kept())
    assert _pasted(display) == text


@needs("Xvfb", "xclip")
def test_somebody_elses_clipboard(run: Run, display: str) -> None:
    """Over SSH the clipboard of the machine is not the user's: it is left alone."""
    command = ["xclip", "-display", display, "-i", "-selection", "clipboard"]
    subprocess.run(command, input=b"theirs", check=True, timeout=10, stdout=subprocess.DEVNULL)
    terminal = run(
        *("-m", "sim/swift@tps=0@ttft=0", "--prompt", "Say hi"),
        ready="✓ complete",
        env={"DISPLAY": display, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"},
    )
    _focus_first_pane(terminal)
    terminal.send(b"y")
    terminal.until("unconfirmed")
    assert _pasted(display) == "theirs"
