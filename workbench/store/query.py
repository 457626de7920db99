"""What a person typed into the search, taken apart into what the index can answer and what the text must show."""

import re
import unicodedata
from dataclasses import dataclass

from workbench.domain.clean import storable

_LONGEST = 4000
_MOST_WORDS = 16
_LONGEST_WORD = 64
INDEXED_PREFIX = 4
"""Characters: the index has lists of its own for prefixes up to this length."""

_UNSEGMENTED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PHRASE = re.compile(r'"([^"]*)"')
_WORD = re.compile(rf"[{_UNSEGMENTED}]+|[^\W_{_UNSEGMENTED}]+")
_IS_UNSEGMENTED = re.compile(rf"[{_UNSEGMENTED}]")
_SIMPLE = re.compile("[0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Query:
    """A search. All of it must hold for one prompt, answer or title."""

    words: tuple[str, ...] = ()
    """Whole words, found by the index."""
    prefix: str = ""
    """The word that is still being typed."""
    literals: tuple[str, ...] = ()
    """Folded text that must occur as it is: phrases, and words of scripts without spaces."""
    typed: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it asks for nothing."""
        return not self.typed

    @property
    def uses_index(self) -> bool:
        """Whether there is a word to look up."""
        return bool(self.words or self.prefix)

    def expression(self, prefix: str | None = None) -> str:
        """The FTS5 query; nothing that was typed can be taken for its syntax."""
        terms = [f'"{word}"' for word in self.words]
        if self.prefix:
            terms.append(f'"{self.prefix if prefix is None else prefix}"*')
        return " ".join(terms)

    @property
    def broad_prefix(self) -> str:
        """The part of a longer prefix that the index has a list for; empty when there is no need of it."""
        if len(self.prefix) <= INDEXED_PREFIX or not _SIMPLE.fullmatch(self.prefix):
            return ""
        return self.prefix[:INDEXED_PREFIX]


def parse(typed: str) -> Query:
    """Never fails: what holds no word is looked for as it is."""
    typed = storable(typed[:_LONGEST]).replace("\0", " ").strip("\n\r")
    text = typed.strip()
    literals: list[str] = []
    words: list[str] = []
    for phrase in _PHRASE.findall(typed):
        found = _WORD.findall(phrase)
        if found and phrase.strip() != found[0]:
            literals.append(fold(phrase.strip()))
        words += [word for word in found if not _IS_UNSEGMENTED.match(word)]
    rest = _PHRASE.sub(" ", typed)
    loose = _WORD.findall(rest[: _MOST_WORDS * _LONGEST_WORD])
    literals += [fold(word) for word in loose if _IS_UNSEGMENTED.match(word)]
    words += [word for word in loose if not _IS_UNSEGMENTED.match(word)]
    words = [word[:_LONGEST_WORD].lower() for word in words[:_MOST_WORDS]]
    prefix = ""
    if loose and words and typed.endswith(loose[-1]) and not _IS_UNSEGMENTED.match(loose[-1]):
        prefix = words.pop()
    if not words and not prefix and not literals and text:
        literals.append(fold(text))
    return Query(tuple(dict.fromkeys(words)), prefix, tuple(dict.fromkeys(literals)), text)


def fold(text: str) -> str:
    """As the index compares: without case and diacritics."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return "".join(char for char in unicodedata.normalize("NFD", lowered) if not "\u0300" <= char <= "\u036f")


def begins_a_word(prefix: str) -> re.Pattern[str]:
    """Finds the prefix at the beginning of a word of folded text."""
    return re.compile(rf"(?<![^\W_]){re.escape(prefix)}")
