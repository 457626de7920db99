"""What was spent: by day over everything, or in one session."""

import sqlite3
from dataclasses import dataclass

from workbench.store.ledger import quarter

_SUMS = (
    "ifnull(sum(cost_nano), 0), ifnull(sum(cost_unknown), 0), ifnull(sum(cost_estimated), 0), ifnull(sum(responses), 0)"
)


@dataclass(frozen=True, slots=True)
class Totals:
    """A sum of costs with what it does not know."""

    cost_nano: int = 0
    """Nano-dollars of every response whose cost is known or estimated."""
    unknown: int = 0
    """Responses that may have cost something nobody can tell."""
    estimated_nano: int = 0
    """The part of `cost_nano` that rests on estimated tokens."""
    responses: int = 0

    @property
    def estimated(self) -> bool:
        """Whether a part of it was estimated."""
        return self.estimated_nano > 0


def of_session(connection: sqlite3.Connection, session: str) -> Totals:
    """One session's, simulated answers included."""
    row = connection.execute(f"SELECT {_SUMS} FROM session WHERE id = ?", (session,)).fetchone()  # noqa: S608
    return Totals(*row)


def of_span(connection: sqlite3.Connection, start_utc: str, end_utc: str | None) -> Totals:
    """From a moment on, to the quarter of an hour; demos and simulated answers don't count, deleted sessions do."""
    end = 2**62 if end_utc is None else quarter(end_utc)
    query = f"SELECT {_SUMS} FROM spend WHERE quarter >= ? AND quarter < ?"  # noqa: S608
    return Totals(*connection.execute(query, (quarter(start_utc), end)).fetchone())
