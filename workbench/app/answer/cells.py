"""How wide text is: one width a character, the same in Textual, in the compositor and in every terminal.

Terminals disagree about joined emoji, variation selectors, skin tones and flags, and each disagreement moves a
pane's border. What is drawn therefore holds none of them; what is copied does.
"""

import re
from bisect import bisect_right
from itertools import accumulate

from rich.cells import cell_len, get_character_cell_size

_UNSTABLE = re.compile(
    "[\u200b-\u200f\u061c\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff\U000e0020-\U000e01ef\u0300-\u036f"
    "\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_JOINERS = re.compile("[\u200b-\u200f\u061c\u20e3\ufe00-\ufe0f\U000e0020-\U000e01ef]+")
_SKIN_AFTER_EMOJI = re.compile("(?<=[\u261d-\u270d\U0001f300-\U0001f3fa\U0001f400-\U0001faff])[\U0001f3fb-\U0001f3ff]")
_SKIN_ALONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")
_MANY_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{8})"
    "([\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+)"
)
_NO_LINE_START = frozenset("、。，．・：；？！）］｝〉》」』】〕…‥ー々ゝ”’,.;:?!)]}")
_WIDE = re.compile("[\u1100-\uffdc\U0001f000-\U0003ffff]")


def steady(text: str) -> str:
    """Cleaned text as it can be drawn everywhere with the same width."""
    if text.isascii() or not _UNSTABLE.search(text):
        return text
    text = _SKIN_AFTER_EMOJI.sub("", _JOINERS.sub("", text))
    text = _SKIN_ALONE.sub("▪", text)
    text = _REGIONAL.sub(lambda match: chr(ord(match.group()) - 0x1F1E6 + ord("A")), text)
    return _MANY_MARKS.sub(lambda match: f"{match[1]}‹+{len(match[2])} marks›", text)


def width_of(text: str) -> int:
    """Cells of steady text."""
    return len(text) if text.isascii() else cell_len(text)


def wrap(text: str, width: int) -> list[tuple[int, int, str | None]]:
    """Where the rows of one text begin and end, words kept whole where they fit.

    Returns:
        For each row: start, end, and what stood between it and the next row: a space or nothing where it was wrapped,
        None where the text itself ends the line.
    """
    rows: list[tuple[int, int, str | None]] = []
    start = 0
    while True:
        end = text.find("\n", start)
        if end < 0:
            _wrap_line(text, start, len(text), width, rows)
            return rows
        _wrap_line(text, start, end, width, rows)
        start = end + 1


def fold(text: str, width: int) -> list[tuple[int, int]]:
    """Where the rows of one line begin and end when it is cut wherever it is full, as code is."""
    if len(text) <= width and text.isascii():
        return [(0, len(text))]
    if text.isascii():
        return [(start, min(start + width, len(text))) for start in range(0, len(text), width)]
    rows: list[tuple[int, int]] = []
    start = used = 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > width and index > start:
            rows.append((start, index))
            start, used = index, 0
        used += size
    rows.append((start, len(text)))
    return rows


def _wrap_line(text: str, start: int, end: int, width: int, rows: list[tuple[int, int, str | None]]) -> None:
    line = text[start:end]
    if line.isascii():
        _wrap_narrow(line, start, width, rows)
    else:
        _wrap_mixed(line, start, width, rows)


def _wrap_narrow(line: str, offset: int, width: int, rows: list[tuple[int, int, str | None]]) -> None:
    """Wrap a line whose every character takes one cell."""
    position, length = 0, len(line)
    while length - position > width:
        cut = line.rfind(" ", position, position + width + 1)
        if cut > position:
            end = cut
            while end > position and line[end - 1] == " ":
                end -= 1
            next_position = cut + 1
            while next_position < length and line[next_position] == " ":
                next_position += 1
            if end > position:
                if next_position >= length:
                    rows.append((offset + position, offset + end, None))
                    return
                rows.append((offset + position, offset + end, line[end:next_position]))
                position = next_position
                continue
        rows.append((offset + position, offset + position + width, ""))
        position += width
    rows.append((offset + position, offset + length, None))


def _wrap_mixed(line: str, offset: int, width: int, rows: list[tuple[int, int, str | None]]) -> None:
    ends = list(accumulate(map(get_character_cell_size, line)))
    position, length = 0, len(line)
    used = 0
    while ends[-1] - used > width:
        fits = bisect_right(ends, used + width, position)
        fits = max(fits, position + 1)
        end, next_position = _break_before(line, position, fits, length)
        if next_position >= length:
            rows.append((offset + position, offset + end, None))
            return
        rows.append((offset + position, offset + end, line[end:next_position]))
        position = next_position
        used = ends[position - 1]
    rows.append((offset + position, offset + length, None))


def _break_before(line: str, position: int, fits: int, length: int) -> tuple[int, int]:
    """The best end of a row that may hold `line[position:fits]`, and where the next row starts."""
    if fits < length and line[fits] == " ":
        next_position = fits
        while next_position < length and line[next_position] == " ":
            next_position += 1
        return fits, next_position
    for index in range(fits, position, -1):
        if line[index - 1] == " ":
            end = index - 1
            while end > position and line[end - 1] == " ":
                end -= 1
            if end > position:
                return end, index
            break
        if (
            index < length
            and (_WIDE.match(line[index - 1]) or _WIDE.match(line[index]))
            and line[index] not in _NO_LINE_START
            and get_character_cell_size(line[index])
        ):
            return index, index
    while fits > position + 1 and fits < length and not get_character_cell_size(line[fits]):
        fits -= 1
    return fits, fits
