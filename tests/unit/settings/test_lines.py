"""The line of a key in TOML text."""

import pytest

from workbench.settings.lines import Path, line_of

TEXT = '''\
top = 1
[a."b.c"]
x = """
y = 2
[a.z]
"""
y = [
  { name = "[q]", deep = 1 },  # ] }
  "k = 3",
]
"quoted key" = 1
[[list]]
n = { one = 1, two = 2 }
[a.d]
e.f = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 1),
        (("a", "b.c"), 2),
        (("a", "b.c", "x"), 3),
        (("a", "b.c", "y"), 7),
        (("a", "b.c", "y", 0, "deep"), 8),
        (("a", "b.c", "quoted key"), 11),
        (("list", 0, "n", "two"), 13),
        (("a", "d", "e", "f"), 15),
        (("a", "d", "missing"), 14),
        (("nowhere",), 1),
        (("list",), 12),
    ],
)
def test_the_line_of_a_key(path: Path, line: int) -> None:
    """Headers, dotted and quoted keys are found; what stands inside of strings is not taken for them."""
    assert line_of(TEXT, path) == line
