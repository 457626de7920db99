"""Keys in the order in which they were typed, however fast they come.

A letter is taken by the field that has the focus, but most other keys wander up to the app before their binding is
looked up: of keys that arrive together, as over a slow line, Enter came after the letters that followed it. And a key
that comes before its screen is there finds nobody.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

PATIENCE_S = 0.5
"""A key that is not handled by then holds the next ones back no longer."""
LOOK_S = 0.02
"""What waits for a widget that may be gone, or a screen that is not there yet, looks again after this time."""


class KeyHandled(Message):
    """Goes the way of a key right behind it; when it arrives at the app, that key's binding was called.

    It goes a second time, behind the messages that the binding sent.
    """

    def __init__(self, target: Widget, number: int, again: bool = True) -> None:
        super().__init__()
        self.target = target
        self.number = number
        self.again = again


class KeyOrder:
    """Lets a key or a paste go to its widget when those before it were handled."""

    def __init__(self, app: App[Any], pass_on: Callable[[events.Event], Awaitable[None]]) -> None:
        """Args: `pass_on` is what the app does with a key; everything here is called by the app's own messages."""
        self._app = app
        self._pass_on = pass_on
        self._waiting: deque[events.Key | events.Paste] = deque()
        self._number = 0
        self._target: Widget | None = None
        """Of the key that is on its way."""
        self._sent_s = 0.0
        self._timer: Timer | None = None

    async def take(self, event: events.Key | events.Paste) -> None:
        """A key was typed, or something was pasted."""
        self._waiting.append(event)
        await self._go_on()

    async def handled(self, message: KeyHandled) -> None:
        """A key's binding was called, or all that came of it was done."""
        if message.number != self._number:
            return
        if not message.again or not message.target.post_message(KeyHandled(message.target, message.number, False)):
            self._target = None
            await self._go_on()

    async def _go_on(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        while self._waiting:
            try:
                screen = self._app.screen
            except ScreenStackError:  # the program ends
                self._waiting.clear()
                return
            if self._on_its_way() or not screen.is_mounted:
                self._timer = self._app.set_timer(LOOK_S, self._go_on)
                return
            event = self._waiting.popleft()
            target = self._app.focused or screen
            written = isinstance(target, Input | TextArea) and (isinstance(event, events.Paste) or event.is_printable)
            if written:
                await self._pass_on(event)
                continue
            self._number += 1
            self._target, self._sent_s = target, monotonic()
            await self._pass_on(event)
            if not target.post_message(KeyHandled(target, self._number)):
                self._target = None

    def _on_its_way(self) -> bool:
        """A key is; not one whose widget is gone, as a dialog that it closed."""
        target = self._target
        return target is not None and target.is_attached and monotonic() - self._sent_s < PATIENCE_S
