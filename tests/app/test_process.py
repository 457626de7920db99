"""The app as a process: every way out leaves the terminal as it was found and says how it went by its exit code."""

import signal
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(_ROOT)
    started = []

    def start(how: str = "well") -> Terminal:
        terminal = Terminal(["-m", "tests.app.played", how], env={"CRASH_LOG": str(tmp_path / "crash.log")})
        started.append(terminal)
        return terminal

    yield start
    for terminal in started:
        terminal.close()


def _restored(terminal: Terminal) -> bool:
    end = terminal.output[-4_000:]
    return all(code in end for code in (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?2004l", b"\x1b[?25h"))


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)],
    ids=["TERM", "HUP", "QUIT"],
)
def test_a_signal_restores_the_terminal(run, number, code):
    """T02, T03, T04, T15: while an answer streams the signal ends the program in order, with the signal's exit code."""
    terminal = run()
    terminal.read_until(b"Enter send")
    terminal.send(b"hello\r")
    terminal.read_until(b"there")
    terminal.signal(number)
    assert terminal.wait() == code
    assert _restored(terminal)
    assert terminal.after == terminal.before


def test_two_interrupts_end_it(run):
    """T05: the first SIGINT stops what streams, a second soon after ends the program with 130."""
    terminal = run()
    terminal.read_until(b"Enter send")
    terminal.signal(signal.SIGINT)
    terminal.read_until(b"again quits")
    terminal.signal(signal.SIGINT)
    assert terminal.wait() == 130
    assert _restored(terminal)


def test_a_crash_is_short_and_has_no_locals(run, tmp_path):
    """T07, A17: a fault ends with code 1, one sentence and the log's path; no local variable is shown anywhere."""
    terminal = run("crash")
    terminal.read_until(b"Enter send")
    terminal.send(b"x")
    assert terminal.wait() == 1
    assert _restored(terminal)
    assert b"because of a fault of its own" in terminal.output
    assert b"crash.log" in terminal.output
    log = (tmp_path / "crash.log").read_text("utf-8")
    assert "RuntimeError" in log
    assert "canary" not in log
    assert b"canary" not in terminal.output


def test_bytes_that_are_no_text_are_survived(run):
    """T13: invalid UTF-8 from the keyboard is not the end of the program."""
    terminal = run()
    terminal.read_until(b"Enter send")
    terminal.send(b"\xff\xfe\xc3")
    terminal.send(b"still here")
    terminal.read_until(b"here")
    terminal.send(b"\x11")
    assert terminal.wait() == 0
    assert _restored(terminal)


def test_a_terminal_that_is_gone_does_not_hold_the_program(run):
    """T03: the terminal closes while an answer streams; nobody reads any more, and a signal still ends the program."""
    terminal = run("endless")
    terminal.read_until(b"Enter send")
    terminal.send(b"hello\r")
    terminal.read_until(b"there")
    terminal.hang_up()
    assert terminal.wait_unread() == 129


def test_a_terminal_that_takes_no_more_does_not_hold_the_program(run):
    """T02: output that nobody reads fills every buffer; SIGTERM ends the program all the same."""
    terminal = run("endless")
    terminal.read_until(b"Enter send")
    terminal.send(b"hello\r")
    terminal.read_until(b"there")
    terminal.let_fill()
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_unread() == 143
