"""Where prompts are written: a TextArea in which Enter sends, Up recalls and a huge paste stays whole but small."""

from collections.abc import Sequence
from pathlib import Path

from textual import events
from textual.binding import Binding
from textual.message import Message
from textual.widgets import TextArea

from workbench.app.formatting import plural, size
from workbench.app.pasted_files import pasted_files
from workbench.domain.clean import pasted

LONG_PASTE = 20_000
"""Characters above which a paste is shown as one clipped mark: the text widget slows with its length."""
_OPEN, _CLOSE = "⟦", "⟧"


class PromptInput(TextArea):
    """The composer."""

    DEFAULT_CSS = """
    PromptInput {
        height: auto; min-height: 3; max-height: 10; padding: 0 1; background: $background;
        border: solid $secondary 50%; border-title-color: $text-muted;
        border-subtitle-color: $text-muted; border-subtitle-align: left; scrollbar-size-vertical: 1;
        &:focus { border: heavy $secondary; }
        &.-small { max-height: 3; }
        & .text-area--cursor-line { background: transparent; }
    }
    """
    BINDINGS = [  # noqa: RUF012
        Binding("enter", "submit", "send", id="prompt.send", priority=False),
        Binding("ctrl+j", "newline", "newline", id="prompt.newline"),
        Binding("shift+enter", "newline", "newline", id="prompt.newline_shift", show=False),
        Binding("ctrl+g", "edit_outside", "editor", id="prompt.editor", show=False),
    ]

    class Submitted(Message):
        """The user wants this sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class EditOutside(Message):
        """The user wants to write in an editor of their own."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class FilesPasted(Message):
        """What was pasted is the name of files."""

        def __init__(self, paths: Sequence[Path], text: str) -> None:
            super().__init__()
            self.paths, self.text = paths, text

    class TakenBack(Message):
        """Backspace in an empty prompt: the last attachment goes."""

    class PickerKey(Message):
        """A key for the names that are offered: up, down or enter."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(self) -> None:
        super().__init__(
            soft_wrap=True, tab_behavior="focus", show_line_numbers=False, compact=False, highlight_cursor_line=False
        )
        self._held: dict[str, str] = {}
        self._recalled: int | None = None
        self.earlier: Sequence[str] = ()
        """Prompts that were sent before, oldest first."""
        self.picking = False
        """Names are offered: arrows and Enter are theirs."""
        self.has_files = False
        """Something is attached that Backspace can take away."""

    @property
    def value(self) -> str:
        """What would be sent: clipped pastes whole again, hidden characters themselves again."""
        if not self._held:
            return self.text
        from workbench.domain.hidden import without_marks

        return without_marks(self.text, self._held)

    def set_value(self, text: str) -> None:
        """Replace everything, as a paste would: long text is clipped, and the terminal is handed no controls."""
        self._held.clear()
        self._recalled = None
        self.load_text(self._shown(pasted(text)))
        self.move_cursor(self.document.end)

    def insert_text(self, text: str) -> None:
        """Put it where the cursor is, as a paste."""
        if result := self._replace_via_keyboard(self._shown(pasted(text)), *self.selection):
            self.move_cursor(result.end_location)

    def action_submit(self) -> None:
        """Hand the text over and be empty; blank text stays where it is."""
        if self.picking:
            self.post_message(self.PickerKey("enter"))
            return
        text = self.value
        if not text.strip().strip("\0"):
            return
        self.set_value("")
        self.post_message(self.Submitted(text))

    def action_newline(self) -> None:
        """A line break at the cursor."""
        self._replace_via_keyboard("\n", *self.selection)

    def action_edit_outside(self) -> None:
        """Ask for the editor."""
        self.post_message(self.EditOutside(self.value))

    def action_cursor_up(self, select: bool = False) -> None:
        """Up in an empty or recalled prompt goes to earlier prompts."""
        if self.picking:
            self.post_message(self.PickerKey("up"))
        elif not select and (not self.text or self._recalled is not None) and self.cursor_location[0] == 0:
            self._recall(-1)
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Down comes back from earlier prompts."""
        if self.picking:
            self.post_message(self.PickerKey("down"))
        elif not select and self._recalled is not None and self.cursor_location[0] == self.document.line_count - 1:
            self._recall(1)
        else:
            super().action_cursor_down(select)

    def action_delete_left(self) -> None:
        """Backspace; in an empty prompt the last attachment goes."""
        if self.has_files and not self.text:
            self.post_message(self.TakenBack())
        else:
            super().action_delete_left()

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()  # not an insertion: the bindings decide what it does
        elif event.is_printable:
            self._recalled = None

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        if len(event.text) <= LONG_PASTE and (files := pasted_files(event.text)):
            self.post_message(self.FilesPasted(files, event.text))
        else:
            self.insert_text(event.text)

    def _shown(self, text: str) -> str:
        """Text as it can be read and edited: clipped when it is long, what can't be seen marked."""
        if len(text) <= LONG_PASTE:
            return text if text.isascii() else self._marked(text)
        lines = text.count("\n") + 1
        mark = f"{_OPEN}text {len(self._held) + 1}: {size(len(text))}, {plural(lines, 'line')}{_CLOSE}"
        self._held[mark] = text
        return mark

    def _marked(self, text: str) -> str:
        from workbench.domain.hidden import with_marks

        marked, marks = with_marks(text, self.text, self._held)
        self._held.update(marks)
        return marked

    def _recall(self, step: int) -> None:
        if not self.earlier:
            return
        index = len(self.earlier) if self._recalled is None else self._recalled
        index += step
        if index < 0:
            return
        if index >= len(self.earlier):
            self.set_value("")
            return
        self.set_value(self.earlier[index])
        self._recalled = index
