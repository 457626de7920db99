"""Inline Markdown of one paragraph to runs.

Own code and not a library's, for three reasons: an open paragraph is parsed again at every frame, so that speed
matters; nothing may vanish, so raw HTML stays text; and every construct is bounded, so that hostile text cannot make it
slow. Rules are CommonMark's, with strikethrough and bare links. Source: https://spec.commonmark.org/0.31.2/#inlines
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.app.answer.emphasis import Mark, Piece, add_marks, pair_marks
from workbench.app.answer.look import CODE, LINK, MUTED, Run
from workbench.domain.clean import clean_line

_TOKEN = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])|(?P<newline>\n *)|(?P<ticks>`+)|(?P<marks>\*+|_+|~+)"
    r"|(?P<open>!?\[)|(?P<close>\])|<(?P<auto>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+)>"
    r"|(?P<entity>&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)"
    r"|(?P<url>(?<![\w/])https?://[^\s<>`*|]+)"
)
_PLAIN = re.compile(r"[\\`*_~\[\]<&\n]|https?:")
_DESTINATION = re.compile(
    r"\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<bare>(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*\))*))"
    r"(?:\s+(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)"
)
_LABEL = re.compile(r"\[((?:\\.|[^\[\]\\]){0,999})\]")
_UNESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])|(&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)")
_URL_END = frozenset(".,;:!?'\"_~]")
_MOST_OPENERS = 400
"""Brackets that may wait for their partner; older ones are text."""


@dataclass(slots=True)
class Inline:
    """A parsed paragraph."""

    runs: list[Run]
    labels: frozenset[str] = frozenset()
    """Labels in brackets that were looked up, found or not."""


@dataclass(slots=True)
class _State:
    source: str
    definitions: Mapping[str, str]
    pieces: list[Piece] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    brackets: list[tuple[int, int, bool, int, bool]] = field(default_factory=list)
    """Piece, position after it, image?, marks below it, active?"""
    labels: set[str] = field(default_factory=set)


def normal_label(label: str) -> str:
    """A link label as it is compared."""
    return " ".join(label.split()).casefold()


def parse_inline(source: str, definitions: Mapping[str, str], look: int = 0) -> Inline:
    """The runs of one paragraph; line ends in the runs are hard breaks.

    Args:
        source: Cleaned text without the marks of its block.
        definitions: Link targets by normal label.
        look: Added to every run.
    """
    if not _PLAIN.search(source):
        return Inline([Run(source, look)] if source else [])
    state = _State(source, definitions)
    _scan(state)
    pair_marks(state.pieces, state.marks)
    return Inline(_merge(state.pieces, look), frozenset(state.labels))


def destination(written: str) -> str:
    """A link target with its escapes and entities read, harmless and in one line."""
    read = _UNESCAPE.sub(lambda match: match[1] or html.unescape(match[2]), written)
    return clean_line(read)


def _scan(state: _State) -> None:
    source, pieces = state.source, state.pieces
    position = plain_from = 0
    closers: dict[int, int] | None = None
    for_ticks: dict[int, list[int]] = {}
    length = len(source)
    search = _TOKEN.search
    while position < length:
        match = search(source, position)
        if match is None:
            break
        kind = match.lastgroup
        start, end = match.span()
        if kind == "close" and not state.brackets:
            position = end
            continue
        if start > plain_from:
            pieces.append(Piece(source[plain_from:start]))
        match kind:
            case "escaped":
                pieces.append(Piece(match["escaped"]))
            case "newline":
                _break_line(pieces)
            case "ticks":
                if closers is None:
                    closers = {}
                    for run in re.finditer("`+", source):
                        for_ticks.setdefault(run.end() - run.start(), []).append(run.start())
                    for starts in for_ticks.values():
                        starts.reverse()
                end = _code_span(state, start, end, for_ticks)
            case "marks":
                add_marks(source, start, end, pieces, state.marks)
            case "open":
                state.brackets.append((len(pieces), end, source[start] == "!", len(state.marks), True))
                pieces.append(Piece(match["open"]))
                if len(state.brackets) > _MOST_OPENERS:
                    del state.brackets[0]
            case "close":
                end = _close_bracket(state, start, end)
            case "auto":
                target = match["auto"]
                pieces.append(Piece(target, LINK, destination(target if ":" in target else f"mailto:{target}")))
            case "entity":
                pieces.append(Piece(clean_line(html.unescape(match["entity"]))))
            case _:
                end = _bare_url(state, start, end)
        position = plain_from = end
    if plain_from < length:
        pieces.append(Piece(source[plain_from:]))


def _break_line(pieces: list[Piece]) -> None:
    """A hard break after two spaces or a backslash, else a space."""
    if not pieces:
        return
    before = pieces[-1].text
    kept = before.rstrip(" ")
    hard = len(before) - len(kept) >= 2
    if kept.endswith("\\") and len(kept) == len(before):
        kept, hard = kept[:-1], True
    pieces[-1].text = kept
    pieces.append(Piece("\n" if hard else " "))


def _code_span(state: _State, start: int, end: int, ticks: dict[int, list[int]]) -> int:
    """The span up to the next run of as many backticks; without one the backticks are text."""
    waiting = ticks.get(end - start, [])
    while waiting and waiting[-1] < end:
        waiting.pop()
    if not waiting:
        state.pieces.append(Piece(state.source[start:end]))
        return end
    close = waiting[-1]
    code = state.source[end:close].replace("\n", " ")
    if len(code) > 2 and code[0] == code[-1] == " " and code.strip():
        code = code[1:-1]
    state.pieces.append(Piece(code, CODE))
    return close + end - start


def _close_bracket(state: _State, start: int, end: int) -> int:
    piece, after_open, image, marks_below, active = state.brackets.pop()
    source, pieces = state.source, state.pieces
    if not active:
        pieces.append(Piece("]"))
        return end
    target: str | None = None
    match = _DESTINATION.match(source, end) if source.startswith("(", end) else None
    if match:
        target = destination(match["angle"] if match["angle"] is not None else match["bare"])
        end = match.end()
    else:
        label = source[after_open:start]
        follow = _LABEL.match(source, end)
        if follow and follow[1].strip():
            label = follow[1]
        key = normal_label(label)
        target = state.definitions.get(key) if key and len(label) < 1000 else None
        if key and len(label) < 1000:
            state.labels.add(key)
        if target is not None and follow:
            end = follow.end()
    if target is None:
        pieces.append(Piece("]"))
        return end
    pair_marks(pieces, state.marks, marks_below)
    if image:
        described = "".join(inner.text for inner in pieces[piece + 1 :]) or "image"
        del pieces[piece:]
        pieces.append(Piece(f"[image: {described}]", LINK | MUTED, target))
    else:
        pieces[piece].text = ""
        for inner in pieces[piece + 1 :]:
            inner.look |= LINK
            inner.link = target
        if not any(inner.text.strip() for inner in pieces[piece + 1 :]):
            pieces.append(Piece(target or "link", LINK, target))
        state.brackets = [
            (at, position, is_image, below, alive and is_image)
            for at, position, is_image, below, alive in state.brackets
        ]
    return end


def _bare_url(state: _State, start: int, end: int) -> int:
    url = state.source[start:end]
    while url and (url[-1] in _URL_END or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    if state.brackets:
        url = url.partition("]")[0]
    state.pieces.append(Piece(url, LINK, destination(url)))
    return start + len(url)


def _merge(pieces: list[Piece], look: int) -> list[Run]:
    """Neighbours of one look joined, empty pieces left out."""
    runs: list[Run] = []
    text: list[str] = []
    last: tuple[int, str | None] = (-1, None)
    for piece in pieces:
        if not piece.text:
            continue
        kind = (piece.look | look, piece.link)
        if kind != last:
            if text:
                runs.append(Run("".join(text), *last))
            text, last = [], kind
        text.append(piece.text)
    if text:
        runs.append(Run("".join(text), *last))
    return runs
