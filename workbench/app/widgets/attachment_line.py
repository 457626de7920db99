"""What goes out with the next prompt: one line above it, each file with its kind and size, a click takes it away."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from workbench.app.formatting import bytes_size, fit
from workbench.app.tones import Tones
from workbench.domain.clean import clean_line
from workbench.domain.conversation import FilePart

_NAME_CELLS = 28


class AttachmentLine(Widget):
    """Files that are attached; not there while there are none."""

    DEFAULT_CSS = "AttachmentLine { height: 1; padding: 0 1; display: none; } AttachmentLine.-some { display: block; }"
    files: var[tuple[FilePart, ...]] = var(())

    class Removed(Message):
        """The user doesn't want one sent."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, cross: str = "x") -> None:
        super().__init__()
        self._cross = cross

    def watch_files(self, files: Sequence[FilePart]) -> None:
        """There, or not."""
        self.set_class(bool(files), "-some")
        self.refresh()

    def render(self) -> Content:
        """Names first; what doesn't fit is counted."""
        tones = Tones(self)
        parts: list[tuple[str, object] | str] = []
        for place, words in enumerate(self._words()):
            parts += ["  " if place else "", (words, tones.named("foreground"))]
        return Content.assemble(*parts).truncate(self.size.width, ellipsis=True)  # type: ignore[arg-type]

    def on_click(self, event: events.Click) -> None:
        """The file under the mouse goes."""
        start = self.styles.padding.left
        for place, words in enumerate(self._words()):
            end = start + cell_len(words)
            if start <= event.x < end + 2:
                self.post_message(self.Removed(place))
                return
            start = end + 2

    def _words(self) -> list[str]:
        return [
            f"{fit(clean_line(file.name), _NAME_CELLS)} {file.media_type} {bytes_size(file.size)} {self._cross}"
            for file in self.files
        ]
