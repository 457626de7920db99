"""Keys in the order in which they were typed, however fast they come.

A letter is taken by the field that has the focus, but most other keys wander up to the app before their binding is
looked up: of keys that arrive together, as over a slow line, Enter came after the letters that followed it. And a key
that comes before its screen is there finds nobody.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App, ScreenStackError
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

PATIENCE_S = 0.5
"""A key that is not handled by then holds the next ones back no longer: its widget may be gone."""
MOUNTING_S = 0.02
"""A screen that is not there yet is looked for again after this time."""


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
        self._busy = False
        """A key is on its way."""
        self._timer: Timer | None = None

    async def take(self, event: events.Key | events.Paste) -> None:
        """A key was typed, or something was pasted."""
        self._waiting.append(event)
        if self._busy:
            self._look_again(PATIENCE_S)
        else:
            await self._go_on()

    async def handled(self, message: KeyHandled) -> None:
        """A key's binding was called, or all that came of it was done."""
        if message.number != self._number:
            return
        if not message.again or not message.target.post_message(KeyHandled(message.target, message.number, False)):
            self._busy = False
            await self._go_on()

    async def _go_on(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        while self._waiting and not self._busy:
            try:
                screen = self._app.screen
            except ScreenStackError:  # the program ends
                self._waiting.clear()
                return
            if not screen.is_mounted:
                self._look_again(MOUNTING_S)
                return
            event = self._waiting.popleft()
            target = self._app.focused or screen
            written = isinstance(target, Input | TextArea) and (isinstance(event, events.Paste) or event.is_printable)
            self._busy = not written
            await self._pass_on(event)
            if self._busy:
                self._number += 1
                self._busy = target.post_message(KeyHandled(target, self._number))
        if self._waiting:
            self._look_again(PATIENCE_S)

    def _look_again(self, after_s: float) -> None:
        if self._timer is None:
            self._timer = self._app.set_timer(after_s, self._give_up)

    async def _give_up(self) -> None:
        self._busy = False
        await self._go_on()
