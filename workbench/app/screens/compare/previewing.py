"""Before sending: what would go in, and what it may cost."""

from collections.abc import Sequence

from workbench.app.formatting import budget, count, money
from workbench.app.services import Services
from workbench.app.widgets.metrics_sidebar import Spent
from workbench.app.widgets.preview_line import preview_words
from workbench.domain.conversation import ContextMode, Lane, Part, TurnRecord


def preview_of(
    services: Services,
    lanes: Sequence[Lane],
    turns: Sequence[TurnRecord],
    prompt: str | Sequence[Part],
    context: ContextMode,
    spent: Spent,
) -> tuple[str, str]:
    """The words of the preview line, and why it can't be sent; both may be empty."""
    if isinstance(prompt, str) and not prompt.strip():
        return "", ""
    previews = services.preview(lanes, turns, prompt, context)
    if not previews:
        return "", ""
    for found in previews:
        if found.fits is False:
            window = count(found.context_window)
            return "", f"{count(found.input_tokens)} tokens don't fit the {window} window of {found.target}"
    lows = [found.cost_low_nano for found in previews]
    highs = [found.cost_high_nano for found in previews]
    known = [value for value in lows if value is not None]
    low = sum(known) if known else None
    high = sum(value for value in highs if value is not None) if known else None
    if (over := _over_budget(spent, low)) is not None:
        return "", over
    words = preview_words([found.input_tokens for found in previews], low, high)
    unknown = len(lows) - len(known)
    if known and unknown:
        words += f" and {unknown} unknown"
    return words, ""


def _over_budget(spent: Spent, low: int | None) -> str | None:
    """The arithmetic, when even the least that it may cost is too much."""
    if low is None or spent.budget_nano is None or spent.today_nano is None or spent.simulated:
        return None
    if spent.today_nano + low <= spent.budget_nano:
        return None
    known = f"{money(spent.today_nano)} today + at least {money(low)}"
    return f"{known} is more than the day's budget of {budget(spent.budget_nano)}"
