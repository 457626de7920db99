"""The engine's recorder: hands everything to the writer and returns."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from workbench.domain.conversation import Attempt, Lane, Response, Session, Turn
from workbench.store.saving import Saving
from workbench.store.writer import Writer


class StoreRecorder:
    """Satisfies `engine.ports.Recorder`. With no writer (a read-only history) nothing is kept."""

    def __init__(self, writer: Writer | None) -> None:
        self._writer = writer

    def session_saved(self, session: Session, lanes: Sequence[Lane]) -> None:
        """Written with the turn that follows."""
        if self._writer:
            self._writer.post(partial(Saving.save_session, session=session, lanes=tuple(lanes)), urgent=False)

    def turn_started(self, turn: Turn, responses: Sequence[Response]) -> None:
        """Written at once."""
        if self._writer:
            self._writer.post(partial(Saving.start_turn, turn=turn, responses=tuple(responses)))

    def response_added(self, response: Response) -> None:
        """Written at once."""
        if self._writer:
            self._writer.post(partial(Saving.add_response, response=response))

    def attempt_started(self, attempt: Attempt) -> None:
        """Written with the next tick."""
        if self._writer:
            self._writer.post(partial(Saving.start_attempt, attempt=attempt), urgent=False)

    def delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        """Written with the next tick."""
        if self._writer:
            self._writer.add_delta(response, at_s, kind, text)

    def attempt_ended(self, attempt: Attempt) -> None:
        """Written with the next tick."""
        if self._writer:
            self._writer.post(partial(Saving.end_attempt, attempt=attempt), urgent=False)

    def response_ended(self, response: Response) -> None:
        """Written at once, and on the disk before anything after it."""
        if self._writer:
            self._writer.post(partial(Saving.end_response, response=response), ends=response.id)

    def event(self, scope: str, kind: str, data: Mapping[str, Any]) -> None:
        """Written with the next tick."""
        if self._writer:
            self._writer.post(partial(Saving.add_event, scope=scope, kind=kind, data=dict(data)), urgent=False)
