"""A request as every protocol means it, once its own spelling is gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class BadRequest(Exception):
    """The body is not what this protocol takes; answered with 400."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation."""

    role: str
    """user, assistant or tool."""
    text: str
    attachments: int = 0
    """Images and files sent along."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call."""

    name: str
    schema: Mapping[str, Any]
    """JSON schema of its arguments."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted, of whom."""

    model: str
    """As sent, faults included."""
    messages: tuple[Said, ...]
    system: str = ""
    stream: bool = False
    max_tokens: int | None = None
    seed: int | None = None
    tools: tuple[Tool, ...] = ()
    tools_off: bool = False
    """The request forbids calling one."""
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer must satisfy."""
    thinking: bool = False
    """Reasoning was asked for."""
    usage_chunk: bool = True
    """The stream is to end with token counts."""

    @property
    def prompt(self) -> str:
        """The words of the last user message."""
        return next((said.text for said in reversed(self.messages) if said.role == "user"), "")

    @property
    def words(self) -> str:
        """Everything that was read, for counting."""
        return "\n".join([self.system, *(said.text for said in self.messages)])


_FILES = ("image", "image_url", "input_image", "document", "file", "input_file")


def text_of(content: object) -> tuple[str, int]:
    """The words and the number of attachments in a message's content: a text, or a list of typed parts."""
    if isinstance(content, str):
        return content, 0
    words, attachments = [], 0
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, dict):
            inner = part.get("text") or part.get("content") or part.get("output")
            if isinstance(inner, str):
                words.append(inner)
            elif isinstance(inner, list):
                words.append(text_of(inner)[0])
            elif part.get("type") in _FILES or "inlineData" in part or "inline_data" in part or "fileData" in part:
                attachments += 1
    return "".join(words), attachments


def required(body: Mapping[str, Any], key: str, kind: type, message: str | None = None) -> Any:
    """A field that the protocol demands.

    Raises:
        BadRequest: it is missing or of another type.
    """
    value = body.get(key)
    if not isinstance(value, kind) or value in ("", []):
        raise BadRequest(message or f"Missing required parameter: '{key}'.", key)
    return value


def positive(value: object) -> int | None:
    """A whole number above 0, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
