"""A new session that goes on from one answer of an old one; pure, so that it can be tested without a screen."""

from collections.abc import Sequence
from dataclasses import replace

from workbench.domain.conversation import Lane, Response, Session, TurnRecord
from workbench.domain.ids import new_id


def branched(
    fresh: Session, old: Session, lanes: Sequence[Lane], turns: Sequence[TurnRecord], chosen: Response
) -> tuple[Session, list[Lane], list[TurnRecord]]:
    """Session, lanes and turns of the branch: every lane has the chosen lane's answers up to the chosen one.

    The copies cost nothing: their money was spent in the old session.
    """
    session = replace(
        fresh, title=f"{old.title or 'untitled'} (branch)", project=old.project, environment=old.environment
    )
    new_lanes = [replace(lane, id=new_id()) for lane in lanes]
    records: list[TurnRecord] = []
    for record in turns:
        answer = chosen if record.turn.id == chosen.turn else _newest(record, chosen.lane)
        if answer is not None:
            turn = replace(record.turn, id=new_id(), session=session.id, seq=len(records) + 1, parent_turn=None)
            copies = [_copy(answer, turn.id, lane) for lane in new_lanes]
            records.append(TurnRecord(turn, tuple(copies)))
        if record.turn.id == chosen.turn:
            break
    return session, new_lanes, records


def _newest(record: TurnRecord, lane: str) -> Response | None:
    answers = [response for response in record.responses if response.lane == lane and response.sample == 0]
    return answers[-1] if answers else None


def _copy(answer: Response, turn: str, lane: Lane) -> Response:
    return replace(
        answer, id=new_id(), turn=turn, lane=lane.id, sample=0, revision=0, cost_nano=0, final_attempt=None, opaque=()
    )
