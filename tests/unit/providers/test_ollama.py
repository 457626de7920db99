"""Ollama's lines, hand-made: one quirk each."""

from typing import Any

from tests.support.answer import Answer
from tests.support.bodies import answer_in


def line(content: str = "", **fields: Any) -> dict[str, Any]:
    thinking = {"thinking": fields.pop("thinking")} if "thinking" in fields else {}
    calls = {"tool_calls": fields.pop("tool_calls")} if "tool_calls" in fields else {}
    return {
        "model": "m",
        "message": {"role": "assistant", "content": content, **thinking, **calls},
        "done": False,
        **fields,
    }


def play(*frames: Any) -> Answer:
    return answer_in("ollama", *frames)


def test_thinking_text_and_figures():
    """Thinking is reasoning; the last line has counts and durations, of which all are kept."""
    figures = {"prompt_eval_count": 11, "eval_count": 4, "load_duration": 2_000_000_000}
    answer = play(line(thinking="hm"), line("Hi"), line(done=True, done_reason="stop", **figures))

    assert (answer.reasoning, answer.text, answer.model) == ("hm", "Hi", "m")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (11, 4)
    assert answer.usage_raw == figures
    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw) == ("stop", "stop")


def test_calls_come_whole():
    """A tool call is one line, its arguments an object; having called makes the reason."""
    calls = [{"function": {"name": "f", "arguments": {"a": "é"}}}, {"function": {"name": "g", "arguments": {}}}]
    answer = play(line(tool_calls=calls), line(done=True, done_reason="stop"))

    assert [(call["name"], call["arguments"]) for call in answer.tool_calls] == [("f", '{"a": "é"}'), ("g", "{}")]
    assert answer.finish is not None
    assert answer.finish.reason == "tool_calls"


def test_a_missing_reason_in_the_last_line_is_complete():
    """P14: old servers say `done` without a reason; the answer is whole."""
    answer = play(line("Hi"), line(done=True))

    assert answer.finish is not None
    assert (answer.finish.reason, answer.finish.raw) == ("stop", None)


def test_the_other_endpoint_is_read_too():
    """`response` and `thinking` of /api/generate are text and reasoning."""
    answer = play({"model": "m", "response": "Hi", "thinking": "hm"}, {"model": "m", "response": "", "done": True})

    assert (answer.text, answer.reasoning) == ("Hi", "hm")


def test_a_second_generation_in_one_body_is_not_lost():
    """Text after `done` belongs to the answer; the last figures count."""
    answer = play(line("a"), line(done=True, eval_count=1), line("b"), line(done=True, eval_count=2))

    assert answer.text == "ab"
    assert answer.usage.output_tokens == 2


def test_an_error_line_keeps_the_text():
    """S22: an error line mid-stream is the server's error; the text stands."""
    answer = play(line("Hi"), {"error": "llama runner process has terminated"})

    assert answer.text == "Hi"
    assert answer.error is not None
    assert "terminated" in answer.error.message


def test_a_body_without_done_is_cut():
    """S22: without `done` the answer is cut, whatever the end of the body looked like."""
    answer = play(line("Hi"))

    assert answer.text == "Hi"
    assert answer.error is not None
    assert answer.error.kind == "cut"


def test_imitators_spell_thinking_otherwise():
    """Servers that only imitate Ollama put thinking into `reasoning_content`."""
    spelled = {"model": "m", "message": {"role": "assistant", "content": "", "reasoning_content": "hm"}, "done": False}
    answer = play(spelled, line("Hi"), line(done=True, done_reason="stop"))
    assert (answer.reasoning, answer.text) == ("hm", "Hi")
