"""What the program says about an answer's end, in short plain sentences that tell what to do."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from workbench.app.formatting import bytes_size, characters, seconds
from workbench.domain.clean import clean_line

if TYPE_CHECKING:
    from workbench.domain.conversation import Response, Turn
    from workbench.domain.errors import ErrorInfo, ErrorKind

Kind = Literal["error", "warning", "muted"]

_ASK_AGAIN = "r asks again"
_ANOTHER = f"Ctrl+L chooses another model, {_ASK_AGAIN}"
_ADVICE: "Mapping[ErrorKind, str]" = {
    "auth": "put a valid key there and start again (`workbench doctor` lists the keys it finds); Ctrl+L: another model",
    "config": "then start again (`workbench doctor` and `workbench config check` tell more); Ctrl+L: another model",
    "billing": _ANOTHER,
    "permission": _ANOTHER,
    "not_found": _ANOTHER,
    "retired": _ANOTHER,
}
"""What to do about an error whose sentence says what is wrong; asking again at once helps with all others."""


def notice_of(response: "Response") -> tuple[str | None, Kind]:
    """The lines under an answer, and how serious they are; None for one that simply ended."""
    lines, kind = _end(response)
    for call in response.tool_calls:
        if call.outcome is not None:
            continue  # it has a block of its own
        lines.append(f"asked for the tool {clean_line(call.name)}: {clean_line(call.arguments)[:500]}")
    for warning in response.warnings[:3]:
        lines.append(clean_line(warning))
    return ("\n".join(lines) or None), kind


def shown_prompt(turn: "Turn") -> str:
    """A prompt as it stands above its answers: the words, and what was sent along."""
    if len(turn.parts) == 1:
        return turn.prompt
    from workbench.domain.conversation import FilePart

    files = [
        f"[{clean_line(part.name)} {part.media_type} {bytes_size(part.size)}]"
        for part in turn.parts
        if isinstance(part, FilePart)
    ]
    return "\n".join([turn.prompt, *files])


def _end(response: "Response") -> tuple[list[str], Kind]:
    length = characters(len(response.text))
    if response.reasoning and not response.text:
        length = f"{characters(len(response.reasoning))} of reasoning"
    error = "" if response.error is None else error_words(response.error)
    match response.state:
        case "truncated" if response.error is not None:
            return [f"cut after {length}: {error}", "c continues it, r asks again"], "error"
        case "truncated" if response.finish_reason == "paused":
            return ["paused by the provider; c continues it"], "warning"
        case "truncated":
            return [f"reached the output limit after {length}; c continues it"], "warning"
        case "refused":
            return ["refused by the model"], "warning"
        case "filtered":
            return [f"stopped by a content filter after {length}{': ' + error if error else ''}"], "warning"
        case "empty":
            reason = clean_line(response.finish_raw or response.finish_reason or "no reason given")
            thought = ", only reasoning" if response.reasoning else ""
            return [f"ended without any text{thought} ({reason}); r asks again"], "warning"
        case "cancelled":
            return [f"stopped by you after {length}"], "muted"
        case "failed":
            advice = _ADVICE.get(response.error.kind, _ASK_AGAIN) if response.error is not None else _ASK_AGAIN
            return [error or "failed", advice], "error"
        case "interrupted":
            return [f"the program ended here, after {length}; c continues it, r asks again"], "warning"
        case _:
            return [], "muted"


def error_words(error: "ErrorInfo") -> str:
    """The error's own sentence, with what its provider asked us to wait."""
    words = clean_line(error.message).strip()
    if error.retry_after_s and "again" not in words:
        words += f" (asks to wait {seconds(error.retry_after_s)})"
    return words


def retry_words(wait_s: float, retry: int, of: int) -> str:
    """`again in 3 s (2 of 3)`."""
    wait = f"{wait_s:.0f} s" if wait_s >= 0.95 else f"{wait_s:.1f} s"
    return f"again in {wait} ({retry} of {of})"
