"""What came in deltas looks as if it had come at once."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.app.answer.rendering import Growing, described, rows_of
from workbench.app.answer import highlight

DOCUMENTS = {
    "mixed": """# Title

A paragraph with **bold**, *italic*, ~~gone~~, `code`, [a link](https://example.org "t") and [late][ref].
Second line of it\x20\x20
after a hard break.

Setext
======

- one
- two
  continued

  - nested with `code`
    1. deep
- [x] done

> quote **with
> emphasis** and
lazy continuation
>
> - item

```python
def f(x):
    return "ünïcode 你好"
```

| a | b |
|---|--:|
| 1 | `x|y` |
| long cell text that wraps | 3 |

text | not a table

    indented
    code

[ref]: https://late.example "late"

~~~
open fence
""",
    "edges": "a\r\nb\r\n\r\n***\n\n1) x\n3) y\n\n[x] [y]: z\n\n&amp; &#27; \\* <b> <https://e.org> http://u.rl/(a)).\n"
    "\t\ttab\n\ue000 👨\u200d👩 \x1b[2J",
    "table with words before": "intro\nmore\na | b\n-|-\n1|2\n\n# h\ntext\n---\n",
    "fence in list": "1. do\n\n   ```sh\n   ls -l\n\n   cd\n   ```\n   after\n2. next\n",
    "long line": "start\n\n" + "word " * 3000 + "\n\nend\n",
    "long paragraph": "".join(f"line {n} of a *long* paragraph\n" for n in range(400)),
    "long code": "```py\n" + "".join(f"x = {n}\n" for n in range(130)) + "```\n",
    "long table": "|a|b|\n|-|-|\n" + "".join(f"|{n}|{'w' * (n % 17)}|\n" for n in range(90)),
}
PIECES = st.sampled_from(
    """- |1. |> |    |# |```|```py\n|~~~|---|===|*|**|_|`|~~|[|]|](|)|[x]|[x]: y\n|<div>|&lt;|\\|word |你好|\t|  |\r
http://a.b/c|a\\|b\n-\\|-\n|\x1b|👩\u200d⚕️|\n|\n\n|\n""".replace("\\|", "\0")
    .replace("|", "\1")
    .replace("\0", "|")
    .split("\1")
)


@pytest.fixture(autouse=True, scope="module")
def _colours():
    """Code is coloured, as it is once its lexer was imported."""
    for language in ("python", "py", "sh"):
        highlight.load(language)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_prefix_is_as_if_it_came_at_once(name):
    """C20: at each of the N prefixes of a document the view equals a fresh rendering; nothing crashes."""
    document = DOCUMENTS[name]
    growing = Growing()
    step = max(len(document) // 400, 1)
    for end in range(step, len(document) + step, step):
        growing.append(document[end - step : end])
        assert described(growing.rows) == described(rows_of(document[:end])), repr(document[:end])[-80:]


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40), st.randoms(use_true_random=False), st.sampled_from([12, 40]))
def test_any_markdown_in_any_deltas(pieces: list[str], dice: random.Random, width: int):
    """C20: whatever the text and wherever the deltas are cut."""
    text = "".join(pieces)
    growing = Growing(width)
    start = 0
    while start < len(text):
        end = min(start + dice.randint(1, 6), len(text))
        growing.append(text[start:end])
        start = end
    assert described(growing.rows) == described(rows_of(text, width))
    assert growing.text.raw == text
