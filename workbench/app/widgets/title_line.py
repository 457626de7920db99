"""The top line: what this is, which session, which line-up, what today cost."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from workbench.app.formatting import budget, fit, fit_end, money
from workbench.app.tones import Tones
from workbench.domain.clean import clean_line


class TitleLine(Widget):
    """One line of orientation."""

    DEFAULT_CSS = "TitleLine { height: 1; padding: 0 1; color: $text-muted; }"
    title: reactive[str] = reactive("new session")
    lineup: reactive[str] = reactive("")
    today_nano: reactive[int | None] = reactive(None)
    """Nano-dollars spent today; None until the history was read."""
    today_estimated: reactive[bool] = reactive(False)
    """Some of it is estimated or unknown."""
    budget_nano: reactive[int | None] = reactive(None)
    simulated: reactive[bool] = reactive(False)
    """Some lane's words and numbers are invented."""
    counted: reactive[bool] = reactive(True)
    """The session belongs to today's sum; a demo doesn't."""
    unsaved: reactive[bool] = reactive(False)
    """Something is not on disk yet."""

    def render(self) -> Content:
        """Name and title left, line-up and money right; the middle gives way first."""
        tones = Tones(self)
        width = self.size.width
        if width < 10:
            return Content("too small").truncate(max(1, width))
        right: list[tuple[str, str]] = []
        if self.simulated:
            right.append(("simulated", "warning"))
        if self.lineup:
            right.append((f"line-up {fit(clean_line(self.lineup), 24)}", "text-muted"))
        if self.unsaved:
            right.append(("saving", "text-muted"))
        if self.today_nano is not None and self.counted:
            over = self.budget_nano is not None and self.today_nano >= self.budget_nano
            limit = f" of {budget(self.budget_nano)}" if self.budget_nano is not None else ""
            spent = money(self.today_nano, self.today_estimated)
            right.append((f"{spent} today{limit}", "error" if over else "text-muted"))
        while right and sum(len(text) + 3 for text, _ in right) > width - 12:
            right.pop(0)
        right_width = sum(len(text) for text, _ in right) + 3 * max(0, len(right) - 1)
        title = fit_end(clean_line(self.title), max(0, width - 9 - 3 - right_width - 2))
        fill = max(1, width - 9 - 3 - cell_len(title) - right_width)
        parts: list[object] = [("workbench", tones.named("foreground", bold=True)), "   ", title, " " * fill]
        for index, (text, tone) in enumerate(right):
            parts += ["   " if index else "", (text, tones.named(tone))]
        return Content.assemble(*parts).truncate(width)  # type: ignore[arg-type]
