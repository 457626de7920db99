"""Blocks: what a reader sees of each construct, and that nothing vanishes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.app.answer.rendering import Growing, lines_of, rows_of
from workbench.app.answer.look import BOLD, GROUND, HEADING, MUTED


def test_headings_stand_apart_and_are_bold():
    """Of either kind, with space above."""
    rows = rows_of("text\n\n# One #\nunder\n\nTwo\n---\n")
    assert [row.text for row in rows] == ["text", "", "One", "under", "", "Two"]
    assert rows[2].runs[0].look == rows[5].runs[0].look == BOLD | HEADING


def test_lists_nest_and_count():
    """Bullets, numbers that go on whatever they say, tasks, paragraphs inside."""
    text = "3. a\n3. b\n\n   more\n3. c\n   - x\n   - [ ] y\n   - [x] z\n* other\n"
    assert lines_of(text) == ["3. a", "4. b", "", "   more", "5. c", "   • x", "   ☐ y", "   ☑ z", "• other"]


def test_quotes_have_a_bar():
    """Also across their empty lines and around what is in them."""
    assert lines_of("> a\n>\n> - b\n> > c\n\nd") == ["▎ a", "▎", "▎ • b", "▎", "▎ ▎ c", "", "d"]


def test_code_has_a_ground_a_language_and_a_number():
    """Its lines are kept as they are; a long one is folded, with a sign where it goes on."""
    rows = rows_of("```py\nif x:\n    y\n\nlong = '123456789012345678901234567890'\n```\nafter", 24)
    assert [row.text for row in rows] == [
        "                 py · 1",
        " if x:",
        "     y",
        " ",
        " long = '12345678901234",
        "↪5678901234567890'",
        "",
        "after",
    ]
    assert all(row.fill == GROUND for row in rows[:6])


def test_a_half_open_fence_or_table_loses_nothing():
    """C20: text shows up whether its block is finished or not."""
    assert "secret = 1" in " ".join(lines_of("```py\nsecret = 1"))
    assert lines_of("``") == ["``"]
    assert lines_of("| a | b |") == ["| a | b |"]
    assert lines_of("| a | b |\n|---") == ["| a | b | |---"]
    assert lines_of("| a | b |\n|---|---|\n| c") == ["a │ b", "──┼──", "c │"]


def test_tables_align_and_wrap():
    """Light rules, alignment as asked, wide characters counted as wide."""
    assert lines_of("|a|num|\n|:-|-:|\n|你好|1|\n|x `a|b`|22|\n|too|many|cells|\n") == [
        "a     │          num",
        "──────┼─────────────",
        "你好  │            1",
        "x a|b │           22",
        "too   │ many | cells",
    ]
    wrapped = lines_of("|a|b|\n|-|-|\n|some long words that need room|and more of them here|\n", 30)
    assert max(map(len, wrapped)) <= 30
    assert "".join(wrapped).count("room") == 1


def test_more_columns_than_fit_are_shown_one_cell_a_line():
    """C16: a table of 500 columns is readable and says what it did."""
    text = (
        "|".join(f"h{n}" for n in range(500)) + "\n" + "|".join("-" * 500) + "\n" + "|".join(str(n) for n in range(500))
    )
    lines = lines_of(text, 60)
    assert lines[0] == "500 columns, shown one cell a line"
    assert "h499: 499" in lines


def test_raw_html_is_text():
    """C12: tags and generics are all visible, blocks keep their lines."""
    text = "List<String> if a<b and c>d\n\n<div>\n  <p>x</p>\n</div>\n\n<think>\nhm\n</think>\n"
    assert lines_of(text) == [
        "List<String> if a<b and c>d",
        "",
        "<div>",
        "  <p>x</p>",
        "</div>",
        "",
        "<think>",
        "hm",
        "</think>",
    ]


def test_a_long_line_is_plain_and_says_so():
    """C18: beyond 8,000 characters a line is no Markdown; its text is all there."""
    text = "**word** " * 1_200
    rows = rows_of(text)
    assert rows[0].text == "a very long line, shown as plain text"
    assert rows[0].runs[0].look & MUTED
    assert "".join(row.text for row in rows[1:]).replace(" ", "") == text.replace(" ", "")


def test_deep_nesting_is_flattened():
    """C15: beyond ten levels quotes and lists go no further in; the text stays."""
    assert lines_of(">" * 2_000 + " deep", 60)[-1].endswith("> deep")
    lines = lines_of("".join("  " * depth + f"- item {depth}\n" for depth in range(200)), 60)
    assert [line.split()[-1] for line in lines] == [str(depth) for depth in range(200)]


def test_a_late_definition_reaches_only_those_who_wait():
    """A link by reference gets its target when the definition comes; other leaves keep their rows."""
    growing = Growing()
    growing.append("see [docs] now\n\nother\n\n")
    assert all(run.link is None for row in growing.rows for run in row.runs)
    kept = growing.sheet.rows_of(1)
    growing.append("[docs]: https://example.org\n")
    assert [run.link for run in growing.rows[0].runs] == [None, "https://example.org", None]
    assert growing.sheet.rows_of(1) is kept


def test_no_escape_reaches_a_row():
    """C01 C05 C22: escapes, whole, split over deltas or as entities, are signs on every row."""
    growing = Growing()
    for character in "a\x1b]0;t\x07 &#27;[2J **\x9b** `\x1b` [x](http://\x1b) \r ```\x1b\n\x1b\n":
        growing.append(character)
        assert not re.search("[\x00-\x1f\x7f-\x9f]", "".join(row.text for row in growing.rows))
    assert growing.text.raw.startswith("a\x1b]0;t\x07")


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab <>&*_`[]()|-#>~\n\\!1.x"), max_size=120))
def test_words_never_vanish(text):
    """C12: every letter and digit that was received is on some row, in its order."""
    shown = "".join("".join(row.text for row in rows_of(text, 30)).split())
    letters = iter(shown)
    assert all(letter in letters for letter in _words(text))


def _words(text):
    """Letters that no construct may consume: not list numbers, link targets, definitions or info strings."""
    text = re.sub(r"(?m)^[\s>*-]*\d+[.)]", "", text)
    return "".join(re.findall("[ab]", re.sub(r"\]\([^\n]*", "", text)))


@pytest.mark.parametrize("width", [6, 12])
def test_no_row_is_wider_than_the_view(width):
    """At any width."""
    from tests.unit.app.answer.test_prefixes import DOCUMENTS
    from workbench.app.answer.cells import width_of

    for name, document in DOCUMENTS.items():
        if not name.startswith("long"):
            for row in rows_of(document, width):
                assert width_of(row.text) <= width, (name, row.text)
