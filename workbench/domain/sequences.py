"""Terminal control sequences in text that was pasted: taken out whole, so that `]0;title` doesn't stay behind as words.

Source: ECMA-48, sections 5.4 (control sequences) and 5.6 (control strings); xterm's list for the rest.
"""

import re

_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"\[[0-?]*[ -/]*[@-~]?"  # colours, cursor movements
    r"|[\]PX^_][^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # titles, links, clipboards; unfinished: to the line's end
    r"|[ -/]+[0-~]?"  # character sets
    r"|[=>78cDEHM\\]"
    r")"
    r"|\x9b[0-?]+[ -/]*[@-~]"  # in eight bits only what can't be a wrongly decoded quotation mark and its text
)


def without_sequences(text: str) -> str:
    """The text without them; a lone escape stays, for whoever removes control characters. Linear in time."""
    return _SEQUENCE.sub("", text)
