"""Keys and pastes from bytes."""

import pytest
from textual import events

from workbench.app.keyboard import PASTE_PATIENCE_S, KeyboardParser

START, END = "\x1b[200~", "\x1b[201~"
_EVERYTHING = "".join(map(chr, range(255, -1, -1)))


class Keyboard:
    """A parser whose clock is wound by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self._parser = KeyboardParser()
        self._parser.clock = lambda: self.now_s  # type: ignore[method-assign]

    def types(self, *pieces: str) -> list[str]:
        """Keys by name, pastes in brackets."""
        return [_named(event) for piece in pieces for event in self._parser.feed(piece)]

    def waits(self, seconds: float) -> list[str]:
        """What time brings."""
        self.now_s += seconds
        return [_named(event) for event in self._parser.tick()]


def _named(event: object) -> str:
    return f"<{event.text}>" if isinstance(event, events.Paste) else event.key  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [1, 2, 5, 1_000])
def test_a_paste_is_one_event_however_it_is_cut(size):
    """U01: keys before and after a paste are keys, and its lines end as lines end here."""
    sent = f"a{START}one\r\ntwo\rthree{END}b\x1b[A"
    pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
    assert Keyboard().types(*pieces) == ["a", "<one\ntwo\nthree>", "b", "up"]


def test_nothing_in_a_paste_is_a_key():
    """U02: a paste of every byte, with an escape before a quit key, an editor key and Enter, presses nothing."""
    (pasted,) = Keyboard().types(START + _EVERYTHING + "\x1b\x11\x1b]0;x\x07\x1b[A" + END)
    assert pasted[1:-1].isprintable() or "\n" in pasted
    assert "\x1b" not in pasted
    assert "".join(map(chr, range(126, 31, -1))) in pasted


def test_what_breaks_out_of_a_paste_are_keys():
    """U03: text after a smuggled end is typed, not obeyed as part of the paste; the true end does nothing."""
    assert Keyboard().types(f"{START}x{END}yz{END}q") == ["<x>", "y", "z", "q"]


def test_a_paste_that_never_ends():
    """T14: after a silence the text is there and the keys are keys again; a late end does nothing."""
    keyboard = Keyboard()
    assert keyboard.types(START + "one", " two") == []
    assert keyboard.waits(PASTE_PATIENCE_S) == []
    assert keyboard.types("!") == []
    assert keyboard.waits(PASTE_PATIENCE_S + 0.1) == ["<one two!>"]
    assert keyboard.types("a", END, "b") == ["a", "b"]


def test_two_pastes_in_a_row():
    """Each is an event of its own, an empty one too."""
    assert Keyboard().types(f"{START}a{END}{START}{END}{START}b{END}") == ["<a>", "<>", "<b>"]
