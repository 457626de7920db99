"""What a person who types at once feels while the program loads behind its first paint.

The real command in a pseudo-terminal, with a lane for each vendor's SDK and no network. From its first paint on the
loop is asked every 2 ms how late it is, until everything is loaded; meanwhile keys are typed at a steady pace, or
none, or some and then Enter. A key's echo is found by its bytes.

    python -m benchmarks.imports [--runs N]
"""

import argparse
import fcntl
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZE = 50, 200
"""Rows and columns of the terminal."""
FIRST_KEY = 0x10D0
"""Georgian letters are typed: nothing else on the screen is one."""
KEY_EVERY_S = 0.1
SETTLE_S = 0.5
"""Watched after everything was loaded."""
LONGEST_S = 30.0
CONFIGURATION = """
[providers.one]
protocol = "openai-chat"
base_url = "http://127.0.0.1:9/v1"
[providers.two]
protocol = "anthropic-messages"
base_url = "http://127.0.0.1:9"
"""
"""Servers on this machine are not connected to beforehand, so that no network is in the figures."""
TARGETS = ("-m", "one/a", "-m", "two/b")
PROBE = f"""
import asyncio, json, os, time
from pathlib import Path
from workbench.__main__ import main
from workbench.app.app import WorkbenchApp
def begin(app, painted=WorkbenchApp._after_first_paint):
    painted(app)
    app.run_worker(measure(app))
async def measure(app):
    report, late, begun, ready = Path(os.environ["REPORT"]), [], time.monotonic(), None
    report.with_suffix(".painted").touch()
    while ready is None or time.monotonic() - ready < {SETTLE_S}:
        asked = time.perf_counter()
        await asyncio.sleep(0.002)
        late.append(time.perf_counter() - asked - 0.002)
        if ready is None and app.screen.comparison is not None:
            ready = time.monotonic()
    report.with_suffix(".new").write_text(json.dumps({{"late": late, "ready_s": ready - begun}}))
    report.with_suffix(".new").rename(report)
WorkbenchApp._after_first_paint = begin
main()
"""


@dataclass
class Case:
    """What one way of typing cost, over all runs."""

    name: str
    keys_s: float
    """So long keys are typed."""
    enter: bool = False
    """The prompt is sent then."""
    late: list[float] = field(default_factory=list)
    """Seconds that the loop was late."""
    echoes: list[float] = field(default_factory=list)
    """Seconds from key press to paint."""
    ready: list[float] = field(default_factory=list)
    """Seconds from the first paint, or from Enter, until everything was loaded."""


class Terminal:
    """The program in a pseudo-terminal."""

    def __init__(self, folder: Path) -> None:
        self.report = folder / "report"
        for path in folder.glob("report*"):
            path.unlink()
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.chdir(ROOT)
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
            os.environ |= {
                "WORKBENCH_DATA": str(folder / "data"),
                "WORKBENCH_CONFIG": str(folder / "config.toml"),
                "TERM": "xterm-256color",
                "REPORT": str(self.report),
            }
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
            os.execv(sys.executable, [sys.executable, "-c", PROBE, *TARGETS])

    def read(self, seconds: float, until: bytes = b"") -> bool:
        """Take what it paints; whether the bytes came."""
        end, seen = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self._terminal], [], [], left)[0]:
                try:
                    seen += os.read(self._terminal, 65536)
                except OSError:
                    return False
                if until and until in seen:
                    return True
        return False

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._terminal, text.encode())

    def wait_for(self, path: Path) -> None:
        """Take what it paints until a file is there."""
        end = time.monotonic() + LONGEST_S
        while not path.exists():
            self.read(0.01)
            if time.monotonic() > end:
                raise TimeoutError(path.name)

    def close(self) -> None:
        """Leave the program."""
        os.kill(self._child, 9)
        os.waitpid(self._child, 0)
        os.close(self._terminal)


def run(case: Case, folder: Path) -> None:
    """One run of a case."""
    terminal = Terminal(folder)
    try:
        terminal.wait_for(terminal.report.with_suffix(".painted"))
        begun = next_key = time.monotonic()
        typed = 0
        while next_key - begun < case.keys_s:
            terminal.read(next_key - time.monotonic())
            letter, pressed = chr(FIRST_KEY + typed % 32), time.monotonic()
            terminal.type(letter)
            if terminal.read(2.0, until=letter.encode()):
                case.echoes.append(time.monotonic() - pressed)
            typed += 1
            next_key = max(next_key + KEY_EVERY_S, time.monotonic())
        sent = time.monotonic() - begun
        if case.enter:
            terminal.type("\r")
        terminal.wait_for(terminal.report)
        found = json.loads(terminal.report.read_text())
        case.late += found["late"]
        case.ready.append(found["ready_s"] - (sent if case.enter else 0))
    finally:
        terminal.close()


def figures(seconds: list[float]) -> str:
    """Median, the worst twentieth, and the worst, in milliseconds."""
    if not seconds:
        return "     –"
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) * 19 // 20, len(ordered) - 1)]
    return " / ".join(f"{1000 * value:5.1f}" for value in (statistics.median(ordered), p95, ordered[-1]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    cases = [
        Case("no keys", 0),
        Case("a key every 100 ms for 4 s", 4),
        Case("the same for 1 s, then Enter", 1, enter=True),
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIGURATION)
        run(Case("warm the disk", 0), folder)
        for _ in range(options.runs):
            for case in cases:
                run(case, folder)
    print(f"from the first paint until all is loaded, {options.runs} runs; load {os.getloadavg()[0]:.1f}")
    print(f"  {'p50 / p95 / max, ms':<30} {'loop late':^22}  {'key press to paint':^22}  loaded after")
    for case in cases:
        ready = statistics.median(case.ready)
        print(f"  {case.name:<30} {figures(case.late):^22}  {figures(case.echoes):^22}  {ready:.2f} s")


if __name__ == "__main__":
    main()
