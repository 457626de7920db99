"""Text to pieces of about four characters, as models write it; not any vendor's vocabulary."""

import random
import re
from collections.abc import Iterator

_WORDS = re.compile(r" ?[^\W\d_]+| ?\d{1,3}|_+| ?[^\w\s]{1,3}|\n+|[^\S\n]+(?=\S)|\s")
_LONGEST = 10
"""Characters of a word that may come in one piece."""


def pieces(text: str, rng: random.Random) -> Iterator[str]:
    """Cut a text into pieces that join to it exactly; the same generator state cuts the same way."""
    for match in _WORDS.finditer(text):
        word = match[0]
        if len(word) <= _LONGEST and word.isascii():
            yield word
        else:
            yield from _parts(word, rng)


def _parts(word: str, rng: random.Random) -> Iterator[str]:
    widest = 2 if ord(max(word)) >= 0x0E00 else 7
    start = 0
    while start < len(word):
        length = rng.randint(1 if widest == 2 else 4, widest)
        yield word[start : start + length]
        start += length


def estimate(text: str) -> int:
    """About how many tokens a prompt is: a quarter of its bytes, at least 1 when there is any."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // 4)
