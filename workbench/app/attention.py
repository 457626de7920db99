"""How someone who looks elsewhere is told: a desktop notification where the terminal is known to show one, else a bell.

Both forms at once would be told twice by terminals that know both, and a terminal that knows neither may print them.
tmux drops them unless it is told not to, and hides which terminal is behind it; a bell it marks and passes on.
"""

import os
from collections.abc import Mapping

from workbench.domain.clean import clean_line, for_clipboard

BELL = "\a"
_LONGEST = 100
_OSC_9 = ("iTerm", "WezTerm", "ghostty", "kitty")
"""Source: the manuals of these terminals, read in 2025; foot, urxvt know only 777."""
_OSC_777 = ("foot", "rxvt-unicode")


def call(words: str, environ: Mapping[str, str] | None = None) -> str:
    """What to write to the terminal to tell `words`, which are cleaned here."""
    environ = os.environ if environ is None else environ
    if environ.get("TMUX") or environ.get("STY"):
        return BELL
    terminal = " ".join(environ.get(name, "") for name in ("TERM_PROGRAM", "LC_TERMINAL", "TERM"))
    # A semicolon would end the text early, and 9 followed by a digit means something else.
    plain = for_clipboard(clean_line(words)).replace(";", ",")[:_LONGEST]
    if any(name in terminal for name in _OSC_9):
        return f"\x1b]9;workbench: {plain}\a"
    if any(name in terminal for name in _OSC_777):
        return f"\x1b]777;notify;workbench;{plain}\a"
    return BELL
