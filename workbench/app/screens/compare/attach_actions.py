"""Files that go out with the next prompt: pasted by name, picked with `@`, listed above the prompt, taken away."""

import asyncio
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on, work
from textual.widgets import TextArea

from workbench.app.screens.compare.tool_actions import ToolActions
from workbench.app.widgets.prompt_input import PromptInput
from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from workbench.app.widgets.attachment_line import AttachmentLine
    from workbench.app.widgets.file_picker import FilePicker
    from workbench.domain.conversation import FilePart, Turn

MOST_FILES = 10
_MENTION = r"(?:^|\s)@([^\s@]+)$"
_NAMES_FRESH_S = 30.0


class AttachActions(ToolActions):
    """Actions on attachments."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line: AttachmentLine | None = None
        self._picker: FilePicker | None = None
        self._names: list[str] = []
        self._names_at_s = float("-inf")

    # ---- sending --------------------------------------------------------------------------------------------------

    def attach_parts(self, files: "Sequence[FilePart]") -> None:
        """Exactly these go out with the next prompt."""
        self.attached = tuple(files)
        if self._line is None and files:
            from workbench.app.widgets.attachment_line import AttachmentLine

            self._line = AttachmentLine(self.app.symbols.cross)
            self.mount(self._line, before=self.prompt)
        if self._line is not None:
            self._line.files = self.attached
        self.prompt.has_files = bool(files)
        self.preview()

    def attach_of(self, turn: "Turn") -> None:
        """What an earlier prompt took along goes out again."""
        from workbench.domain.conversation import FilePart

        self.attach_parts([part for part in turn.parts if isinstance(part, FilePart)])

    # ---- attaching and taking away --------------------------------------------------------------------------------

    @on(PromptInput.FilesPasted)
    def _files_pasted(self, message: PromptInput.FilesPasted) -> None:
        self._take_files(message.paths, message.text)

    @work(group="attach")
    async def _take_files(self, paths: "Sequence[Path]", otherwise: str = "") -> None:
        """Read them; what can't be sent is said, and a paste that can't be attached is text again."""
        from workbench.engine.attachments import attach

        for path in paths:
            if len(self.attached) >= MOST_FILES:
                self.say(f"at most {MOST_FILES} files with a prompt", warning=True)
                return
            try:
                found = await asyncio.to_thread(attach, path)
            except ConfigurationError as error:
                self.say(f"not attached: {error.message}", warning=True)
                if otherwise and len(paths) == 1:
                    self.prompt.insert_text(otherwise)
                continue
            for warning in found.warnings:
                self.say(warning, warning=True)
            self.attach_parts([*self.attached, found.part])

    @work(group="attach_file", exclusive=True)
    async def action_attach(self) -> None:
        """Name a file."""
        from workbench.app.dialogs.text import TextDialog

        typed = await self.app.push_screen_wait(TextDialog("File to attach", ""))
        if typed:
            self._take_files([await asyncio.to_thread(lambda: Path(typed).expanduser())])

    def action_detach(self) -> None:
        """Take the last file away."""
        self.attach_parts(self.attached[:-1])

    @on(PromptInput.TakenBack)
    def _taken_back(self) -> None:
        self.action_detach()

    # ---- the @ picker ---------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _look_for_mention(self) -> None:
        row, column = self.prompt.cursor_location
        found = re.search(_MENTION, self.prompt.document.get_line(row)[:column])
        if found is not None:
            self._offer_names(found[1])
        elif self._picker is not None:
            self.close_picker()

    @work(group="picker", exclusive=True)
    async def _offer_names(self, typed: str) -> None:
        from workbench.app.file_names import file_names, matching
        from workbench.app.widgets.file_picker import ROWS, FilePicker

        if time.monotonic() - self._names_at_s > _NAMES_FRESH_S:
            self._names = await asyncio.to_thread(lambda: file_names(Path.cwd()))
            self._names_at_s = time.monotonic()
        names = matching(self._names, typed, ROWS)
        if not names:
            self.close_picker()
            return
        if self._picker is None:
            self._picker = FilePicker()
            await self.mount(self._picker, before=self.prompt)
        self._picker.show(names)
        self.prompt.picking = True

    def close_picker(self) -> bool:
        """Offer no names any more; whether any were offered."""
        self.prompt.picking = False
        picker, self._picker = self._picker, None
        if picker is not None:
            picker.remove()
        return picker is not None

    def action_cycle(self, step: int) -> None:
        """Tab takes the name that is offered, else it goes to the next pane."""
        if self._picker is not None:
            self._pick(self._picker.name_chosen)
        else:
            super().action_cycle(step)

    @on(PromptInput.PickerKey)
    def _picker_key(self, message: PromptInput.PickerKey) -> None:
        if self._picker is None:
            return
        if message.key == "enter":
            self._pick(self._picker.name_chosen)
        else:
            self._picker.move(-1 if message.key == "up" else 1)

    def on_file_picker_picked(self, message: "FilePicker.Picked") -> None:
        """By a click."""
        self._pick(message.name)

    def on_attachment_line_removed(self, message: "AttachmentLine.Removed") -> None:
        """By a click."""
        self.attach_parts([file for place, file in enumerate(self.attached) if place != message.place])

    def _pick(self, name: str) -> None:
        """The file is attached, and its name stands in the prompt where it was mentioned."""
        row, column = self.prompt.cursor_location
        found = re.search(_MENTION, self.prompt.document.get_line(row)[:column])
        self.close_picker()
        if found is not None:
            self.prompt.replace(f"{clean_line(name)} ", (row, found.start(1) - 1), (row, column))
        self._take_files([Path(name)])
