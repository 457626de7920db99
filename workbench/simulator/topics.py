"""The written answers: one Markdown file a topic, a section a voice.

A file starts with `%% keywords: a, b, c` (a prompt that has most of them gets this topic), perhaps with `%% words: N`
(only a prompt of at most N words does), and holds sections that start with `%% voice`; `%% reasoning` is what a model
that reasons thinks first. `fallback.md` answers everything else. `{words}` stands for the prompt's first words and
`{count}` for how many words it has.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "answers"
_SECTION = re.compile(r"^%% *(.+?) *\n", re.MULTILINE)
_FENCE = re.compile(r"\s*```")
_BLOCK = re.compile(r"\s*([-*+] |\d+\. |#|>|\||```|---)")
"""How a line begins that starts something new."""
_ALONE = re.compile(r"\s*(#|\||```|---)")
"""How a line begins that nothing can be added to."""
_WRAPPED = 90
"""Characters from which a line of a quotation was wrapped, and is no verse."""
_KINSHIP = {"sage": "deep", "deep": "steady", "world": "steady", "coder": "steady", "terse": "brief", "brief": "steady"}
"""Which voice speaks where one has nothing to say."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One subject, in several voices."""

    name: str
    keywords: re.Pattern[str] | None
    sections: Mapping[str, str]
    most_words: int | None = None
    """Longer prompts are about something else."""

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
    """The topic with the most keywords in the prompt's first 4,000 characters, the one named first of equals."""
    sample = prompt[:4000].lower()
    words = len(sample.split())
    best: tuple[int, int, Topic] | None = None
    for topic in topics():
        if topic.keywords is None or (topic.most_words is not None and words > topic.most_words):
            continue
        found = list(topic.keywords.finditer(sample))
        if not found:
            continue
        rank = (-len({match[0] for match in found}), found[0].start(), topic)
        if best is None or rank[:2] < best[:2]:
            best = rank
    return best[2] if best else None


def unwrap(text: str) -> str:
    """Undo the files' line wrapping, as no model wraps; short lines of a quotation are verse and keep their breaks."""
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        before = lines[-1] if lines else ""
        if _FENCE.match(line):
            fenced = not fenced
            lines.append(line)
        elif fenced or not before or not line or not _continues(before, line):
            lines.append(line)
        elif not line.startswith(">"):
            lines[-1] = f"{before} {line.strip()}"
        elif len(before) >= _WRAPPED:
            lines[-1] = f"{before} {line.lstrip('> ')}"
        else:
            lines[-1] = before + "  "
            lines.append(line)
    return "\n".join(lines)


def _continues(before: str, line: str) -> bool:
    if line.startswith(">"):
        return before.startswith(">")
    return not _BLOCK.match(line) and not _ALONE.match(before)


def _read(path: Path) -> Topic:
    parts = _SECTION.split(path.read_text("utf-8"))
    sections = {name: unwrap(text.strip()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}
    directives = {name.partition(":")[0]: name.partition(":")[2] for name in list(sections) if ":" in name}
    for name in [name for name in sections if ":" in name]:
        del sections[name]
    words = [re.escape(word.strip()) for word in directives.get("keywords", "").split(",") if word.strip()]
    return Topic(
        path.stem,
        re.compile("|".join(rf"(?<!\w){word}(?!\w)" for word in words)) if words else None,
        sections,
        int(directives["words"]) if "words" in directives else None,
    )
