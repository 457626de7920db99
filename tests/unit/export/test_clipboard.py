"""The ways that a copy can take."""

from datetime import datetime

from workbench.export import clipboard
from workbench.export.clipboard import Copied, to_file, ways, words


def test_the_terminal_takes_what_fits():
    """T17: up to 74,994 bytes of base64 go to the terminal, more never does, not even in part."""
    assert ways("x" * 1_000, {}).terminal
    assert ways("x" * (74_994 // 4 * 3 - 3), {}).terminal
    assert not ways("x" * 75_000, {}).terminal
    assert not ways("ü" * 30_000, {}).terminal


def test_over_ssh_the_far_clipboard_is_left_alone():
    """T16: over SSH the system's clipboard is another machine's."""
    assert ways("x", {}).system
    assert not ways("x", {"SSH_CONNECTION": "1 2 3 4"}).system
    assert not ways("x", {"SSH_TTY": "/dev/pts/1"}).system


def test_a_terminal_that_ignores_the_sequence_is_not_trusted():
    """T16: macOS Terminal drops OSC 52."""
    assert not ways("x", {"TERM_PROGRAM": "Apple_Terminal"}).terminal


def test_text_is_copied_as_received():
    """T18: only control characters go and lone surrogates become U+FFFD; everything else stays."""
    assert ways("a\tb\n  c\u200d\x1b[31m\x07 \ud800", {}).text == "a\tb\n  c\u200d[31m \ufffd"


def test_a_file_is_its_owners_alone_and_never_overwritten(tmp_path):
    """Copies that no clipboard takes are kept in files of mode 0600, each under its own name."""
    now = datetime(2026, 1, 2, 3, 4, 5)
    first, second = (to_file(text, tmp_path / "copies", now=now) for text in ("one\n", "two"))

    assert (first.read_text("utf-8"), second.read_text("utf-8")) == ("one\n", "two")
    assert first.name == "copy-20260102-030405.md"
    assert first.stat().st_mode & 0o777 == 0o600


def test_the_words_claim_no_more_than_is_known(tmp_path):
    """An unconfirmed copy is called unconfirmed, and a file is named."""
    assert words(Copied("copied", 5), "answer 1") == "copied answer 1 (5 characters)"
    assert "unconfirmed" in words(Copied("sent", 5), "answer 1")
    assert str(tmp_path) in words(Copied("saved", 5, tmp_path), "answer 1")
    assert "could not" in words(Copied("failed", 5), "answer 1")


def test_a_system_without_clipboard_says_so(monkeypatch):
    """No clipboard program is a plain no, not an exception."""
    import pyperclip

    def refuse(_text):
        raise pyperclip.PyperclipException("none")

    monkeypatch.setattr(pyperclip, "copy", refuse)
    assert not clipboard.to_system("x")
