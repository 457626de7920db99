"""Approving calls of tools at a real terminal."""

import os
import pty
import select
import subprocess
import time

import pytest

from tests.support.command import start

PATIENCE_S = 30.0


def at_terminal(answer: bytes) -> tuple[int, str]:
    """Ask with a calculator, answer the question, and give exit code and everything that was shown."""
    ours, theirs = pty.openpty()
    arguments = ["ask", "calculator: 6*7", "-m", "sim/toolsmith@tps=0", "--tool", "calculator", "--no-save"]
    process = start(arguments, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown, answered, deadline = b"", False, time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # what a terminal says whose other side is closed
            break
        if not piece:
            break
        shown += piece
        if b"[d]eny:" in shown and not answered:
            answered = True
            os.write(ours, answer)
    os.close(ours)
    try:
        return process.wait(PATIENCE_S), shown.decode().replace("\r\n", "\n")
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.mark.parametrize(("answer", "result"), [(b"o\n", "→ 42]"), (b"d\n", "did not allow"), (b"\n", "did not allow")])
def test_the_user_is_asked_at_the_terminal(answer: bytes, result: str) -> None:
    """F13: the exact call stands first, then who asks; a letter allows it, anything else denies it."""
    code, shown = at_terminal(answer)

    assert code == 0
    assert shown.index('"expression": "6*7"') < shown.index("asks for this") < shown.index(result)
