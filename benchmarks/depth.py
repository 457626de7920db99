"""Long answers: 20,000 tokens, streaming onto as many, and opening as many in a view and in the program itself.

Streaming onto a long answer is compared with a fresh one frame by frame, in one app, since two runs of an app differ by
more than what is promised.

    python -m benchmarks.depth [--long] [--repeats N]
"""

import argparse
import asyncio
import gc
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical

from benchmarks.drawing import Case, run
from benchmarks.kept import keep_session
from benchmarks.support import TOKEN, Program, answer, georgian, median, quantile, say, say_where
from workbench.app.answer import AnswerView
from workbench.app.garbage import YOUNG

DEEP = 20_000
KEYS = 20
BEGINNING, END = "\u16a2", "\u16a3"
"""Runes around a kept answer: one of them is on its first page."""


@dataclass(frozen=True)
class Opened:
    """A kept answer, opened from the list."""

    first_s: float
    """CPU seconds from Enter to its first page."""
    shown_s: float
    """The same by the clock."""
    rest_s: float
    """CPU seconds behind it."""
    echoes: list[float]
    """Seconds from key press to paint, typed as fast as they are painted from the first page on."""


class PairApp(App[None]):
    """A fresh view and a deep one, given the same text and drawn in turn, as fast as they go."""

    CSS = ".pane { border: round $primary; width: 1fr; height: 1fr; }"

    def __init__(self, tokens: int) -> None:
        super().__init__()
        self._tokens = tokens
        self.spent = [0.0, 0.0]
        """CPU seconds, fresh and deep."""

    def compose(self) -> ComposeResult:
        """Side by side."""
        with Horizontal():
            for _ in self.spent:
                yield Vertical(AnswerView(), classes="pane")

    def on_mount(self) -> None:
        """Begin when there is room to draw in."""
        self.call_after_refresh(self.run_worker, self._measure())

    def _display(self, screen: Any, renderable: Any) -> None:
        """Make the bytes, as a terminal would be sent them."""
        if isinstance(renderable, CompositorUpdate):
            renderable.render_segments(self.console)
        super()._display(screen, renderable)

    async def _measure(self) -> None:
        fresh, deep = views = list(self.query(AnswerView))
        fresh.start_turn("a prompt")
        deep.start_turn("a prompt")
        deep.append(answer(DEEP, 99) + "\n\n")
        deep.finish()
        while deep.dirty:
            deep.draw_frame(0.0)
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, 20, 1_000_000)  # as the program has it
        text = answer(self._tokens, 3)
        piece = 100 * TOKEN // 15
        for number, start in enumerate(range(0, len(text), piece)):
            for index in (0, 1) if number % 2 else (1, 0):
                view = views[index]
                began = time.thread_time()
                view.append(text[start : start + piece])
                while view.dirty:
                    view.draw_frame(0.0)
                self.spent[index] += time.thread_time() - began
            await asyncio.sleep(0)
        self.exit()


def report_streaming_onto(repeats: int) -> None:
    """The ratio of two views in one app, frame by frame."""
    ratios, fresh = [], []
    for _ in range(repeats):
        app = PairApp(4_000)
        app.run(headless=True, size=(200, 50))
        ratios.append(app.spent[1] / app.spent[0])
        fresh.append(app.spent[0])
    say("4,000 tokens streamed into a fresh view, 100 a second", median(fresh), "{:.2f} s")
    say(f"the same onto {DEEP:,} tokens (of {min(ratios):.3f} to {max(ratios):.3f})", median(ratios), "{:.3f}x", 1.05)


def report_streaming(rate: int, kinds: tuple[str, ...]) -> None:
    """20,000 tokens from first to last."""
    for kind in kinds:
        result = run(kind, Case(1, rate, DEEP / rate))
        say(f"{DEEP:,} tokens at {rate:,} a second, {kind}", result.cpu_s, "{:.2f} s")
        say("    last text on screen after", result.late_s * 1e3, "{:.0f} ms", 50 if kind == "workbench" else None)


def report_views_opening(repeats: int) -> None:
    """A view that is handed 20,000 tokens at once: ours until all is laid out, Textual's until it is mounted."""
    for kind in ("workbench", "markdown"):
        spent = [run(kind, Case(1, 100, 0.3, DEEP)).opened_s for _ in range(repeats)]
        say(f"{DEEP:,} tokens at once, to the last line, {kind}", median(spent), "{:.2f} s")


def open_kept(tokens: int) -> Opened:
    """The program, with one kept session of so many tokens."""
    with tempfile.TemporaryDirectory() as folder:
        text = f"{BEGINNING} {answer(tokens, 5)}\n\n{END}"
        keep_session(Path(folder) / "workbench.db", ("sim/steady",), [text])
        with Program("-m", "workbench", "-m", "sim/swift", data=Path(folder)) as program:
            program.until("Enter send")
            program.calm_down()
            program.type("\x0f")
            program.until("kept for a benchmark")
            program.calm_down()
            cpu, pressed = program.cpu_s, program.type("\r")
            painted = program.until(BEGINNING, END)
            first, cpu = program.cpu_s - cpu, program.cpu_s
            echoes = [program.echo(georgian(number)) for number in range(KEYS)]
            program.calm_down()
            return Opened(first, painted - pressed, program.cpu_s - cpu, echoes)


def report_opening(repeats: int) -> None:
    """A long kept answer beside a short one, which shows what a new screen costs whatever is on it."""
    deep, short = [], []
    for _ in range(repeats):
        deep.append(open_kept(DEEP))
        short.append(open_kept(20))
    first, least = (median([found.first_s for found in kind]) * 1e3 for kind in (deep, short))
    say(f"opening {DEEP:,} kept tokens: CPU from Enter to their first page", first, "{:.0f} ms")
    say("    of it for a new screen, as with 20 tokens", least, "{:.0f} ms")
    say("    of it for the long answer", first - least, "{:.0f} ms", 50)
    say("    on screen after", median([found.shown_s for found in deep]) * 1e3, "{:.0f} ms")
    rest = (median([found.rest_s for found in kind]) * 1e3 for kind in (deep, short))
    say(f"    CPU behind it, with {KEYS} typed letters", next(rest), "{:.0f} ms")
    say("    the same with 20 tokens", next(rest), "{:.0f} ms")
    echoes = [echo for found in deep for echo in found.echoes]
    say("    key press to paint meanwhile, p95", quantile(echoes, 0.95) * 1e3, "{:.0f} ms", 30)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="20,000 tokens beside Textual's own stream, too")
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    say_where(f"CPU seconds, median of {options.repeats}")
    report_streaming_onto(options.repeats + 3)
    report_views_opening(options.repeats)
    report_opening(options.repeats)
    report_streaming(1_000, ("workbench", "log", "markdown") if options.long else ("workbench", "log"))


if __name__ == "__main__":
    main()
