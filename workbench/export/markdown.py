"""Answers as Markdown: one heading per model, with what produced them."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.domain.clean import clean_line, for_clipboard
from workbench.domain.conversation import Response, Turn
from workbench.domain.timing import tokens_per_second

_NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer with the turn it belongs to."""

    turn: Turn
    response: Response


def answers_as_markdown(answers: Sequence[Answered], *, prompts: bool = True) -> str:
    """The answers in the given order; a prompt stands once above the answers that share it."""
    parts: list[str] = []
    turn: str | None = None
    for answered in answers:
        if prompts and answered.turn.id != turn:
            parts.append(_quoted(answered.turn.prompt))
        turn = answered.turn.id
        parts.append(_answer(answered))
    return "\n\n".join(parts) + "\n"


def _answer(answered: Answered) -> str:
    response = answered.response
    model = clean_line(response.target)
    served = response.model_served
    lines = [f"## {model}", "", f"*{facts(answered)}*"]
    if served and served not in response.target:
        lines[-1] = f"*served by {clean_line(served)} · {facts(answered)}*"
    text = for_clipboard(response.text).strip("\n")
    lines += ["", text or "(no text)"]
    if response.state != "complete":
        reason = f": {clean_line(response.error.message)}" if response.error else ""
        lines += ["", f"*{response.state}{reason}*"]
    return "\n".join(lines)


def facts(answered: Answered) -> str:
    """Date, tokens, cost and time to first token in one line; `~` estimated, `?` unknown."""
    response = answered.response
    usage, timing = response.usage, response.timing
    mark = "~" if usage.source == "estimated" else ""
    cost = "$?" if response.cost_nano is None else f"${response.cost_nano / _NANO:.6f}"
    if response.cost_estimated and response.cost_nano is not None:
        cost = "~" + cost
    first = "?" if timing.first_token_s is None else f"{timing.first_token_s:.2f} s"
    speed = tokens_per_second(usage.output_tokens, timing)
    pieces = [
        answered.turn.created_utc[:16].replace("T", " ") + " UTC",
        f"{_count(usage.input_tokens, mark)} tokens in, {_count(usage.output_tokens, mark)} out",
        cost,
        f"first token {first}",
    ]
    if speed is not None:
        pieces.append(f"{mark}{speed:.0f} tokens/s")
    if response.simulated:
        pieces.append("simulated")
    return " · ".join(pieces)


def _count(value: int | None, mark: str) -> str:
    return "?" if value is None else f"{mark}{value:,}"


def _quoted(prompt: str) -> str:
    return "\n".join("> " + line if line else ">" for line in for_clipboard(prompt).strip("\n").split("\n"))
