"""Code tokens by Pygments, one part of a block at a time, imported only when the first code is to be coloured."""

from typing import Any

from workbench.app.answer.leaf_builder import CODE_PART
from workbench.app.answer.leaves import Kind, Leaf
from workbench.app.answer.look import TOKENS

MOST_PARTS = 1_000 // CODE_PART
"""Of one block that are coloured; a longer one goes on plain."""
LONGEST_LINE = 400
"""Characters on average; a part with longer lines stays plain."""

_LEXERS: dict[str, Any] = {}
"""By language; None for one that nobody knows."""
_NAMES = {
    "Comment": "comment",
    "Keyword": "keyword",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Name.Function": "name",
    "Name.Class": "name",
    "Name.Decorator": "name",
    "Name.Tag": "keyword",
    "Name.Attribute": "name",
    "Name.Builtin": "builtin",
    "Name.Constant": "builtin",
    "Operator": "operator",
    "Operator.Word": "keyword",
    "Generic.Inserted": "inserted",
    "Generic.Deleted": "deleted",
    "Generic.Heading": "keyword",
    "Generic.Prompt": "comment",
}
_looks: dict[Any, int] = {}
_alike: dict[tuple[int, int], tuple[int, int]] = {}
"""Equal lengths and looks are one object: the code of a long answer has thousands of them."""


def language_of(leaf: Leaf) -> str:
    """The language of a part of code as Pygments may know it; empty for everything else."""
    if leaf.kind is not Kind.CODE or leaf.code is None or not leaf.code.info:
        return ""
    return leaf.code.info.split(maxsplit=1)[0].strip("{}.").lower()


def is_known(language: str) -> bool:
    """Whether it was looked up already."""
    return language in _LEXERS


def load(language: str) -> None:
    """Import a language's lexer; it is for a thread, for it takes some 10 to 100 ms."""
    if language in _LEXERS:
        return
    import pygments.lexers
    import pygments.util

    try:
        lexer = pygments.lexers.get_lexer_by_name(language, stripnl=False, ensurenl=False)
        list(lexer.get_tokens_unprocessed("x\n"))
    except pygments.util.ClassNotFound:
        lexer = None
    _LEXERS[language] = lexer


def colour(leaf: Leaf) -> None:
    """See that the finished lines of a part of code have their tokens, where its language is loaded."""
    finished = len(leaf.lines) - leaf.unfinished
    if leaf.coloured != finished:
        leaf.tokens, leaf.coloured = tokens_of(leaf, finished), finished


def tokens_of(leaf: Leaf, finished: int) -> list[list[tuple[int, int]]] | None:
    """For each finished line of a part of code: lengths and looks of its tokens. None: it stays plain.

    A part is read for itself, so that colouring one costs the same wherever it stands.
    """
    language = language_of(leaf)
    lexer = _LEXERS.get(language) if language else None
    if lexer is None or leaf.part >= MOST_PARTS or leaf.size > LONGEST_LINE * max(len(leaf.lines), 1):
        return None
    lines: list[list[tuple[int, int]]] = [[]]
    for _, token, text in lexer.get_tokens_unprocessed("\n".join(leaf.lines[:finished]) + "\n"):
        look = _look(token)
        while True:
            head, end, text = text.partition("\n")
            if head:
                found = len(head), look
                lines[-1].append(_alike.setdefault(found, found))
            if not end:
                break
            lines.append([])
    return lines


def _look(token: Any) -> int:
    found = _looks.get(token)
    if found is None:
        name = str(token).removeprefix("Token.")
        while name and name not in _NAMES:
            name = name.rpartition(".")[0]
        found = _looks[token] = TOKENS.index(_NAMES[name]) if name else 0
    return found
