"""Inline Markdown, as CommonMark reads it."""

from functools import reduce
from operator import or_

import pytest
from markdown_it import MarkdownIt

from workbench.app.answer.inline import parse_inline
from workbench.app.answer.look import BOLD, CODE, ITALIC, LINK, MUTED, STRIKE, Run

CASES = """*a* **b** ***c*** _d_ __e__ ~~f~~
snake_case_word and 2*3*4 and 5 * 6 * 7
**bold *both* bold** *i **b** i*
*a **b* c**
**a*b**
*(**a**)* *a*b _a_b
`code` ``with ` tick`` ` `` ` `a **b**`
`unclosed **b**
\\*a\\* \\` \\\\ \\a
[a](b) [a](<b c>) [a](b "t") [a](b(c)d) [*a*](b) [a [b](c)](d) [a]( b )
![i](u) ![i *j*](u) [![i](u)](v)
[a] [b][] [c][d] [not] [ref] [ref][] [text][ref] [REF]
<https://a.b/c> <a@b.c> <not a link> a<b>c
&amp; &lt; &copy; &#65; &nope; &
a\\
b\x20\x20
c
d
*a **b ***c d** e* f
** a** **a ** __ b__
a*"b"*c *"b"* **"c"**d
foo***bar***baz ****x**** *****y*****
[a](b)c](d) [a]b](c) ]a[ ![a [a](
~~a~~b~~ ~~ c ~~"""


def _oracle(source: str) -> list[tuple[str, int]]:
    """Text and emphasis by markdown-it."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
    environment = {"references": {"REF": {"href": "r", "title": ""}}}
    looks = {"strong": BOLD, "em": ITALIC, "s": STRIKE, "link": LINK}
    found: list[tuple[str, int]] = []
    open_looks: list[int] = []
    for token in parser.parseInline(source, environment)[0].children or []:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if token.type.endswith("_open"):
            open_looks.append(looks[name])
        elif token.type.endswith("_close"):
            open_looks.pop()
        look = reduce(or_, open_looks, 0)
        if token.type.endswith(("_open", "_close")):
            continue
        if token.type == "softbreak":
            found.append((" ", look))
        elif token.type == "hardbreak":
            found.append(("\n", look))
        elif token.type == "image":
            found.append((f"[image: {token.content.replace('*', '')}]", look | LINK | MUTED))
        elif token.content:
            found.append((token.content, look | (CODE if token.type == "code_inline" else 0)))
    return _joined(found)


def _joined(pieces: list[tuple[str, int]]) -> list[tuple[str, int]]:
    joined: list[tuple[str, int]] = []
    for text, look in pieces:
        if joined and joined[-1][1] == look:
            joined[-1] = (joined[-1][0] + text, look)
        else:
            joined.append((text, look))
    return joined


@pytest.mark.parametrize("source", [*CASES.split("\n"), CASES])
def test_inline_marks_are_read_as_commonmark_reads_them(source):
    """An independent parser sees the same words in the same looks."""
    runs = parse_inline(source, {"ref": "r"}).runs
    assert _joined([(run.text, run.look) for run in runs]) == _oracle(source)


def test_links_carry_their_real_target():
    """Text and target are apart; escapes and entities in a target are read and harmless."""
    source = "[a](https://x.org/%20?a=1&amp;b=\\)) <m@x.org> https://y.org/p(q). ![pic](http://evil/?q=1) [b][r]"
    links = [(run.text, run.link) for run in parse_inline(source, {"r": "https://z.org"}).runs if run.link]
    assert links == [
        ("a", "https://x.org/%20?a=1&b=)"),
        ("m@x.org", "mailto:m@x.org"),
        ("https://y.org/p(q)", "https://y.org/p(q)"),
        ("[image: pic]", "http://evil/?q=1"),
        ("b", "https://z.org"),
    ]


def test_labels_that_wait_are_known():
    """So that a late definition finds its readers."""
    parsed = parse_inline("[A  b] and [c][d] and [e](f)", {})
    assert parsed.labels == {"a b", "c", "d"} - {"c"}
    assert parsed.runs == [Run("[A  b] and [c][d] and ", 0), Run("e", LINK, "f")]
