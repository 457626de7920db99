"""Which messages a lane sees before a new prompt: DESIGN 3.2's context contract, as pure functions."""

from collections.abc import Mapping, Sequence

from workbench.domain.conversation import (
    ENDED_WITH_CONTENT,
    ContextMode,
    Message,
    Part,
    Response,
    TextPart,
    Turn,
    TurnRecord,
)
from workbench.engine.tool_messages import answer_messages

CONTINUE = (
    "Your answer was cut off. Continue it exactly where it stopped: repeat nothing, add no preamble, "
    "and start with the next character."
)
"""The prompt that makes a model go on from a partial answer."""


def messages_for(
    turn: Turn,
    lane: str,
    provider: str,
    records: Sequence[TurnRecord],
    chosen: Mapping[str, str] | None = None,
    partial: str = "",
    *,
    tools: bool = False,
) -> tuple[Message, ...]:
    """The messages of a request that answers `turn` in `lane`.

    Args:
        turn: the prompt; its `context_mode` says what else is seen.
        lane: the lane's id.
        provider: who will be asked; opaque parts of others are left out.
        records: the session's turns; those at or after `turn` are ignored.
        chosen: turn id to the id of its chosen response, for the shared context.
        partial: what was already answered, when the answer is to be continued.
        tools: tools are offered, so that earlier calls and their results can be told; without any they are refused.
    """
    messages: list[Message] = []
    if turn.context_mode != "none":
        for record in path_before(turn, lane, records, turn.context_mode):
            answer = _answer(record, lane, turn.context_mode, chosen or {})
            if answer is not None and (tools or _words(answer).strip()):
                messages.append(Message("user", record.turn.parts))
                messages.extend(
                    answer_messages(answer, provider)
                    if tools
                    else [Message("assistant", _answer_parts(answer, provider))]
                )
    messages.append(Message("user", turn.parts))
    if partial:
        messages.append(Message("assistant", (TextPart(partial),)))
        messages.append(Message("user", (TextPart(CONTINUE),)))
    return tuple(messages)


def path_before(turn: Turn, lane: str, records: Sequence[TurnRecord], mode: ContextMode = "own") -> list[TurnRecord]:
    """The turns that lead to `turn`, oldest first.

    A turn with a `parent_turn` took that turn's place, so that it and everything after it is no longer on the path. In
    a lane's own history only turns count that the lane took part in: lanes may have been edited apart.
    """
    path: list[TurnRecord] = []
    for record in sorted(records, key=_seq):
        if record.turn.seq >= turn.seq:
            break
        if mode == "own" and not any(response.lane == lane for response in record.responses):
            continue
        _give_way(path, record.turn)
        path.append(record)
    _give_way(path, turn)
    return path


def usable(response: Response) -> bool:
    """Whether an answer may stand in a history: it ended with content, and there are words or settled calls in it."""
    settled = any(call.outcome is not None for call in response.tool_calls)
    return response.state in ENDED_WITH_CONTENT and (settled or bool(_words(response).strip()))


def own_answer(record: TurnRecord, lane: str) -> Response | None:
    """A lane's answer in a turn: the newest usable revision of its first sample that has one."""
    candidates = [response for response in record.responses if response.lane == lane and usable(response)]
    return min(candidates, key=lambda response: (response.sample, -response.revision), default=None)


def _answer(record: TurnRecord, lane: str, mode: ContextMode, chosen: Mapping[str, str]) -> Response | None:
    if mode == "own":
        return own_answer(record, lane)
    wanted = chosen.get(record.turn.id)
    return next((response for response in record.responses if response.id == wanted and usable(response)), None)


def _answer_parts(response: Response, provider: str) -> tuple[Part, ...]:
    # What came with a call may go back only with that call.
    own = tuple(part for part in response.opaque if part.provider == provider and not part.round)
    return (*own, TextPart(_words(response)))


def _words(response: Response) -> str:
    return response.text or response.refusal


def _give_way(path: list[TurnRecord], turn: Turn) -> None:
    """Cut the path before the turn whose place `turn` takes."""
    if turn.parent_turn is None or turn.parent_response is not None:
        return
    for place, record in enumerate(path):
        if record.turn.id == turn.parent_turn:
            del path[place:]
            return


def _seq(record: TurnRecord) -> int:
    return record.turn.seq
