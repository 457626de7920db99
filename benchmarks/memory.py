"""What long answers hold: twelve panes of 20,000 tokens in the program, and a hundred streams for a while.

Memory is what the process has resident; what short answers hold is taken off where it is told for 1,000 tokens.

    python -m benchmarks.memory [--long] [--minutes M]
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.support import ROOT, Program, own_folder, resident_mb, say, say_where

PANES = 12
DEEP = 20_000
STREAMS = 100
RATE = 10
"""Tokens a second of each of them."""


@dataclass(frozen=True)
class Held:
    """The program with so many answers on its panes."""

    resident_mb: float
    cpu_s: float
    tokens: int
    text_mb: float


def told(folder: Path, *arguments: str) -> Any:
    """What `workbench … --json` says about the data there."""
    command = [sys.executable, "-m", "workbench", *arguments, "--json"]
    environment = {**os.environ, **own_folder(folder)}
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout)


def responses(folder: Path) -> list[dict[str, Any]]:
    """Those of the newest session, as far as they are in the file."""
    listed = told(folder, "sessions", "list")["sessions"]
    shown = told(folder, "sessions", "show", listed[0]["id"]) if listed else {"turns": []}
    return [response for turn in shown["turns"] for response in turn["responses"]]


def hold(panes: int, tokens: int) -> Held:
    """Stream so many tokens into each pane and look when all of them are complete."""
    targets = [f"sim/steady@tps=1000@tokens={tokens}@seed={number}" for number in range(panes)]
    lanes = [word for target in targets for word in ("-m", target)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Program("-m", "workbench", *lanes, "--prompt", "Go on at length.", data=Path(folder)) as program,
    ):
        end = time.monotonic() + 240
        found: list[dict[str, Any]] = []
        while len(found) < panes or any(response["state"] != "complete" for response in found):
            if time.monotonic() > end:
                raise RuntimeError(f"not complete: {[response['state'] for response in found]}")
            program.rest(2 + tokens / 10_000)
            found = responses(Path(folder))
        program.rest(7)  # garbage is collected in a quiet moment
        texts = [response["text"] for response in found]
        counted = sum(response["usage"]["output_tokens"] for response in found)
        return Held(program.resident_mb, program.cpu_s, counted, sum(len(text.encode()) for text in texts) / 1e6)


def report_panes() -> None:
    """Twelve deep panes against twelve short ones."""
    short, deep = hold(PANES, 200), hold(PANES, DEEP)
    say(f"{PANES} panes with {DEEP:,} tokens each, the whole program", deep.resident_mb, "{:.0f} MB", 300)
    say("    with 200 tokens each", short.resident_mb, "{:.0f} MB")
    more = deep.resident_mb - short.resident_mb - (deep.text_mb - short.text_mb)
    say("    beyond the text, for 1,000 tokens", more / (deep.tokens - short.tokens) * 1000, "{:.3f} MB", 0.15)
    say(f"    CPU for its {deep.tokens:,} tokens at 1,000 a second and pane", deep.cpu_s, "{:.1f} s")


async def stream(minutes: float) -> None:
    """A hundred answers at once through engine and store; prints the memory at every sixth of the time."""
    from workbench import Workbench
    from workbench.engine.events import ResponseEnded

    tokens = int(minutes * 60 * RATE)
    targets = [f"sim/steady@tps={RATE}@tokens={tokens}@seed={number}" for number in range(STREAMS)]
    complete = 0
    resident: list[float] = []

    async def watch() -> None:
        while True:
            await asyncio.sleep(minutes * 10)
            resident.append(resident_mb())

    async with Workbench.open() as bench:
        await bench.prepare(targets)
        watching = asyncio.create_task(watch())
        began = time.process_time()
        async for event in bench.ask("Go on for long.", targets=targets):
            complete += isinstance(event, ResponseEnded) and event.response.state == "complete"
        watching.cancel()
    spent = time.process_time() - began
    print(json.dumps({"resident_mb": resident, "cpu_s": spent, "complete": complete}))


def report_streams(minutes: float) -> None:
    """In a process of its own, without the app."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.memory", "--stream", str(minutes)]
        environment = {**os.environ, **own_folder(Path(folder))}
        found = json.loads(subprocess.run(command, cwd=ROOT, env=environment, stdout=-1, check=True).stdout)
    resident = found["resident_mb"]
    tokens = STREAMS * RATE * minutes * 60
    say(f"{STREAMS} streams of {minutes:g} minutes: memory after a sixth of them", resident[0], "{:.0f} MB")
    say("    at the end", resident[-1], "{:.0f} MB")
    growth = (resident[-1] - resident[0]) / (tokens * (len(resident) - 1) / 6) * 1000
    say("    growth for 1,000 tokens, their text included", growth, "{:.3f} MB", 0.15)
    say("    CPU for 1,000 tokens", found["cpu_s"] / tokens * 1e6, "{:.0f} ms")
    say("    answers not complete", STREAMS - found["complete"], "{:.0f}", 0)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true", help="ten minutes of streams instead of one")
    parser.add_argument("--minutes", type=float, help="of the streams")
    parser.add_argument("--stream", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stream:
        asyncio.run(stream(options.stream))
        return
    say_where()
    report_panes()
    report_streams(options.minutes or (10 if options.long else 1))


if __name__ == "__main__":
    main()
