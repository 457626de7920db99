"""The app that the drawing benchmarks run: panes that are streamed into, and a prompt that is typed into.

The same text goes into our view, into Textual's own Markdown stream (the yardstick) or into a plain log (the floor).
"""

import argparse
import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any, Protocol

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Log, Markdown

from benchmarks.support import TOKEN, answer, georgian
from workbench.app.answer import AnswerView
from workbench.app.frame_clock import frame_clock_of

STARTED = "\u16a1"
"""Shown when the first token comes."""
LAST = "\u16a0"
"""Ends every stream."""
KEY_EVERY_S = 0.22


class Drawn(Protocol):
    """A way to draw one answer."""

    pane: Widget

    async def open(self, text: str) -> None:
        """Begin, with text that is there already."""

    async def write(self, text: str) -> None:
        """More text."""

    async def end(self) -> None:
        """No more text."""

    async def settle(self) -> None:
        """Draw all that is left to draw."""


class Ours:
    """Our view."""

    def __init__(self) -> None:
        self._view = AnswerView()
        self.pane: Widget = Vertical(self._view, classes="pane")

    async def open(self, text: str) -> None:
        """Below a prompt, as in the program."""
        self._view.start_turn("a prompt")
        self._view.append(text)
        if text:
            self._view.finish()

    async def write(self, text: str) -> None:
        """Into the buffer."""
        self._view.append(text)

    async def end(self) -> None:
        """Draws at once."""
        self._view.finish()

    async def settle(self) -> None:
        """The layout that idle slices would do."""
        while self._view.dirty:
            self._view.draw_frame(0.0)


class Yardstick:
    """Textual's Markdown stream."""

    def __init__(self) -> None:
        self._markdown = Markdown()
        self.pane: Widget = VerticalScroll(self._markdown, classes="pane")

    async def open(self, text: str) -> None:
        """Kept at its end."""
        self.pane.anchor()
        self._stream = Markdown.get_stream(self._markdown)
        if text:
            await self._markdown.update(text)

    async def write(self, text: str) -> None:
        """Into the stream."""
        await self._stream.write(text)

    async def end(self) -> None:
        """Waits for its fragments."""
        await self._stream.stop()

    async def settle(self) -> None:
        """Until its widgets have their places."""
        placed = asyncio.Event()
        self._markdown.call_after_refresh(placed.set)
        await placed.wait()


class Floor:
    """A log."""

    def __init__(self) -> None:
        self._log = Log(classes="pane")
        self.pane: Widget = self._log

    async def open(self, text: str) -> None:
        """As it is."""
        if text:
            self._log.write(text)

    async def write(self, text: str) -> None:
        """At the end."""
        self._log.write(text)

    async def end(self) -> None:
        """Nothing to do."""

    async def settle(self) -> None:
        """Nothing to do."""


KINDS: dict[str, type[Drawn]] = {"workbench": Ours, "markdown": Yardstick, "log": Floor}


class StreamingApp(App[None]):
    """So many panes, each fed so many tokens a second."""

    CSS = """
    .pane { border: round $primary; width: 1fr; height: 1fr; }
    Input { height: 3; }
    """

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__()
        self._options = options
        self._drawn = [KINDS[options.kind]() for _ in range(options.panes)]
        self._waiting: dict[str, float] = {}
        self._echoes: list[float] = []
        self._shown: float | None = None
        self._all_shown = asyncio.Event()

    def compose(self) -> ComposeResult:
        """The panes above the prompt."""
        with Vertical():
            yield Horizontal(*(drawn.pane for drawn in self._drawn))
            yield Input()

    def on_mount(self) -> None:
        """Begin when there is room to draw in."""
        self.query_one(Input).focus()
        self.call_after_refresh(self.run_worker, self._measure())

    async def on_event(self, event: events.Event) -> None:
        """Keys go first, as in the program."""
        if self._options.kind == "workbench" and isinstance(event, events.Key):
            frame_clock_of(self).note_key()
        await super().on_event(event)

    def _display(self, screen: Any, renderable: Any) -> None:
        """Without a terminal: make the bytes nevertheless, and look for echoes in them."""
        if self._options.headless and isinstance(renderable, CompositorUpdate):
            painted, now = renderable.render_segments(self.console), time.monotonic()
            self._echoes += [now - self._waiting.pop(key) for key in [*self._waiting] if key in painted]
            if self._shown is None and LAST in painted:
                self._shown = now
                self._all_shown.set()
        super()._display(screen, renderable)

    async def _measure(self) -> None:
        options = self._options
        opened = time.process_time()
        for number, drawn in enumerate(self._drawn):
            await drawn.open(f"{answer(options.before, 99 + number)}\n\n" if options.before else "")
            await drawn.settle()
        opened = time.process_time() - opened
        await asyncio.sleep(0.5)
        self.query_one(Input).placeholder = STARTED
        await asyncio.sleep(0.2)
        typist = asyncio.create_task(self._type()) if options.headless else None
        began, cpu = time.monotonic(), time.process_time()
        await self._stream()
        found = {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - began, "opened_s": opened}
        found["last"] = time.monotonic()
        for drawn in self._drawn:
            await drawn.write(f"\n\n{LAST}")
            await drawn.end()
        if typist is not None:
            typist.cancel()
            await asyncio.wait_for(self._all_shown.wait(), 20)
            found |= {"echoes": self._echoes, "shown": self._shown, "lost": len(self._waiting)}
        await asyncio.to_thread(Path(options.report).write_text, json.dumps(found))
        if options.headless:
            self.exit()

    async def _stream(self) -> None:
        """All text in time; late where drawing holds it up."""
        options = self._options
        total = int(options.rate * options.seconds)
        texts = [answer(total, seed) for seed in range(options.panes)]
        began, sent = time.monotonic(), [0] * options.panes
        while sent[-1] < total:
            await asyncio.sleep(0.01)
            due = min(int((time.monotonic() - began) * options.rate), total)
            for index, drawn in enumerate(self._drawn):
                if due > sent[index]:
                    text = texts[index][sent[index] * TOKEN : due * TOKEN]
                    sent[index] = due
                    await drawn.write(text)

    async def _type(self) -> None:
        dice = random.Random(7)
        for number in range(32):
            await asyncio.sleep(KEY_EVERY_S * dice.uniform(0.6, 1.4))
            key = georgian(number)
            self._waiting[key] = time.monotonic()
            assert self._driver is not None
            self._driver.send_message(events.Key(key, key))


def main() -> None:
    """Run it and write what it cost."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("panes", type=int)
    parser.add_argument("rate", type=int, help="tokens a second and pane")
    parser.add_argument("seconds", type=float)
    parser.add_argument("report", help="the file to write")
    parser.add_argument("--before", type=int, default=0, help="tokens that are there already")
    parser.add_argument("--headless", action="store_true")
    options = parser.parse_args()
    StreamingApp(options).run(headless=options.headless, size=(200, 50) if options.headless else None)


if __name__ == "__main__":
    main()
