"""What the program may say to a terminal, sequence by sequence; everything else is an offence.

The list is of what is allowed, so a sequence that nobody thought of is caught too. Drawing needs little: places,
colours, frames held back until they are whole. Modes belong to the beginning and the end, the clipboard to a copy.
"""

import base64
import re
import unicodedata
from dataclasses import dataclass

_DRAWING = {
    "place": rb"\x1b\[(?:[0-9]{1,4};[0-9]{1,4})?H",
    "colour": rb"\x1b\[[0-9;]*m",
    "frame": rb"\x1b\[\?2026[hl]",
    "pointer": rb"\x1b\]22;[a-z-]{0,16}\x07",
}
_MODES = {
    "mode": rb"\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1016|1049|2004|2048)[hl]",
    "question": rb"\x1b\[\?(?:2026|2048)\$p",
    "keyboard": rb"\x1b\[(?:>[0-9]{1,2}|<)u",
}
_CLIPBOARD = {"clipboard": rb"\x1b\]52;c;[A-Za-z0-9+/]*={0,2}\x07"}
_HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\U000e0000-\U000e007f]")
"""What no reader sees: directions turned around, nothing at all, text written in tags."""


@dataclass(frozen=True)
class Offence:
    """Something that may not reach a terminal."""

    offset: int
    found: bytes
    """With what follows it, for the reader."""


def offences(output: bytes, *, modes: bool = True, clipboard: bool = False) -> list[Offence]:
    """Everything in the output that is no text and not allowed.

    Args:
        output: all that a program wrote, to its last byte.
        modes: the terminal may be set up or given back: false between the first frame and the end.
        clipboard: a copy was asked for.
    """
    allowed = _DRAWING | (_MODES if modes else {}) | (_CLIPBOARD if clipboard else {})
    sequence = re.compile(b"|".join(b"(?:%s)" % pattern for pattern in allowed.values()))
    found: list[Offence] = []
    position = 0
    while position < len(output):
        if output[position] == 0x1B:
            match = sequence.match(output, position)
            if match is None:
                found.append(Offence(position, output[position : position + 24]))
            position = match.end() if match else position + 1
            continue
        end = output.find(b"\x1b", position)
        end = len(output) if end < 0 else end
        found += _of_text(output[position:end], position)
        position = end
    return found


def whole(output: bytes) -> bytes:
    """The output of a program that still writes, without the sequence or character that is on its way."""
    cut = re.search(rb"(?:\x1b[^a-zA-Z\x07]*|[\xc0-\xff][\x80-\xbf]{0,3})\Z", output)
    return output[: cut.start()] if cut else output


def left_on(output: bytes) -> set[str]:
    """What a program changed about its terminal and did not give back."""
    state: dict[str, str] = {}
    for mode, switch in re.findall(rb"\x1b\[\?([0-9]+)([hl])", output):
        state[mode.decode()] = switch.decode()
    usual = {"7": "h", "25": "h"}  # lines wrap, the cursor shows
    found = {mode for mode, switch in state.items() if switch != usual.get(mode, "l")}
    if output.count(b"\x1b[<u") < len(re.findall(rb"\x1b\[>[0-9]+u", output)):
        found.add("keyboard")
    return found


def clipboard_writes(output: bytes) -> list[str]:
    """The texts that were handed to the terminal for its clipboard."""
    return [
        base64.b64decode(found, validate=True).decode()
        for found in re.findall(rb"\x1b\]52;[a-z]*;([^\x07\x1b]*)(?:\x07|\x1b\\)", output)
    ]


def _of_text(run: bytes, offset: int) -> list[Offence]:
    try:
        text = run.decode()
    except UnicodeDecodeError as error:
        return [Offence(offset + error.start, run[error.start : error.start + 24])]
    return [
        Offence(offset + len(text[:index].encode()), text[index : index + 12].encode())
        for index, character in enumerate(text)
        if (unicodedata.category(character) == "Cc" and character not in "\r\n") or _HIDDEN.match(character)
    ]
