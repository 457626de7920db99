"""The whole program: one answer from the network to the file, several at once, and what the sidebar takes of it.

Simulated models answer over the loopback, in a process whose time is not counted. Textual's own Markdown stream drawing
as many tokens, and nothing else, is the yardstick.

    python -m benchmarks.program [--repeats N]
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

from benchmarks.drawing import Case, run
from benchmarks.kept import keep_session
from benchmarks.streaming_app import KEY_EVERY_S
from benchmarks.support import Program, answer, georgian, median, quantile, say, say_where

TOKENS, RATE = 2_000, 100
SLOW = "sim/steady@tps=5@tokens=5000"
"""Streams as long as anyone looks, and gives the sidebar something to tell without much to draw."""


def lanes_of(targets: list[str]) -> list[str]:
    """As options of the command."""
    return [word for target in targets for word in ("-m", target)]


def stream(panes: int) -> tuple[float, float, list[float]]:
    """CPU seconds and seconds from sending to the end of all answers, and what echoes of keys took meanwhile."""
    targets = [f"sim/steady@tps={RATE}@tokens={TOKENS}@ttft=0@seed={number}" for number in range(panes)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Program("-m", "workbench", *lanes_of(targets), data=Path(folder)) as program,
    ):
        program.until("Enter send")
        program.rest(1.5)
        program.calm_down()
        program.type("go on")
        program.rest(0.5)
        cpu, began = program.cpu_s, program.type("\r")
        echoes: list[float] = []
        dice = random.Random(7)
        while time.monotonic() < began + TOKENS / RATE - 1:
            program.rest(KEY_EVERY_S * dice.uniform(0.6, 1.4))
            echoes.append(program.echo(georgian(len(echoes))))
        program.until("complete", timeout_s=60)
        program.rest(1)
        return program.cpu_s - cpu, time.monotonic() - began, echoes


def report_streams(panes: int, repeats: int, share: float, wait_ms: float) -> float:
    """So many answers at once; CPU seconds for all."""
    runs = [stream(panes) for _ in range(repeats)]
    cpu_s = median([run[0] for run in runs])
    echoes = [echo for run in runs for echo in run[2]]
    say(f"{panes} x {TOKENS:,} tokens at {RATE}/s, network to file", cpu_s, "{:.2f} s", 5 if panes == 1 else None)
    say("    of a core", median([run[0] / run[1] for run in runs]), "{:.1%}", share)
    say("    key press to paint, p50", median(echoes) * 1e3, "{:.0f} ms")
    say("    key press to paint, p95", quantile(echoes, 0.95) * 1e3, "{:.0f} ms", wait_ms)
    return cpu_s


def report_sidebar(panes: int, repeats: int, seconds: float = 8.0) -> None:
    """The same streams below long answers with the sidebar and without, in turn, in one program."""
    with tempfile.TemporaryDirectory() as folder:
        keep_session(Path(folder) / "workbench.db", (SLOW,) * panes, [answer(5_000, seed) for seed in range(panes)])
        with Program("-m", "workbench", "-m", "sim/swift", data=Path(folder)) as program:
            program.until("Enter send")
            program.rest(1.5)
            program.type("\x0f")
            program.until("kept for a benchmark")
            program.calm_down()
            program.type("\r")
            program.rest(1.5)
            program.calm_down()
            program.type("go on\r")
            program.rest(3)
            shares: list[list[float]] = [[], []]
            for number in range(2 * repeats):
                cpu, began = program.cpu_s, time.monotonic()
                program.rest(seconds)
                shares[number % 2].append((program.cpu_s - cpu) / (time.monotonic() - began))
                program.type("\x13")
                program.rest(1)
    shown, hidden = map(median, shares)
    say(f"{panes} slow streams below 5,000 tokens each, with the sidebar", shown, "{:.2%}")
    say("    without it", hidden, "{:.2%}")
    say("    the sidebar's own share of a core", shown - hidden, "{:.2%}", 0.02)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=1)
    options = parser.parse_args()
    say_where(f"a pty at 200x50, CPU seconds of the program, median of {options.repeats}")
    ours = report_streams(1, options.repeats, 0.2, 30)
    drawn = {kind: run(kind, Case(1, RATE, TOKENS / RATE)).cpu_s for kind in ("markdown", "workbench")}
    say("Textual's Markdown stream alone, as many tokens", drawn["markdown"], "{:.2f} s")
    say("    our view alone against it", drawn["workbench"] / drawn["markdown"], "{:.2f}x", 0.25)
    say("    the whole program against it", ours / drawn["markdown"], "{:.2f}x")
    report_streams(4, options.repeats, 0.35, 50)
    report_sidebar(4, 2 * options.repeats)


if __name__ == "__main__":
    main()
