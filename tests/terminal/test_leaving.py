"""Ways out of the real program: what they leave of the terminal and of the answers."""

import signal

import pytest

from tests.support.drawn_terminal import DrawnTerminal
from tests.support.frames import whole_frames
from tests.support.pty_whitelist import left_on
from tests.terminal.conftest import Kept, Run, complete, texts

_SLOW = ("-m", "sim/steady@tps=60@ttft=0", "-m", "sim/swift@tps=0@ttft=0")
_PROMPT = ("--prompt", "Explain how a hash table works")


def _streaming(run: Run) -> DrawnTerminal:
    """One lane has its answer, the other is in the middle of it, and something of it was seen."""
    terminal = run(*_SLOW, *_PROMPT, ready="")
    terminal.until(lambda text: "✓ complete" in text and len(_first_lines(text)) == 9)
    return terminal


def _assert_given_back(terminal: DrawnTerminal) -> None:
    assert left_on(terminal.output) == set()
    assert terminal.after == terminal.before


def test_quitting_gives_the_terminal_back(run: Run) -> None:
    """T15: after the quit key the line discipline, mouse, paste, screen, cursor and keyboard are as they were."""
    terminal = run("-m", "sim/swift")
    assert {"1049", "1000", "2004", "25", "keyboard"} <= left_on(terminal.output)
    assert terminal.after != terminal.before
    terminal.send(b"\x11")
    assert terminal.wait() == 0
    _assert_given_back(terminal)


def test_quitting_while_answers_come(run: Run, kept: Kept) -> None:
    """T15: the quit key asks first; then the terminal is given back and the part of the answer is kept."""
    terminal = _streaming(run)
    terminal.send(b"\x11")
    terminal.until("Quit?")
    terminal.send(b"y")
    assert terminal.wait() == 0
    _assert_given_back(terminal)
    assert [answer["state"] for answer in kept()["turns"][0]["responses"]] == ["cancelled", "complete"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=["TERM", "HUP"])
def test_a_signal_while_answers_come(run: Run, kept: Kept, number: int, code: int) -> None:
    """T02, T03, T15: the exit code names the signal, the terminal is given back, what was received is kept."""
    terminal = _streaming(run)
    terminal.signal(number)
    assert terminal.wait() == code
    _assert_given_back(terminal)
    session = kept()
    assert [answer["state"] for answer in session["turns"][0]["responses"]] == ["cancelled", "complete"]
    assert all(texts(session))


def test_stopped_and_continued_while_an_answer_comes(run: Run, kept: Kept) -> None:
    """T06: a stopped program leaves the shell its terminal; continued it draws itself anew and the answer goes on."""
    terminal = _streaming(run)
    terminal.signal(signal.SIGTSTP)
    terminal.wait_stopped()
    _assert_given_back(terminal)
    terminal.resize(100, 30)  # nothing of before stands there any more
    terminal.signal(signal.SIGCONT)
    terminal.until(lambda text: complete(2)(text) and whole_frames(terminal) == 4, 40)
    assert terminal.after != terminal.before
    assert [answer["state"] for answer in kept()["turns"][0]["responses"]] == ["complete", "complete"]


def test_killed_and_started_again(run: Run, kept: Kept) -> None:
    """T01: what was on the screen when the program was killed, but for the last quarter of a second, is there again."""
    terminal = _streaming(run)
    seen = terminal.text
    terminal.signal(signal.SIGKILL)
    assert terminal.wait() == -signal.SIGKILL
    again = run("-m", "sim/steady")
    again.send(b"\x0f")
    again.until("Explain how a hash table")
    again.send(b"\r")
    reopened = again.until(lambda text: "interrupted" in text and len(_first_lines(text)) >= 5)
    session = kept()
    assert [answer["state"] for answer in session["turns"][0]["responses"]] == ["interrupted", "complete"]
    assert _first_lines(reopened)[:5] == _first_lines(seen)[:5]


def _first_lines(screen: str) -> list[str]:
    """What the first pane says at its top: the prompt, and the first of the answer."""
    lines = [line.split("│")[1].strip() for line in screen.splitlines()[2:16]]
    return [line for line in lines if line][:9]
