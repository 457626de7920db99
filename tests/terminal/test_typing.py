"""What a real terminal may send: huge, broken and malicious pastes, sequences without an end."""

from tests.support.pty_whitelist import offences
from tests.terminal.conftest import Kept, Run

_LINE = "A line of the paste, with ünïcode and 漢字 in it.\n"
_TWO_MB = 2_000_000


def test_two_megabytes_of_paste(run: Run, kept: Kept) -> None:
    """U01: a paste of 2 MB, with the line ends of a terminal, is one mark on the screen and whole when it is sent."""
    text = _LINE * (_TWO_MB // len(_LINE.encode()))
    terminal = run("-m", "sim/sage@tps=0@ttft=0@tokens=5")
    terminal.send(b"\x1b[200~" + text.replace("\n", "\r").encode() + b"\x1b[201~")
    terminal.until("⟦text 1:")
    terminal.send(b" and more")
    terminal.until("and more")
    terminal.send(b"\r")
    terminal.until("✓ complete")
    assert kept()["turns"][0]["prompt"] == text + " and more"


def test_a_paste_full_of_keys(run: Run) -> None:
    """U02, I6: every byte there is, Ctrl+Q, Ctrl+G and escape sequences among them, is text and presses no key."""
    terminal = run("-m", "sim/swift")
    everything = bytes(range(255, -1, -1)).replace(b"\x1b", b"\x1b]0;owned\x07\x1b\x11\x1b[31m")
    terminal.send(b"\x1b[200~begin " + everything + b" end\x1b[201~")
    text = terminal.until(lambda text: "PONMLKJIHGFEDCBA@" in text)
    assert "Quit?" not in text
    terminal.send(b"\x11")
    terminal.until("may come from the paste")
    terminal.send(b"y")
    assert terminal.wait() == 0
    assert offences(terminal.output) == []


def test_breaking_out_of_a_paste(run: Run) -> None:
    """U03: a quit key smuggled in behind a false end of the paste is asked about, and the draft stays."""
    terminal = run("-m", "sim/swift")
    terminal.send(b"\x1b[200~innocent\x1b[201~\x11\x1b[201~")
    terminal.until(lambda text: "may come from the paste" in text and "innocent" in text)
    terminal.send(b"\x1b")
    assert "innocent" in terminal.until(lambda text: "Quit?" not in text)


def test_a_paste_and_a_sequence_without_an_end(run: Run) -> None:
    """T14: after a silence the keys work again, and what was typed into the deaf paste is there."""
    terminal = run("-m", "sim/swift")
    for beginning in (b"\x1b]52;c;", b"\x1bP+q544e", b"\x1b]11;rgb:ffff/ffff/ffff/ffff/ffff/ffff/ffff"):
        terminal.send(beginning)
        terminal.until(beginning[-5:].decode())
    terminal.send(b" hello")
    terminal.until(" hello")
    terminal.send(b"\x1b[200~pasted, then")
    terminal.send(b" typed")
    terminal.until("pasted, then typed")
    terminal.send(b" again")
    terminal.until("typed again")
    terminal.send(b"\x03")
    terminal.until("again quits")
    terminal.send(b"\x03")
    assert terminal.wait() == 0
