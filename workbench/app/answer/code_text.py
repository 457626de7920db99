"""Code exactly as it was received, taken out of what it stands in."""

from workbench.app.answer.containers import match_containers
from workbench.app.answer.leaves import Code


def code_text(code: Code, raw: str) -> str:
    """The code exactly as received: without the fence and the indentation of what it stands in."""
    text = raw[code.start : code.end]
    text = text.removesuffix("\n").removesuffix("\r")
    if not code.containers and not code.indent:
        return text
    return "\n".join(_without_frames(code, line) for line in text.split("\n"))


def _without_frames(code: Code, line: str) -> str:
    column, _ = match_containers(code.containers, line)
    rest = line[column:]
    return rest[min(len(rest) - len(rest.lstrip(" ")), code.indent) :]
