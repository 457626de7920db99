"""What was spent, read from the history: today is the local calendar day, storage is UTC."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.app.figures import figures_of, sum_cost
from workbench.app.services import History
from workbench.app.widgets.metrics_sidebar import Spent
from workbench.domain.errors import StoreError

if TYPE_CHECKING:
    from workbench.domain.conversation import TurnRecord


def day_start_utc(now: datetime | None = None) -> str:
    """Local midnight as a stored UTC moment."""
    local = (now or datetime.now()).astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC).isoformat(timespec="milliseconds")


def read_today(history: History, budget_nano: int | None, before: Spent) -> Spent:
    """The day's money; blocking. What can't be read stays unknown."""
    try:
        today = history.totals(day_start_utc())
    except StoreError:
        return before._replace(budget_nano=budget_nano, today_nano=None)
    return before._replace(
        today_nano=today.cost_nano,
        today_exact=not today.estimated,
        today_unknown=bool(today.unknown),
        budget_nano=budget_nano,
    )


def session_spent(turns: "Iterable[TurnRecord]", before: Spent) -> Spent:
    """The session's money so far, of every answer that is over."""
    ended = [response for record in turns for response in record.responses if response.state != "streaming"]
    known = sum_cost(map(figures_of, ended))
    return before._replace(session_nano=known.nano, session_exact=not known.estimated, session_unknown=known.unknown)
