"""What drawing streams costs, and how long a key press waits meanwhile, in a pty at 200x50 and without.

Each case is an app of its own: so many panes, each fed so many tokens a second, and a prompt that is typed into. The
same text goes into our view, into Textual's own Markdown stream (the yardstick) and into a plain log (the floor).
Printed are CPU shares of one core between first and last token, key-press-to-paint, and how long after the last token
its text was on screen.

    python -m benchmarks.drawing [--long | --ours] [--seconds S] [--repeats N]
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.streaming_app import KEY_EVERY_S, LAST, STARTED
from benchmarks.support import Program, georgian, median, quantile, say_where

HEADS = ("core", "vs own", "p50 ms", "p95 ms", "max ms", "last ms", "lost")


@dataclass(frozen=True)
class Case:
    """What is streamed."""

    panes: int
    rate: int
    """Tokens a second and pane."""
    seconds: float
    before: int = 0
    """Tokens that each answer has already."""

    def command(self, kind: str, report: str) -> list[str]:
        """The app that draws it."""
        sizes = (self.panes, self.rate, self.seconds)
        return ["-m", "benchmarks.streaming_app", kind, *map(str, sizes), report, "--before", str(self.before)]


@dataclass(frozen=True)
class Result:
    """One run of a case."""

    cpu_s: float
    """Between first and last token."""
    share: float
    """The same, of one core."""
    echoes: list[float]
    """Seconds from key press to paint."""
    late_s: float
    """From last token to screen."""
    lost: int
    """Keys whose echo never came."""
    opened_s: float
    """CPU seconds for what was there before."""


def run(kind: str, case: Case, *, headless: bool = False) -> Result:
    """One app, typed into while it streams."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = case.command(kind, report.name)
        echoes: list[float] = []
        shown = None
        if headless:
            subprocess.run([sys.executable, *command, "--headless"], check=True, timeout=120 + 10 * case.seconds)
        else:
            with Program(*command) as program:
                program.until(STARTED, timeout_s=120)
                shown = _type(program, case, echoes)
                while not Path(report.name).stat().st_size:
                    program.listen(0.02)
        found = json.loads(Path(report.name).read_text())
    echoes, shown = found.get("echoes", echoes), found.get("shown", shown)
    return Result(
        found["cpu_s"],
        found["cpu_s"] / found["wall_s"],
        [echo for echo in echoes if echo >= 0],
        float("nan") if shown is None else shown - found["last"],
        sum(echo < 0 for echo in echoes) + found.get("lost", 0),
        found["opened_s"],
    )


def _type(program: Program, case: Case, echoes: list[float]) -> float | None:
    """Type until the last text is on screen; returns when that was. A key that is never painted counts as -1."""
    dice = random.Random(7)
    waiting: dict[bytes, float] = {}
    shown, tail = None, b""
    began = time.monotonic()
    next_key = began + KEY_EVERY_S
    while time.monotonic() < began + case.seconds * 3 + 30 and (shown is None or waiting):
        data = program.listen()
        if data:
            now = program.heard[-1][0]
            tail = tail[-8:] + data
            echoes += [now - waiting.pop(key) for key in [*waiting] if key in tail]
            if shown is None and LAST.encode() in tail:
                shown = now
        now = time.monotonic()
        if now >= next_key and now < began + case.seconds - 0.5:
            key = georgian(len(echoes) + len(waiting))
            waiting[key.encode()] = program.type(key)
            next_key = now + KEY_EVERY_S * dice.uniform(0.6, 1.4)
        if shown is not None and now > shown + 3:
            break
    echoes += [-1.0] * len(waiting)
    return shown


def table(cases: list[Case], kinds: list[str], repeats: int, *, headless: bool = False) -> None:
    """Run and print cases, the kinds of one case in turn."""
    where = "without a terminal" if headless else "in a pty"
    say_where(f"{where} at 200x50, {cases[0].seconds:g} s a run, median of {repeats}")
    print(f"  {'panes x tokens/s':18}{'view':12}" + "".join(f"{head:>9}" for head in HEADS))
    for case in cases:
        found: dict[str, list[Result]] = {kind: [] for kind in kinds}
        for _ in range(repeats):
            for kind in kinds:
                found[kind].append(run(kind, case, headless=headless))
        yardstick = median([result.share for result in found.get("markdown", [])])
        for kind, results in found.items():
            share = median([result.share for result in results])
            echoes = [echo for result in results for echo in result.echoes]
            times = (median(echoes), quantile(echoes, 0.95), max(echoes, default=float("nan")))
            figures = [f"{share:.1%}", f"{share / yardstick:.2f}x" if yardstick == yardstick else ""]
            figures += [f"{each * 1e3:.1f}" for each in (*times, median([result.late_s for result in results]))]
            figures.append(str(sum(result.lost for result in results)))
            label = f"{case.panes} x {case.rate}"
            print(f"  {label:18}{kind:12}" + "".join(f"{figure:>9}" for figure in figures), flush=True)


def main() -> None:
    """Run the cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="every case beside yardstick and floor, 12 s each")
    parser.add_argument("--ours", action="store_true", help="without the yardstick and the floor")
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--repeats", type=int, default=None)
    options = parser.parse_args()
    seconds = options.seconds or (12 if options.long else 5)
    repeats = options.repeats or (3 if options.long else 2)
    every = ["workbench"] if options.ours else ["markdown", "log", "workbench"]
    sizes = [(panes, rate) for rate in (100, 400) for panes in (1, 2, 4, 8)]
    if options.long or options.ours:
        table([Case(*size, seconds) for size in sizes], every, repeats)
        table([Case(*size, seconds) for size in sizes], every, repeats, headless=True)
        return
    table([Case(1, 100, seconds), Case(4, 100, seconds)], every, 1)
    table([Case(*size, seconds) for size in ((1, 100), (4, 100), (8, 100), (1, 400), (8, 400))], ["workbench"], repeats)
    table([Case(4, 100, seconds)], ["markdown", "workbench"], 1, headless=True)


if __name__ == "__main__":
    main()
