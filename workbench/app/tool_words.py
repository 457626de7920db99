"""Tool calls as people read them: name, arguments, result; never anything that could steer a terminal."""

import json
from collections.abc import Sequence

from workbench.app.formatting import plural
from workbench.domain.clean import clean, clean_line
from workbench.domain.conversation import ToolCall

RESULT_LINES = 12
RESULT_CHARACTERS = 1_200
ARGUMENT_LINES = 40


def round_words(calls: Sequence[ToolCall]) -> str:
    """The calls of one round in their order; several were asked for together, which is said."""
    blocks = [call_words(call) for call in calls]
    if len(calls) > 1:
        blocks.insert(0, f"{plural(len(calls), 'tool call')} together, round {calls[0].round}")
    return "\n".join(blocks)


def call_words(call: ToolCall) -> str:
    """One call and what became of it."""
    name = clean_line(call.name) or "(no name)"
    arguments = argument_lines(call.arguments)
    shown = arguments[:ARGUMENT_LINES]
    if len(arguments) > ARGUMENT_LINES:
        shown.append(f"… {plural(len(arguments) - ARGUMENT_LINES, 'more line')}")
    head = f"tool call invalid, not run: {name}" if call.outcome == "invalid" else f"calls {name}"
    if len(shown) <= 1:
        lines = [f"{head} {shown[0] if shown else ''}".rstrip()]
    else:
        lines = [head, *(f"  {line}" for line in shown)]
    if call.result is not None:
        lines += _result(call.result)
    return "\n".join(lines)


def argument_lines(raw: str) -> list[str]:
    """Raw arguments, one to a line where they are an object, as they came where they are none."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return clean(raw).split("\n") if raw.strip() else []
    if not isinstance(value, dict):
        return clean(raw).split("\n")
    width = max((len(name) for name in value), default=0)
    lines: list[str] = []
    for name, inner in value.items():
        words = inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False, indent=2)
        first, *rest = clean(words).split("\n")
        lines.append(f"{clean_line(name)}:{' ' * min(20, width - len(name))} {first}")
        lines += [f"    {line}" for line in rest]
    return lines


def _result(text: str) -> list[str]:
    lines = clean(text[:RESULT_CHARACTERS]).split("\n")
    shown = [f"→ {lines[0]}", *(f"  {line}" for line in lines[1:RESULT_LINES])]
    if len(lines) > RESULT_LINES or len(text) > RESULT_CHARACTERS:
        shown.append(f"  … {len(text):,} characters")
    return shown
