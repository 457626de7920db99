"""Emphasis and strikethrough: which marks open, which close, and what lies between them."""

from dataclasses import dataclass

from workbench.app.answer.look import BOLD, ITALIC, STRIKE

_MOST_OPENERS = 400
"""Marks that may wait for their partner; older ones are text."""
_MOST_MARKS = 600
"""Of emphasis in one paragraph; later ones are text."""


@dataclass(slots=True)
class Piece:
    """A stretch of text whose look may still change."""

    text: str
    look: int = 0
    link: str | None = None


@dataclass(slots=True)
class Mark:
    """A run of `*`, `_` or `~` that may open or close."""

    piece: int
    character: str
    count: int
    opens: bool
    closes: bool
    original: int


def add_marks(source: str, start: int, end: int, pieces: list[Piece], marks: list[Mark]) -> None:
    """Take a run of marks; it is text until a partner is found."""
    character = source[start]
    before = source[start - 1] if start else " "
    after = source[end] if end < len(source) else " "
    pieces.append(Piece(source[start:end]))
    if (character == "~" and end - start != 2) or len(marks) >= _MOST_MARKS:
        return
    space_before, space_after = before.isspace(), after.isspace()
    sign_before, sign_after = _is_sign(before), _is_sign(after)
    left = not space_after and (not sign_after or space_before or sign_before)
    right = not space_before and (not sign_before or space_after or sign_after)
    opens, closes = left, right
    if character == "_":
        opens, closes = left and (not right or sign_before), right and (not left or sign_after)
    if opens or closes:
        marks.append(Mark(len(pieces) - 1, character, end - start, opens, closes, end - start))


def _is_sign(character: str) -> bool:
    """Punctuation or symbol, in the sense of CommonMark."""
    if character.isascii():
        return not character.isalnum() and not character.isspace()
    return not character.isalnum() and not character.isspace() and character.isprintable()


def pair_marks(pieces: list[Piece], marks: list[Mark], bottom: int = 0) -> None:
    """CommonMark's procedure for emphasis over the marks from `bottom` on, which it uses up."""
    floors: dict[tuple[str, bool, int], int] = {}
    stack: list[Mark] = []
    for closer in marks[bottom:]:
        if closer.closes:
            key = (closer.character, closer.opens, closer.original % 3)
            while closer.count:
                floor = floors.get(key, 0)
                found = -1
                for index in range(len(stack) - 1, max(floor, len(stack) - _MOST_OPENERS) - 1, -1):
                    if _fits(stack[index], closer):
                        found = index
                        break
                if found < 0:
                    floors[key] = len(stack)
                    break
                opener = stack[found]
                used = 2 if opener.count >= 2 and closer.count >= 2 else 1
                look = STRIKE if closer.character == "~" else BOLD if used == 2 else ITALIC
                for piece in pieces[opener.piece + 1 : closer.piece]:
                    piece.look |= look
                opener.count -= used
                closer.count -= used
                pieces[opener.piece].text = opener.character * opener.count
                pieces[closer.piece].text = closer.character * closer.count
                del stack[found + (1 if opener.count else 0) :]
                for floor_key, value in floors.items():
                    if value > len(stack):
                        floors[floor_key] = len(stack)
        if closer.opens and closer.count:
            stack.append(closer)
    del marks[bottom:]


def _fits(opener: Mark, closer: Mark) -> bool:
    if opener.character != closer.character:
        return False
    if (opener.closes or closer.opens) and (opener.original + closer.original) % 3 == 0:
        return opener.original % 3 == 0 and closer.original % 3 == 0
    return True
