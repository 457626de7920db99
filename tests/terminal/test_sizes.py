"""Sizes in which nobody works, and a window that is dragged about while answers come."""

import random

import pytest

from tests.support.command import start
from tests.support.frames import whole_frames
from tests.terminal.conftest import Kept, Run, complete, texts

_MODEL = "sim/steady@tps=150@ttft=0"
_QUESTION = "Explain how a hash table works"


@pytest.mark.parametrize(("columns", "rows"), [(20, 5), (1, 1), (300, 100)])
def test_starting_small_and_large(run: Run, kept: Kept, columns: int, rows: int) -> None:
    """T12: the program starts at any size, answers there, and is itself again in a window of a sensible size."""
    terminal = run(
        *("-m", "sim/swift@tps=0@ttft=0", "-m", "sim/coder@tps=0@ttft=0", "--prompt", "Say hi"),
        ready="",
        columns=columns,
        rows=rows,
    )
    terminal.read_until(b"\x1b[?1049h")
    assert {answer["state"] for answer in kept()["turns"][0]["responses"]} == {"complete"}
    terminal.resize(120, 40)
    terminal.until(lambda text: complete(2)(text) and whole_frames(terminal) == 4)


def test_a_storm_of_sizes(run: Run, kept: Kept) -> None:
    """T12: 200 sizes while two answers stream, the smallest among them: the text is whole, the frames too."""
    sizes = random.Random(5)
    terminal = run("-m", _MODEL, "-m", _MODEL)
    terminal.send(_QUESTION.encode() + b"\r")
    terminal.until(lambda text: text.count("streaming") >= 2)
    for number in range(200):
        terminal.resize(*((1, 1), (20, 5), (sizes.randint(1, 250), sizes.randint(1, 80)))[number % 3])
        terminal.read_some()
    terminal.resize(120, 40)
    terminal.until(lambda text: complete(2)(text) and whole_frames(terminal) == 4, 40)
    with start(["ask", _QUESTION, "-m", _MODEL.replace("150", "0"), "--no-save"]) as process:
        whole = process.communicate(timeout=20)[0]
    assert {text.strip() for text in texts(kept())} == {whole.strip()}
