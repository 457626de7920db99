"""Rounds of tool calls as messages: what was called, what was answered, and what only the provider can read.

Ids are made here, in one place for request and result alike: some vendors give none, some give the same one twice, and
one refuses a conversation in which an id comes again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from workbench.domain.conversation import (
    Message,
    OpaquePart,
    Part,
    Response,
    TextPart,
    ToolCall,
    ToolCallPart,
    ToolResultPart,
)


def answer_messages(response: Response, provider: str) -> Iterator[Message]:
    """An answer with its rounds, oldest first; nothing for what was said after the last round, if nothing was."""
    said = 0
    for number in sorted({call.round for call in response.tool_calls if call.outcome is not None}):
        calls = [call for call in response.tool_calls if call.round == number]
        yield from round_messages(calls, response.text[said : calls[0].at], response.opaque, provider)
        said = calls[0].at
    rest = response.text[said:] or ("" if said else response.refusal)
    last = _own(response.opaque, provider, 0)
    if rest or last:
        yield Message("assistant", (*last, *_words(rest)))


def round_messages(
    calls: Sequence[ToolCall], text: str, opaque: Sequence[OpaquePart], provider: str
) -> tuple[Message, Message]:
    """One round: the assistant's message with its calls, and the message with their results, in the same order."""
    spoken: list[Part] = [*_own(opaque, provider, calls[0].round), *_words(text)]
    spoken += [ToolCallPart(call.call_id or "", call.name, call.arguments) for call in calls]
    results = [
        ToolResultPart(call.call_id or "", call.name, call.result or "", is_error=call.outcome != "done")
        for call in calls
    ]
    return Message("assistant", tuple(spoken)), Message("tool", tuple(results))


def with_own_ids(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Every call with an id that no other call has, and its result with the same; good ids stay as they are."""
    taken: set[str] = set()
    found: list[Message] = []
    ids: list[str] = []
    for message in messages:
        if any(isinstance(part, ToolCallPart) for part in message.parts):
            ids = []
        parts: list[Part] = []
        answered = 0
        for part in message.parts:
            if isinstance(part, ToolCallPart):
                ids.append(_free(part.call_id, taken))
                parts.append(replace(part, call_id=ids[-1]))
            elif isinstance(part, ToolResultPart) and answered < len(ids):
                parts.append(replace(part, call_id=ids[answered]))
                answered += 1
            else:
                parts.append(part)
        found.append(replace(message, parts=tuple(parts)))
    return tuple(found)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, len(taken) + 1
    while not name or name in taken:
        name, number = f"call_{number}", number + 1
    taken.add(name)
    return name


def _own(opaque: Sequence[OpaquePart], provider: str, number: int) -> tuple[OpaquePart, ...]:
    return tuple(part for part in opaque if part.provider == provider and part.round == number)


def _words(text: str) -> tuple[TextPart, ...]:
    return (TextPart(text),) if text else ()
