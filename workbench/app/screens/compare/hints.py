"""What the keys do now, in one line: the prompt's lower border is the footer."""

from typing import TYPE_CHECKING

from workbench.app.widgets.response_pane import ResponsePane

if TYPE_CHECKING:
    from workbench.app.screens.compare.base import CompareBase


def hints(screen: "CompareBase") -> str:
    """As many as fit, the most wanted first."""
    words = _of_prompt(screen) if screen.focused_pane is None else _of_pane(screen)
    room = screen.size.width - 6
    while words and sum(map(len, words)) + 3 * (len(words) - 1) > room:
        words.pop(-2 if len(words) > 1 else -1)
    return " · ".join(words)


def _of_prompt(screen: "CompareBase") -> list[str]:
    key = screen.app.key_of
    words = [f"{key('prompt.send', 'enter')} send", f"{key('prompt.newline', 'ctrl+j')} newline"]
    if screen.busy:
        words.insert(1, "Esc Esc stop all")
    if len(screen.lanes) > 1:
        words.append("Tab panes")
    words += [f"{key('compare.models', 'ctrl+l')} models", f"{key('compare.sessions', 'ctrl+o')} sessions"]
    return [*words, f"{key('app.palette', 'ctrl+p')} commands", f"{key('app.help', 'f1')} help"]


def _of_pane(screen: "CompareBase") -> list[str]:
    words = []
    for binding in ResponsePane.BINDINGS:
        if not binding.show or not binding.id:  # type: ignore[union-attr]
            continue
        action = binding.action.removeprefix("screen.")  # type: ignore[union-attr]
        if screen.check_action(action, ()) is not True:
            continue
        words.append(f"{screen.app.key_of(binding.id, binding.key)} {binding.description}")  # type: ignore[union-attr]
    return [*words, "Esc prompt", f"{screen.app.key_of('app.help', 'f1')} help"]
