"""Terminal control sequences in text that was pasted: taken out whole, so that `]0;title` doesn't stay behind as words.

Source: ECMA-48, sections 5.4 (control sequences) and 5.6 (control strings); xterm's list for the rest.
"""

import re

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # colours, cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # titles, links, clipboards; unfinished: to the line's end
    r"[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b(?:[ -/]+[0-~]?|[=>78cDEHM\\])"  # character sets and the rest
)


def without_sequences(text: str) -> str:
    """The text without them; a lone escape stays, for whoever removes control characters. Linear in time."""
    return _SEQUENCE.sub("", text)
