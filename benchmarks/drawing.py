"""What drawing streams costs, and how long a key press waits meanwhile, in a real terminal (a pty at 200x50).

Each case is an app of its own in a pty: so many panes, each fed so many tokens a second, and a prompt that is typed
into. The same text goes into our view, into Textual's own Markdown stream (the yardstick) and into a plain log (the
floor). Printed are CPU shares of one core between first and last token, key-press-to-paint, and how long after the
last token its text was on screen.

    python benchmarks/drawing.py            all cases, some minutes
    python benchmarks/drawing.py --quick    1 and 4 panes at 100 tokens/s, under a minute
"""

import argparse
import asyncio
import fcntl
import json
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZE = (50, 200)
TOKEN = 4
"""Characters of one token, about."""
FIRST_KEY = 0x10D0
"""Georgian letters are typed: no text holds one, so that its echo is found by its bytes."""
KEYS = 40
KEY_EVERY_S = 0.22
LAST = "\u16a0"
"""A rune that ends every stream."""

WORDS = (
    "the model answers with words of many lengths and some of them are longer than others while code tables",
    "lists and headings come between so that every part of a renderer has something to do before the end",
)
VOCABULARY = " ".join(WORDS).split()


def answer(tokens: int, seed: int) -> str:
    """Markdown of about so many tokens, the same for the same seed."""
    dice = random.Random(seed)

    def words(count: int) -> str:
        return " ".join(dice.choice(VOCABULARY) for _ in range(count))

    parts: list[str] = []
    size = 0
    while size < tokens * TOKEN:
        kind = dice.randrange(8)
        if kind == 0:
            part = f"## {words(4)}\n\n"
        elif kind == 1:
            part = "".join(f"- **{words(1)}**: {words(dice.randint(6, 18))}\n" for _ in range(5)) + "\n"
        elif kind == 2:
            body = "".join(
                f"def {dice.choice(VOCABULARY)}(value: int) -> int:\n    return value + {n}  # {words(3)}\n\n"
                for n in range(4)
            )
            part = f"```python\n{body}```\n\n"
        elif kind == 3:
            rows = "".join(f"| {words(2)} | {dice.randint(1, 999)} | {words(3)} |\n" for _ in range(6))
            part = f"| name | value | note |\n|---|---:|---|\n{rows}\n"
        else:
            part = f"{words(30)} `{words(1)}` {words(20)}, *{words(2)}* {words(25)}.\n\n"
        parts.append(part)
        size += len(part)
    return "".join(parts)[: tokens * TOKEN]


# -- the child: one app in the pty ------------------------------------------------------------------------------------


def child(kind: str, panes: int, rate: int, seconds: float, report: str, before: int) -> None:
    """Run one app and write what it cost."""
    sys.path.insert(0, str(ROOT))
    from textual.app import App, ComposeResult
    from textual.containers import Horizontal, Vertical, VerticalScroll
    from textual.widgets import Input, Log, Markdown

    if kind == "workbench":
        from workbench.app.answer import AnswerView
        from workbench.app.frame_clock import frame_clock_of

    texts = [answer(int(rate * seconds), seed) for seed in range(panes)]

    class Bench(App[None]):
        CSS = """
        .pane { border: round $primary; width: 1fr; height: 1fr; }
        Input { height: 3; }
        """

        def compose(self) -> ComposeResult:
            with Vertical():
                with Horizontal():
                    for _ in range(panes):
                        if kind == "workbench":
                            with Vertical(classes="pane"):
                                yield AnswerView()
                        elif kind == "markdown":
                            with VerticalScroll(classes="pane"):
                                yield Markdown()
                        else:
                            yield Log(classes="pane")
                yield Input()

        def on_mount(self) -> None:
            self.query_one(Input).focus()
            self.run_worker(self.measure())

        async def on_event(self, event: Any) -> None:
            from textual import events

            if kind == "workbench" and isinstance(event, events.Key):
                frame_clock_of(self).note_key()
            await super().on_event(event)

        async def measure(self) -> None:
            writers: list[Any] = []
            if kind == "workbench":
                for view in self.query(AnswerView):
                    view.start_turn("a prompt")
                    if before:
                        view.append(answer(before, 99) + "\n\n")
                        view.finish()
                    writers.append(view)
                await asyncio.sleep(1.0 + before / 8_000)
            elif kind == "markdown":
                for markdown in self.query(Markdown):
                    markdown.parent.anchor()
                    writers.append(Markdown.get_stream(markdown))
            else:
                writers = list(self.query(Log))
            await asyncio.sleep(0.7)
            start, cpu = time.monotonic(), time.process_time()
            sent = [0] * panes
            while True:
                gone = time.monotonic() - start
                due = min(int(gone * rate), int(rate * seconds))
                for index, writer in enumerate(writers):
                    if due > sent[index]:
                        text = texts[index][sent[index] * TOKEN : due * TOKEN]
                        sent[index] = due
                        if kind == "workbench":
                            writer.append(text)
                        elif kind == "markdown":
                            await writer.write(text)
                        else:
                            writer.write(text)
                if due >= int(rate * seconds):
                    break
                await asyncio.sleep(0.01)
            cost, wall = time.process_time() - cpu, time.monotonic() - start
            last = time.monotonic()
            for writer in writers:
                if kind == "workbench":
                    writer.append(f"\n\n{LAST}")
                    writer.finish()
                elif kind == "markdown":
                    await writer.write(f"\n\n{LAST}")
                    await writer.stop()
                else:
                    writer.write(f"\n\n{LAST}")
            found = {"cpu_s": cost, "wall_s": wall, "last": last}
            if kind == "workbench":
                found["frames"] = frame_clock_of(self).frames
            await asyncio.to_thread(Path(report).write_text, json.dumps(found))
            await asyncio.sleep(1.5 if kind == "workbench" else 4)
            self.exit()

    Bench().run()


