"""Before sending: what would go in, and what it may cost."""

from collections.abc import Sequence

from workbench.app.formatting import count
from workbench.app.services import Services
from workbench.app.widgets.preview_line import preview_words
from workbench.domain.conversation import ContextMode, Lane, TurnRecord


def preview_of(
    services: Services, lanes: Sequence[Lane], turns: Sequence[TurnRecord], prompt: str, context: ContextMode
) -> tuple[str, str]:
    """The words of the preview line, and why it can't be sent; both may be empty."""
    if not prompt.strip():
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
    words = preview_words([found.input_tokens for found in previews], low, high)
    unknown = len(lows) - len(known)
    if known and unknown:
        words += f" and {unknown} unknown"
    return words, ""
