"""The one cleaner: text from models, servers and files passes here before any screen, clipboard or log.

What a terminal would obey (escapes, controls) becomes a visible sign, what a reader could not see (bidirectional
overrides, zero-width and tag characters) is marked, and what could not be encoded (lone surrogates) is U+FFFD. Every
line is cleaned for itself, so a stream may be cleaned line by line; a control character is replaced for itself, so an
escape sequence cut in two is as harmless as a whole one. Linear in time, and one regular-expression search for clean
text.
"""

import re

REPLACEMENT = "\ufffd"

_SURROGATES = re.compile("[\ud800-\udfff]")
_ASCII_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_NEITHER_LINE_NOR_TAB = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ONE_LINE = str.maketrans("\n\t", "  ")


def clean(text: str) -> str:
    """Text that any widget may show: lines and tabs kept, nothing obeyed, nothing hidden."""
    if text.isascii() and not _ASCII_SUSPECT.search(text):
        return text
    from workbench.domain.hidden import shown

    return shown(storable(text))


def clean_line(text: str) -> str:
    """The same for a place of one line, such as a title: line ends and tabs become spaces."""
    return clean(text).translate(_ONE_LINE)


def for_clipboard(text: str) -> str:
    """Text as received, but for control characters other than tab and newline, which are left out."""
    return _NEITHER_LINE_NOR_TAB.sub("", storable(text))


def pasted(text: str) -> str:
    """Text from a terminal, an editor or a draft as its user means it: without control sequences and other controls."""
    if not text.isascii() or "\x1b" in text:
        from workbench.domain.sequences import without_sequences

        text = without_sequences(text).replace("\x85", "\n")  # the next line of ISO 6429
    return for_clipboard(text)


def storable(text: str) -> str:
    """Text as received that UTF-8 can hold: surrogate pairs are joined, lone surrogates become U+FFFD."""
    if not _SURROGATES.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
