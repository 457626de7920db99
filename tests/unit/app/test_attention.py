"""Telling someone who looks elsewhere."""

import pytest

from workbench.app.attention import BELL, call


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, "\x1b]9;workbench: done, really\a"),
        ({"TERM": "xterm-kitty"}, "\x1b]9;workbench: done, really\a"),
        ({"LC_TERMINAL": "iTerm2", "TERM": "xterm"}, "\x1b]9;workbench: done, really\a"),
        ({"TERM": "foot"}, "\x1b]777;notify;workbench;done, really\a"),
        ({"TERM": "xterm-256color"}, BELL),
        ({"TERM_PROGRAM": "Apple_Terminal"}, BELL),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux-1/default,1,0"}, BELL),
        ({}, BELL),
    ],
)
def test_each_terminal_is_told_in_one_way(environ, sent):
    """A notification where it is known to be shown, a bell elsewhere and in a multiplexer; never both."""
    assert call("done; really", environ) == sent


def test_nothing_in_the_words_ends_the_sequence():
    """Controls in a title become signs, a long one is cut, and the only bell is the end."""
    sent = call("a\x1b]52;c;aGk=\x07b\x9c\u202ec\nd" + "x" * 500, {"TERM": "xterm-ghostty"})
    body = sent.removeprefix("\x1b]9;").removesuffix("\a")
    assert body.isprintable()
    assert len(body) < 130
