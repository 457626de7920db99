"""Answers as Markdown."""

from workbench.domain.conversation import Response, TextPart, Turn
from workbench.domain.errors import ErrorInfo
from workbench.domain.timing import Timing
from workbench.domain.usage import Usage
from workbench.export.markdown import Answered, answers_as_markdown

_TURN = Turn("t", "s", 1, (TextPart("Why?\n\nTell me."),), "2026-11-21T10:00:00.000+00:00")


def _answer(target: str, **changes) -> Answered:
    response = Response(
        "r",
        "t",
        "l",
        target,
        state="complete",
        text="Because.\n",
        usage=Usage(12, 34),
        cost_nano=4_100_000,
        timing=Timing(first_token_s=0.61, end_s=1.61),
    )
    return Answered(_TURN, __import__("dataclasses").replace(response, **changes))


def test_each_model_has_a_heading_and_its_facts():
    """One heading per model with date, tokens, cost and time to first token; the prompt stands once."""
    text = answers_as_markdown([_answer("openai/a"), _answer("lab/b")])

    assert text.count("> Why?\n>\n> Tell me.") == 1
    assert text.count("## ") == 2
    assert "## openai/a\n\n*2026-11-21 10:00 UTC · 12 tokens in, 34 out · $0.004100 · first token 0.61 s" in text


def test_what_is_unknown_or_failed_is_said():
    """An unknown price is a question mark and an error stands under what was received."""
    broken = _answer(
        "lab/b", state="truncated", cost_nano=None, usage=Usage(source="estimated"), error=ErrorInfo("cut", "cut off")
    )
    text = answers_as_markdown([broken], prompts=False)

    assert "? tokens in, ? out · $?" in text
    assert text.endswith("Because.\n\n*truncated: cut off*\n")


def test_no_control_character_leaves_the_program():
    """C01: escapes in names and answers don't reach the clipboard or a file."""
    text = answers_as_markdown([_answer("lab/\x1b]0;x\x07", text="\x1b[2Jhello", model_served="\x9b31m")])

    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\x9b" not in text
