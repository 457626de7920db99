"""The written answers: one Markdown file a topic, a section a voice.

A file starts with `%% keywords: a, b, c` (a prompt that has most of them gets this topic) and holds sections that start
with `%% voice`. The section `reasoning` is what a reasoning model thinks first. `fallback.md` answers everything else;
`{words}` in it are the prompt's first words.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "answers"
_SECTION = re.compile(r"^%% *(.+?) *\n", re.MULTILINE)
_KINSHIP = {"sage": "deep", "deep": "steady", "world": "steady", "coder": "steady", "terse": "brief", "brief": "steady"}
"""Which voice speaks where one has nothing to say."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject, in several voices."""

    name: str
    keywords: re.Pattern[str] | None
    sections: Mapping[str, str]

    def section(self, voice: str) -> str:
        """The voice's text, or the one of the voice most like it; empty when there is none at all."""
        wanted: str | None = voice
        while wanted is not None:
            if wanted in self.sections:
                return self.sections[wanted]
            wanted = _KINSHIP.get(wanted)
        return ""


@functools.cache
def topics() -> tuple[Topic, ...]:
    """All topics but the fallback, by name."""
    return tuple(_read(path) for path in sorted(_FOLDER.glob("*.md")) if path.stem != "fallback")


@functools.cache
def fallback() -> Topic:
    """What is said when no topic fits."""
    return _read(_FOLDER / "fallback.md")


def find_topic(prompt: str) -> Topic | None:
    """The topic with the most keywords in the prompt's first 4,000 characters; the first of equals."""
    sample = prompt[:4000].lower()
    best, most = None, 0
    for topic in topics():
        found = len({match[0] for match in topic.keywords.finditer(sample)}) if topic.keywords else 0
        if found > most:
            best, most = topic, found
    return best


def _read(path: Path) -> Topic:
    parts = _SECTION.split(path.read_text("utf-8"))
    sections = {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    keywords = next((name for name in sections if name.startswith("keywords:")), None)
    pattern = None
    if keywords is not None:
        del sections[keywords]
        words = (word.strip() for word in keywords.removeprefix("keywords:").split(","))
        pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words if word))
    return Topic(path.stem, pattern, sections)