# -- the parent: the terminal -----------------------------------------------------------------------------------------


@dataclass
class Result:
    """One case."""

    share: float
    """Of one core, between first and last token."""
    echoes: list[float]
    """Seconds from key press to paint."""
    late_s: float | None
    """From last token to screen."""
    lost: int
    """Keys whose echo never came."""


def run(kind: str, panes: int, rate: int, seconds: float, before: int = 0) -> Result:
    """One app in a pty, typed into while it streams."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [
            sys.executable,
            __file__,
            "--child",
            kind,
            str(panes),
            str(rate),
            str(seconds),
            report.name,
            str(before),
        ]
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONHASHSEED": "0"}
        process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        try:
            return _watch(process, master, Path(report.name), seconds, before)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            os.close(master)


def _watch(process: "subprocess.Popen[bytes]", master: int, report: Path, seconds: float, before: int) -> Result:
    dice = random.Random(7)
    tail = b""
    waiting: dict[bytes, float] = {}
    echoes: list[float] = []
    shown: float | None = None
    typed = 0
    next_key = time.monotonic() + 2.2 + (1 + before / 8_000 if before else 0)
    give_up = time.monotonic() + seconds * 3 + 40
    while process.poll() is None and time.monotonic() < give_up:
        ready, _, _ = select.select([master], [], [], 0.002)
        now = time.monotonic()
        if ready:
            try:
                data = os.read(master, 1 << 16)
            except OSError:
                break
            tail = tail[-8:] + data
            echoes.extend(now - waiting.pop(key) for key in [key for key in waiting if key in tail])
            if shown is None and LAST.encode() in tail:
                shown = now
        if now >= next_key and typed < min(KEYS, int(seconds / KEY_EVERY_S) - 2):
            key = chr(FIRST_KEY + typed).encode()
            typed += 1
            waiting[key] = now
            os.write(master, key)
            next_key = now + KEY_EVERY_S * dice.uniform(0.6, 1.4)
    found = json.loads(report.read_text() or "{}")
    if not found:
        return Result(float("nan"), echoes, None, len(waiting))
    late = None if shown is None else shown - found["last"]
    return Result(found["cpu_s"] / found["wall_s"], echoes, late, len(waiting))


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def _table(cases: list[tuple[int, int]], kinds: list[str], seconds: float, repeats: int) -> None:
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {seconds:g} s a run, median of {repeats}, 200x50")
    heads = ("core", "vs own", "p50 ms", "p95 ms", "max ms", "last ms", "lost")
    print(f"{'panes x tokens/s':18}{'view':12}" + "".join(f"{head:>9}" for head in heads))
    for panes, rate in cases:
        yardstick: float | None = None
        for kind in kinds:
            results = [run(kind, panes, rate, seconds) for _ in range(repeats)]
            share = statistics.median(result.share for result in results)
            echoes = [echo for result in results for echo in result.echoes]
            late = [result.late_s for result in results if result.late_s is not None]
            yardstick = share if kind == "markdown" else yardstick
            waits = (_quantile(echoes, 0.5), _quantile(echoes, 0.95), max(echoes, default=float("nan")))
            figures = [f"{share:.1%}", f"{share / yardstick:.2f}x" if yardstick else ""]
            figures += [f"{wait * 1e3:.1f}" for wait in (*waits, statistics.median(late) if late else float("nan"))]
            figures.append(str(sum(result.lost for result in results)))
            print(f"{f'{panes} x {rate}':18}{kind:12}" + "".join(f"{figure:>9}" for figure in figures), flush=True)


def _depth(seconds: float, repeats: int) -> None:
    fresh, deep = [], []
    for _ in range(repeats):
        fresh.append(run("workbench", 1, 100, seconds).share)
        deep.append(run("workbench", 1, 100, seconds, before=20_000).share)
    first, second = statistics.median(fresh), statistics.median(deep)
    print(f"streaming onto a 20,000-token answer: {second:.1%} of a core, fresh {first:.1%}: {second / first:.2f}x")


def _opening() -> None:
    sys.path.insert(0, str(ROOT))
    from workbench.app.answer.sheet import Sheet
    from workbench.app.answer.text import Text

    costs = []
    for _ in range(5):
        text, sheet = Text(), Sheet()
        sheet.width = 96
        text.append(answer(20_000, 3))
        start = time.process_time()
        text.take()
        sheet.replace_from(0, text.leaves, text.definitions)
        sheet.lay_out_end(48)
        costs.append(time.process_time() - start)
    print(f"opening a 20,000-token answer: {statistics.median(costs) * 1e3:.1f} ms CPU to its first page")


def main() -> None:
    """Run the cases."""
    if sys.argv[1:2] == ["--child"]:
        kind, panes, rate, seconds, report, before = sys.argv[2:8]
        child(kind, int(panes), int(rate), float(seconds), report, int(before))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1 and 4 panes at 100 tokens/s, one short run each")
    parser.add_argument("--ours", action="store_true", help="without the yardstick and the floor")
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--repeats", type=int, default=None)
    options = parser.parse_args()
    kinds = ["workbench"] if options.ours else ["markdown", "log", "workbench"]
    seconds = options.seconds or (5 if options.quick else 12)
    repeats = options.repeats or (1 if options.quick else 3)
    cases = [(1, 100), (4, 100)] if options.quick else [(n, rate) for rate in (100, 400) for n in (1, 2, 4, 8)]
    _opening()
    _table(cases, kinds, seconds, repeats)
    if not options.quick:
        _depth(seconds, repeats)


if __name__ == "__main__":
    main()
