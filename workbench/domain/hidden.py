"""What can't be seen or must not be obeyed, and how it is shown: the slow half of `clean`.

Kept apart because its tables take longer to build than the first screen has, and clean ASCII never needs them.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
_SEPARATORS = "\u2028\u2029"
_TAGS = "\U000e0000-\U000e007f"
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Everything that takes no room on screen yet says something to a machine."""

_SUSPECT = re.compile(f"[{_CONTROLS}{_SEPARATORS}{_HIDDEN}{_NONCHARACTERS}]")
_SUBNATIONAL_FLAGS = "\U0001f3f4(?:{})\U000e007f".format(
    "|".join("".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls"))
)
_TOKEN = re.compile(
    f"(?P<newline>\r\n)|(?P<flag>{_SUBNATIONAL_FLAGS})|(?P<hidden>[{_HIDDEN}]+)"
    f"|(?P<single>[{_CONTROLS}{_SEPARATORS}{_NONCHARACTERS}])"
)
_TAG_RUN = re.compile(f"[{_TAGS}]+")

_EMOJI = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP_BASE = re.compile("[#*0-9]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_VARIANT_BASE = re.compile("[\u1000-\u109f\u2200-\u22ff\u2a00-\u2aff\u3400-\u9fff\ua840-\ua87f\uf900-\ufaff]")
_JOINING = re.compile(
    "[\u0600-\u06ff\u0700-\u085f\u08a0-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af\u1900-\u1cff\ua800-\uabff"
    "\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00010aff\U00010d00-\U00010d3f\U00011000-\U00011fff]"
)
"""Arabic, Syriac, Indic and kindred scripts, whose spelling uses the joiners U+200C and U+200D."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_WITHOUT_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_MONGOLIAN = re.compile("[\u1820-\u18af]")

_MOST_SHOWN = 3
"""Hidden characters in a row that are named one by one; a longer run is counted."""


def shown(text: str) -> str:
    """`text`, which holds no surrogates, with every such character replaced or marked."""
    if not _SUSPECT.search(text):
        return text
    return _TOKEN.sub(_replace, text)


def with_marks(
    text: str, beside: str = "", taken: Mapping[str, str] = MappingProxyType({})
) -> tuple[str, dict[str, str]]:
    """The same for text that is edited and sent, and what each mark stands for.

    Args:
        text: to be marked.
        beside: text that the marks will stand in; neither has one of them but those in `taken`.
        taken: marks that have a meaning there already.
    """
    if not _SUSPECT.search(text):
        return text, {}
    known = {held: sign for sign, held in taken.items()}
    numbers: dict[str, int] = {}

    def mark(match: re.Match[str]) -> str:
        found = match.group()
        first = _replace(match)
        if first == found:
            return found
        while found not in known:
            number = numbers[first] = numbers.get(first, 0) + 1
            sign = first if number == 1 else f"{first.removesuffix('›')} {number}›"
            if sign not in taken and sign not in text and sign not in beside:
                known[found] = sign
        return known[found]

    marked = _TOKEN.sub(mark, text)
    return marked, {sign: held for held, sign in known.items() if sign not in taken}


def without_marks(text: str, marks: Mapping[str, str]) -> str:
    """The text with what each mark stands for; of marks that begin alike the longest counts."""
    if not marks:
        return text
    signs = "|".join(map(re.escape, sorted(marks, key=len, reverse=True)))
    return re.sub(signs, lambda found: marks[found.group()], text)


def _replace(match: re.Match[str]) -> str:
    found = match.group()
    match match.lastgroup:
        case "newline":
            return "\n"
        case "flag":
            return found
        case "hidden":
            return _reveal_or_keep(found, match)
        case _:
            return _sign(found)


def _sign(character: str) -> str:
    """A control character's picture, or the name of anything else."""
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"‹U+{code:04X}›"


def _reveal_or_keep(run: str, match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    if len(run) <= 2 and _is_spelling(run, before, after):
        return run
    if _TAG_RUN.search(run):
        said = "".join(_tag_letter(character) for character in run)
        return f"‹{_count(len(run))}: {said}›" if said else f"‹{_count(len(run))}›"
    if len(run) > _MOST_SHOWN:
        return f"‹{_count(len(run))}›"
    return "".join(map(_sign, run))


def _count(hidden: int) -> str:
    return "1 hidden character" if hidden == 1 else f"{hidden} hidden characters"


def _tag_letter(character: str) -> str:
    """The ASCII letter that a tag character stands for; empty for what stands for none."""
    letter = ord(character) - 0xE0000
    return chr(letter) if 0x20 <= letter < 0x7F else ""


def _is_spelling(run: str, before: str, after: str) -> bool:
    """Whether an invisible character is how its neighbours are written: emoji, Indic, Persian, Mongolian ..."""
    match run:
        case "\ufe0f" | "\ufe0e":
            return bool(_EMOJI.match(before) or (_KEYCAP_BASE.match(before) and after == "\u20e3"))
        case "\u200d" if _EMOJI.match(before):
            return bool(_EMOJI.match(after))
        case "\ufe0f\u200d":
            return bool(_EMOJI.match(before) and _EMOJI.match(after))
        case "\u200c" | "\u200d":
            return bool(_JOINING.match(before))
        case "\u200b":
            return bool(_WITHOUT_SPACES.match(before))
        case "\u200e" | "\u200f" | "\u061c":
            return bool(_RIGHT_TO_LEFT.match(before) or _RIGHT_TO_LEFT.match(after))
    if len(run) > 1:
        return False
    if "\ufe00" <= run <= "\ufe0d":
        return bool(_VARIANT_BASE.match(before))
    if "\U000e0100" <= run <= "\U000e01ef":
        return bool(_IDEOGRAPH.match(before))
    return "\u180b" <= run <= "\u180f" and bool(_MONGOLIAN.match(before))
