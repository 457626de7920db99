"""Finds the line of a key in TOML text, because `tomllib` forgets where values came from."""

import re

Path = tuple[str | int, ...]

_KEY = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_DOTTED})[ \t]*\]\]?")
_ASSIGNMENT = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PART = re.compile(_KEY)
_TOKEN = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[][{}]')


def line_of(text: str, path: Path) -> int:
    """The line, from 1, of the deepest part of `path` that the text spells out; 1 when none of it is there."""
    found, depth = 1, 0
    names = tuple(part for part in path if isinstance(part, str))
    table: tuple[str, ...] = ()
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if header := _HEADER.match(line):
            table = _parts(header[1])
            spelled, span = table, 1
        elif assignment := _ASSIGNMENT.match(line):
            spelled = table + _parts(assignment[1])
            span = _span(lines, number - 1, assignment.end())
        else:
            continue
        common = _common(spelled, names)
        if common > depth:
            found, depth = number, common
            if common == len(spelled) < len(names):
                found += _inner_line(lines[number - 1 : number - 1 + span], names[-1])
        number += span - 1
    return found


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many parts two paths share from the beginning."""
    return next(
        (depth for depth, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _span(lines: list[str], first: int, column: int) -> int:
    """How many lines the value takes that starts in line `first` after `column`."""
    depth = 0
    fence = ""
    for offset in range(len(lines) - first):
        line = lines[first + offset][column if offset == 0 else 0 :]
        at = 0
        while True:
            if fence:
                end = line.find(fence, at)
                if end < 0:
                    break
                at, fence = end + 3, ""
            token = _TOKEN.search(line, at)
            if token is None:
                break
            at = token.end()
            if token[0] in ('"""', "'''"):
                fence = token[0]
            elif token[0] in "[{":
                depth += 1
            elif token[0] in "]}":
                depth -= 1
        if depth <= 0 and not fence:
            return offset + 1
    return 1


def _inner_line(lines: list[str], key: str) -> int:
    """How far below the value's first line an inline table's `key` stands."""
    wanted = re.compile(rf"""(?:^|[{{,\s])["']?{re.escape(key)}["']?\s*=""")
    return next((offset for offset, line in enumerate(lines) if wanted.search(line)), 0)
