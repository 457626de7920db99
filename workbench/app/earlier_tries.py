"""The attempts behind kept answers, of which a reopened session shows what it showed while they ran."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.app.figures import tries_of
from workbench.app.services import History

if TYPE_CHECKING:
    from workbench.domain.conversation import TurnRecord


def read_tries(history: History, turns: "Sequence[TurnRecord]") -> dict[str, tuple[str, ...]]:
    """What was said to the earlier attempts of each lane's newest answers; blocking. Older figures are never shown.

    Raises:
        StoreError: the history can't be read.
    """
    newest = {response.lane: response.id for record in turns for response in record.responses}
    found = {response: tries_of(history.sessions.attempts(response)) for response in newest.values()}
    return {response: tries for response, tries in found.items() if tries}
