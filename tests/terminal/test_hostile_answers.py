"""Answers that want to talk to the terminal: they are shown, not obeyed."""

from functools import partial

from tests.support.drawn_terminal import DrawnTerminal
from tests.support.frames import whole_frames
from tests.support.pty_whitelist import left_on, offences, whole
from tests.terminal.conftest import Run, complete

_HOSTILE = (
    *("-m", "sim/steady@escape@tps=200@split=3", "-m", "sim/thinker@escape@tps=0"),
    *("-m", "sim/hearth@escape@tps=0@ttft=0"),
)
_WIDE = ("-m", "sim/polyglot@tps=0@ttft=0")


def _shows(wanted: str, text: str) -> bool:
    """With a minus: no longer."""
    return wanted[1:] not in text if wanted.startswith("-") else wanted in text


def _stands(terminal: DrawnTerminal, count: int, text: str) -> bool:
    """Four whole answers, three of them hostile and one of wide letters, in so many whole frames."""
    shown = text.count("␛]0;owned␇") == 3 and "🐦" in text and "早起" in text
    return shown and complete(4)(text) and whole_frames(terminal) == count


def test_no_answer_reaches_the_terminal_as_a_command(run: Run) -> None:
    """I6, C01-C06: through four panes, zoom, search, copy menu and history only drawing reaches the terminal."""
    terminal = run(*_HOSTILE, *_WIDE, "--prompt", "Say \x1b]0;owned\x07\x1b[2J\x9b31mhi", ready="")
    terminal.until(complete(4))
    begun = terminal.output.index(b"workbench")
    terminal.send(b"\t")
    terminal.until("┏━ 1 sim/")
    for keys, seen in (
        (b"\x1b[H", "␛"),
        (b"z", "sim/steady"),
        (b"\x1b[F", "␛"),
        (b"i", "finish reason"),
        (b"\x1b", "-finish reason"),
        (b"Y", "This answer"),
        (b"\x1b", "-This answer"),
        (b"z", "2 sim/thinker"),
        (b"\x1b", "┏━ prompt"),
        (b"\x1b[A", "┃ Say "),
        (b"\x0f", "search prompts"),
        (b"\x1b", "-search prompts"),
    ):
        terminal.send(keys)
        terminal.until(partial(_shows, seen))
    drawn = len(terminal.output)
    terminal.send(b"\x11")
    assert terminal.wait() == 0
    assert offences(terminal.output) == []
    assert offences(whole(terminal.output[begun:drawn]), modes=False) == []
    assert left_on(terminal.output) == set()


def test_placeholders_stand_in_unbroken_frames(run: Run) -> None:
    """C01, C19: an emulator of its own finds a sign for every control, and every frame's edge in its column."""
    terminal = run(*_WIDE, *_HOSTILE, "--prompt", "Translate it, please", ready="", columns=160, rows=50)
    terminal.until(complete(4))
    terminal.send(b"\t")
    terminal.until("┏━ 1 sim/")
    for pane in "1234":
        terminal.send(pane.encode())
        terminal.until(f"┏━ {pane} sim/")
        terminal.send(b"\x1b[H")
    for columns, rows, count in ((170, 60, 5), (160, 50, 5), (120, 40, 6)):
        terminal.resize(columns, rows)
        terminal.until(partial(_stands, terminal, count))


def test_the_whitelist_is_strict() -> None:
    """What is not on the list is found, at its place: titles, questions, strings, C1, bells, hidden letters."""
    for bad in ("\x1b]0;x\x07", "\x1b[6n", "\x1bPq\x1b\\", "\x1b[2J", "\x1bc", "\x9b1m", "\x07", "\u202e", "\x1b"):
        (first, *_) = offences(b"ok\x1b[1;31m" + bad.encode() + b"\x1b[0m")
        assert first.offset == 9
    assert [found.offset for found in offences(b"\xc3\x28")] == [0]
    assert offences("\x1b[2;3Hé漢👍🏽\r\n\x1b[?2026h".encode(), modes=False) == []
    assert offences(b"\x1b[?25h\x1b]52;c;aGk=\x07", clipboard=True) == []
    assert len(offences(b"\x1b[?25h\x1b]52;c;aGk=\x07", modes=False)) >= 2
