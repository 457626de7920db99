"""Prompts that wait for a busy lane, dimmed, one line."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from workbench.domain.clean import clean_line


class QueueLine(Widget):
    """What is sent next, when the answer above is over."""

    DEFAULT_CSS = """
    QueueLine { height: 1; padding: 0 1; color: $text-muted; text-style: dim; }
    """
    prompts: reactive[list[str]] = reactive(list)

    def __init__(self, prompts: list[str]) -> None:
        super().__init__()
        self.set_reactive(QueueLine.prompts, prompts)

    def render(self) -> Content:
        """The first of them and how many more."""
        more = f" (+{len(self.prompts) - 1})" if len(self.prompts) > 1 else ""
        words = clean_line(self.prompts[0][:400]) if self.prompts else ""
        return Content(f"· queued{more} > {words}").truncate(max(1, self.size.width), ellipsis=True)
