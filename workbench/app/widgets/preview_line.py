"""The line above the prompt: what would be sent, what it may cost, and which history the lanes will see."""

from collections.abc import Sequence

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from workbench.app.formatting import count, first_fitting, fit_end, money_range
from workbench.app.symbols import UNICODE
from workbench.app.tones import Tones


class PreviewLine(Widget):
    """Tokens and money before sending; the context contract at the right."""

    DEFAULT_CSS = "PreviewLine { height: 1; padding: 0 1; color: $text-muted; }"
    context: reactive[str] = reactive("own")
    words: reactive[str] = reactive("")
    problem: reactive[str] = reactive("")
    """Why it can't be sent; takes the place of the words."""
    symbols = UNICODE

    class ContextClicked(Message):
        """The user wants another context contract."""

    def render(self) -> Content:
        """Words left, contract right."""
        tones = Tones(self)
        width = self.size.width
        contract = {"own": "own histories", "shared": "shared history", "none": "no history"}[self.context]
        right = f"{contract} {self.symbols.menu}"
        left = self.problem or self.words
        room = max(0, width - len(right) - 2)
        if len(left) > room:
            left = fit_end(left, room) if self.problem else first_fitting(_shortened(left), room)
        return Content.assemble(
            (left, tones.named("error" if self.problem else "text-muted")),
            " " * max(2, width - len(left) - len(right)),
            (right, tones.named("text-muted")),
        ).truncate(width)

    def on_click(self) -> None:
        """Anywhere on the line: there is one thing to change here."""
        self.post_message(self.ContextClicked())


def _shortened(words: str) -> list[str]:
    """Without the last parts of them, one after the other; never half of one."""
    parts = words.split(", ")
    return [", ".join(parts[:count]) for count in range(len(parts), 0, -1)]


def preview_words(tokens: Sequence[int], low: int | None, high: int | None, *, estimated: bool = True) -> str:
    """`≈ 1.3k tokens in, about $0.0100–0.0300`; for several lanes the tokens' range."""
    if not tokens:
        return ""
    first, last = count(min(tokens)), count(max(tokens))
    amount = first if first == last else f"{first}–{last}"
    cost = money_range(low, high)
    return f"{'≈ ' if estimated else ''}{amount} tokens in, {'price unknown' if cost == '$?' else cost}"
