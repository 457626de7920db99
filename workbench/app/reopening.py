"""What a kept session needs to be opened again, read in one go by a thread."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from workbench.app.earlier_tries import read_tries
from workbench.app.services import History
from workbench.domain.lanes import Lane, Session

if TYPE_CHECKING:
    from workbench.domain.conversation import TurnRecord


class Kept(NamedTuple):
    """A session as it was left."""

    session: Session
    lanes: Sequence[Lane]
    turns: "Sequence[TurnRecord]"
    tries: Mapping[str, tuple[str, ...]]
    draft: str


def read_session(history: History, session: str) -> Kept:
    """Blocking.

    Raises:
        StoreError: there is none of that id, or the history can't be read.
    """
    sessions = history.sessions
    turns = sessions.turns(session)
    return Kept(
        sessions.session(session),
        sessions.lanes(session),
        turns,
        read_tries(history, turns),
        history.drafts.load(session) or "",
    )
