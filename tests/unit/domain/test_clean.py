"""The cleaner against what hostile text can hold."""

import re
import sys
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.domain.clean import clean, clean_line, for_clipboard, storable

OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
NASTY = st.sampled_from(
    "\x1b\x07\x00\r\n\t\x7f\x9b\x9d\x90\u200b\u200c\u200d\u200e\u202e\u2066\ufe0f\ufeff\U000e0041\U000e007f"
    "\ufffe\uffff\ufdd0\ud83d\ude00\ufff9\u2028\u00ad\U0001f468\U0001f3f4\u0646\u0915[]0;abc"
)
TEXT = st.text(st.one_of(NASTY, st.characters())) | st.text(NASTY)


@pytest.mark.parametrize(
    "payload",
    [
        "\x1b]0;title\x07",
        "\x1b]52;c;aGk=\x1b\\",
        "\x1b]52;c;?\x07",
        "\x1b]8;;http://x\x1b\\a\x1b]8;;\x1b\\",
        "\x1b]4;1;?\x07",
        "\x1b]1337;File=:\x07",
        "\x1b[2J\x1b[H\x1b[?1049l\x1b[?1003h",
        "\x1bc\x1b[!p\x1b[6n\x1b[c",
        "\x1bP$q\x1b\\",
        "\x1b_Ga=T\x1b\\\x1b^x\x1b\\\x1bXx\x1b\\",
        "\x9b2J\x9d0;x\x07\x90q\x9c",
        "\x00\x7f\x0e\x0f\x08\x0b\x0c\x07",
    ],
)
def test_no_escape_sequence_is_left(payload):
    """C01 C02 C03 C04 C06: titles, clipboard, modes, queries and devices become signs that one can read."""
    assert not OBEYED.search(clean(payload))
    assert len(clean(payload)) >= len(payload)


def test_a_sequence_split_in_two_is_as_harmless():
    """C05: each control character is replaced for itself, wherever a delta ends."""
    sequence = "a\x1b]0;x\x07b\x9b2Jc"
    for cut in range(len(sequence)):
        assert clean(sequence[:cut]) + clean(sequence[cut:]) == clean(sequence)


def test_a_carriage_return_cannot_overwrite():
    """C06: alone it is a sign, before a newline it belongs to the line's end."""
    assert clean("password\rx") == "password␍x"
    assert clean("one\r\ntwo") == "one\ntwo"


def test_controls_are_pictures():
    """S16: escape and NUL are shown by the one character that Unicode has for each."""
    assert clean("\x1b[2J\x00\x7f") == "␛[2J␀␡"
    assert clean("\x85\x9b") == "‹U+0085›‹U+009B›"


def test_overrides_and_invisible_characters_are_marked():
    """C07: what turns text round or hides in it is named."""
    assert clean("user\u202etxt.exe") == "user‹U+202E›txt.exe"
    assert clean("a\u200bb\u2060c\ufeff") == "a‹U+200B›b‹U+2060›c‹U+FEFF›"
    assert clean("a" + "\u200b" * 50_000) == "a‹50000 hidden characters›"


def test_tag_characters_are_revealed():
    """C07: text in Unicode tags is shown, with its length."""
    hidden = "".join(chr(0xE0000 + ord(letter)) for letter in "obey me")
    assert clean(f"hi{hidden}!") == "hi‹7 hidden characters: obey me›!"
    assert clean("\U000e0001") == "‹1 hidden character›"


@pytest.mark.parametrize(
    "text",
    [
        "👨‍👩‍👧‍👦 family",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿 England",
        "❤️‍🔥 ✌🏽 1️⃣ ©️ 🏳️‍🌈 👩🏽‍⚕️",
        "می‌خواهم",
        "क्‍ष श्‌र",
        "ภาษา\u200bไทย",
        "עברית\u200f 12",
        "葛\U000e0100城",
        "plain ASCII\twith tab\nand line",
        "CJK 你好，世界 한국어 日本語",
        "combining e\u0301 z\u0351\u036b\u0343",
    ],
)
def test_honest_spelling_is_untouched(text):
    """Emoji sequences, Persian, Indic and Thai joiners and marks of right-to-left text are how people write."""
    assert clean(text) == text


def test_a_variation_selector_smuggler_is_counted():
    """C07: bytes hidden in variation selectors behind an emoji are said."""
    assert clean("😀" + "\U000e0110\U000e0120\U000e0130\U000e0140") == "😀‹4 hidden characters›"
    assert clean("a\ufe0fb") == "a‹U+FE0F›b"


def test_surrogates_never_leave():
    """S17 S18: a lone one is U+FFFD, the two halves of a pair are the character."""
    for function in (clean, clean_line, for_clipboard, storable):
        assert function("a\ud800b\udc00") == "a\ufffdb\ufffd"
        assert function("\ud83d\ude00") == "😀"


def test_one_line_has_no_line():
    """C08: a title stays one line whatever it is given."""
    assert clean_line("a\nb\tc\r\nd\u2028e") == "a b c d‹U+2028›e"


def test_the_clipboard_gets_what_was_received():
    """Controls other than tab and newline are left out, everything else is as it came."""
    assert for_clipboard("a\x1b[2Jb\r\n\tc\u202e\u200bd\x9b") == "a[2Jb\n\tc\u202e\u200bd"


def test_every_code_point_is_harmless_alone():
    """G4: no character of Unicode passes that a terminal obeys, and none that takes no room and says something."""
    for code in range(sys.maxunicode + 1):
        shown = clean(chr(code))
        assert shown
        assert not OBEYED.search(shown)
        if unicodedata.category(chr(code)) == "Cf":
            assert shown != chr(code) or _is_visible_format(code)


def _is_visible_format(code):
    """Arabic number signs and Egyptian joiners: format characters by category that are drawn or belong to a script."""
    return (
        code in {0x6DD, 0x70F, 0x8E2, 0x110BD, 0x110CD} or 0x600 <= code <= 0x605 or code in {0x890, 0x891}
    ) or 0x13430 <= code <= 0x1345F


@settings(max_examples=1500, deadline=None)
@given(TEXT)
@example("\ud83d" + "\U000e0041\r\n\r")
@example("\r\r\n")
def test_random_text_comes_out_harmless_and_stays_as_it_is(text):
    """G4: nothing obeyed is left, and cleaning twice is cleaning once."""
    once = clean(text)
    assert not OBEYED.search(once)
    assert clean(once) == once
    assert "\n" not in clean_line(text)


@settings(max_examples=500, deadline=None)
@given(TEXT)
def test_lines_are_cleaned_for_themselves(text):
    """A stream may be cleaned line by line."""
    parts = re.split(r"(?<=\n)", storable(text))
    assert "".join(map(clean, parts)) == clean(text)


@settings(max_examples=500, deadline=None)
@given(TEXT)
def test_what_is_storable_can_be_encoded(text):
    """S17: UTF-8 takes it, and nothing but surrogates changed."""
    stored = storable(text)
    stored.encode()
    if not re.search("[\ud800-\udfff]", text):
        assert stored == text


@pytest.mark.parametrize("unit", ["\x1b", "\u200b", "a\u200b", "\ufe0f\u200d", "👨‍", "\U000e0041", "\r", "\ud800"])
def test_time_is_linear(unit):
    """A hostile megabyte costs little more than ten times a hundred kilobytes."""
    small, large = unit * (100_000 // len(unit)), unit * (1_000_000 // len(unit))
    assert _cpu(large) < 30 * _cpu(small) + 0.05


def _cpu(text):
    start = time.process_time()
    clean(text)
    return time.process_time() - start
