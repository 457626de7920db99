"""One line that stays until its reason is gone: history not saved, a bad configuration file."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from workbench.domain.clean import clean_line


class Banner(Widget):
    """A problem in words; hidden while there is none."""

    DEFAULT_CSS = """
    Banner { height: 1; padding: 0 1; color: $warning; background: $warning 12%; display: none; }
    Banner.-shown { display: block; }
    """
    problem: reactive[str] = reactive("")

    def render(self) -> Content:
        """The sign and the words."""
        return Content(f"! {clean_line(self.problem)}").truncate(max(1, self.size.width), ellipsis=True)

    def watch_problem(self) -> None:
        """Take no room when all is well."""
        self.set_class(bool(self.problem), "-shown")
