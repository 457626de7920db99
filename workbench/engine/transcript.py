"""What was asked and answered in a session so far, as the engine knows it: turns in order, responses of each.

Apart from the comparison because it neither runs nor records anything: it only knows, and is asked.
"""

from collections.abc import Iterable, Sequence

from workbench.domain.conversation import ContextMode, Message, Part, Response, Turn, TurnRecord
from workbench.domain.ids import new_id
from workbench.engine.history import messages_for, path_before, usable
from workbench.engine.means import utc_now


class Transcript:
    """The turns of one session with their responses, and which answers were chosen."""

    def __init__(self, session: str, history: Sequence[TurnRecord] = ()) -> None:
        self._session = session
        self._turns = {record.turn.id: record.turn for record in history}
        self._responses = {record.turn.id: list(record.responses) for record in history}
        self._chosen: dict[str, str] = {}

    @property
    def records(self) -> tuple[TurnRecord, ...]:
        """Every turn with its responses, in order; newest revisions last."""
        return tuple(TurnRecord(turn, tuple(self._responses[turn.id])) for turn in self._turns.values())

    def turn(self, turn: str) -> Turn:
        """A turn by its id.

        Raises:
            KeyError: there is none.
        """
        return self._turns[turn]

    def responses(self, turn: str) -> Sequence[Response]:
        """What was answered in a turn, newest revisions last."""
        return self._responses[turn]

    def find(self, response: str) -> Response:
        """A response as it is known now.

        Raises:
            KeyError: there is none of that id.
        """
        for responses in self._responses.values():
            for found in responses:
                if found.id == response:
                    return found
        raise KeyError(response)

    def next_turn(self, parts: tuple[Part, ...], context: ContextMode) -> Turn:
        """The turn that would follow; it is none yet."""
        seq = max((turn.seq for turn in self._turns.values()), default=0) + 1
        return Turn(new_id(), self._session, seq, parts, utc_now(), context)

    def add_turn(self, turn: Turn, responses: Iterable[Response]) -> None:
        """A turn was sent."""
        self._turns[turn.id] = turn
        self._responses[turn.id] = list(responses)

    def add_response(self, response: Response) -> None:
        """A turn is being answered once more."""
        self._responses[response.turn].append(response)

    def update(self, response: Response) -> None:
        """More is known of a response."""
        known = self._responses[response.turn]
        self._responses[response.turn] = [response if one.id == response.id else one for one in known]

    def next_sample(self, old: Response) -> int:
        """The number of one more sample beside a response."""
        return max(one.sample for one in self._responses[old.turn] if one.lane == old.lane) + 1

    def next_revision(self, old: Response) -> int:
        """The number of one more revision of a response."""
        same = [one for one in self._responses[old.turn] if (one.lane, one.sample) == (old.lane, old.sample)]
        return max(one.revision for one in same) + 1

    def choose(self, turn: str, response: str | None) -> None:
        """Make a response the one that the shared context goes on from, or none."""
        if response is None:
            self._chosen.pop(turn, None)
        else:
            self._chosen[turn] = response

    def chosen(self, turn: str) -> str | None:
        """The response that was chosen in a turn."""
        return self._chosen.get(turn)

    def messages(self, turn: Turn, lane: str, provider: str, partial: str, *, tools: bool) -> tuple[Message, ...]:
        """What a lane is sent for a turn; see `history.messages_for`."""
        return messages_for(turn, lane, provider, self.records, self._chosen, partial, tools=tools)

    def goes_on(self, turn: Turn) -> bool:
        """Whether there is a chosen answer that a shared context goes on from, or nothing to go on from."""
        before = path_before(turn, "", self.records, "shared")
        if not before:
            return True
        chosen = self._chosen.get(before[-1].turn.id)
        return any(response.id == chosen and usable(response) for response in before[-1].responses)
