"""An app of answer views alone, and a terminal that shows what it paints."""

import unicodedata
from types import SimpleNamespace
from typing import Any

import pyte
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.pilot import Pilot
from textual.widgets import Input

from workbench.app.answer import AnswerView


class AnswerApp(App[None]):
    """Panes side by side above a prompt."""

    CSS = ".pane { border: round $primary; width: 1fr; height: 1fr; }"

    def __init__(self, panes: int = 1) -> None:
        super().__init__()
        self._panes = panes
        self.terminal: pyte.Screen | None = None
        self._stream: pyte.Stream | None = None

    def compose(self) -> ComposeResult:
        """The panes."""
        with Horizontal():
            for number in range(self._panes):
                with Vertical(classes="pane"):
                    yield AnswerView(id=f"view{number}")
        yield Input()

    @property
    def view(self) -> AnswerView:
        """The first."""
        return self.query_one("#view0", AnswerView)

    def attach(self, columns: int, rows: int) -> pyte.Screen:
        """Paint into a terminal from now on."""
        self.terminal = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.terminal)
        # pyte forgets the rest of a write after a mark of combining class 0, such as most Indic and Thai vowels
        alike = SimpleNamespace(combining=lambda character: 230, normalize=unicodedata.normalize)
        pyte.screens.unicodedata = alike  # type: ignore[attr-defined]
        self.screen.refresh()
        return self.terminal

    def _display(self, screen: Any, renderable: Any) -> None:
        if self._stream is not None and isinstance(renderable, CompositorUpdate):
            self._stream.feed(renderable.render_segments(self.console).replace("\n", "\r\n"))
        super()._display(screen, renderable)

    def shown(self) -> list[str]:
        """The screen as the compositor has it."""
        return ["".join(segment.text for segment in strip) for strip in self.screen._compositor.render_strips()]

    def text(self) -> str:
        """What the first view shows, without air."""
        view = self.view
        region = view.content_region
        return "\n".join(
            line[region.x : region.right].rstrip("▐ ").strip() for line in self.shown()[region.y : region.bottom]
        ).strip()


async def draw(pilot: Pilot[None], *views: AnswerView) -> None:
    """All frames that are due, and what Textual does about them."""
    for _ in range(1000):
        due = [view for view in views or list(pilot.app.query(AnswerView)) if view.dirty]
        if not due:
            break
        for view in due:
            view.draw_frame(0.0)
    await pilot.pause()
