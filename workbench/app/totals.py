"""What was spent, read from the history: today is the local calendar day, storage is UTC."""

from datetime import UTC, datetime

from workbench.app.services import History
from workbench.app.widgets.metrics_sidebar import Spent
from workbench.domain.errors import StoreError
from workbench.domain.lanes import Session


def day_start_utc(now: datetime | None = None) -> str:
    """Local midnight as a stored UTC moment."""
    local = (now or datetime.now()).astimezone()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight.astimezone(UTC).isoformat(timespec="milliseconds")


def read_totals(history: History, session: Session, budget_nano: int | None) -> Spent:
    """The session's and the day's money; blocking. What can't be read stays unknown."""
    simulated = session.kind == "demo"
    start = day_start_utc()
    try:
        today = history.totals(start)
        whole = history.totals(None, session.id)
    except StoreError:
        return Spent(budget_nano=budget_nano, simulated=simulated)
    return Spent(
        session_nano=whole.cost_nano,
        session_exact=not (whole.unknown or whole.estimated),
        today_nano=today.cost_nano,
        today_exact=not (today.unknown or today.estimated),
        budget_nano=budget_nano,
        simulated=simulated,
    )
