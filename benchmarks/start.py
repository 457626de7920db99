"""What the program costs until its first paint, as a ratio to an empty Textual app in the same run.

Both run as processes of their own under a pseudo-terminal and end themselves once the first screen was painted; what is
compared is their CPU time. Cases: nothing configured (welcome), two lanes that were named, the same with the line-up of
last time in a new session, and the last session as it was left, with one session in the history and with many.

    python -m benchmarks.start [--runs N] [--sessions N]
"""

import argparse
import fcntl
import os
import pty
import resource
import statistics
import struct
import sys
import tempfile
import termios
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EMPTY = """
import os
from textual.app import App
class Empty(App):
    def on_mount(self): self.call_after_refresh(os._exit, 0)
Empty().run()
"""
OURS = """
import os
from workbench.__main__ import main
from workbench.app import run
def run_app(services, start, opened=run.run_app):
    from workbench.app.app import WorkbenchApp
    WorkbenchApp._after_first_paint = lambda self: os._exit(0)
    return opened(services, start)
run.run_app = run_app
main()
"""
"""The command itself, from its arguments on, which ends where it would go on after its first paint."""
LONG = "The last answer, with `code` and **emphasis**, is long.\n\n" * 500
SIZE = 40, 120
"""Rows and columns of the terminal."""


def cpu_of(program: str, *arguments: str, data: Path) -> float:
    """CPU seconds of one run, children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        os.environ |= {
            "WORKBENCH_DATA": str(data),
            "WORKBENCH_CONFIG": str(data / "none.toml"),
            "TERM": "xterm-256color",
        }
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.execv(sys.executable, [sys.executable, "-c", program, *arguments])
    while True:
        try:
            if not os.read(terminal, 65536):
                break
        except OSError:
            break
    os.waitpid(child, 0)
    os.close(terminal)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def with_sessions(count: int, data: Path) -> None:
    """A history of so many sessions of one answered turn; the last has two lanes with long answers."""
    from workbench.domain.conversation import Lane, Response, Session, TextPart, Turn
    from workbench.domain.ids import new_id
    from workbench.store.database import open_store

    store = open_store(data / "workbench.db")
    when = "2026-11-01T10:00:00Z"
    for number in range(count):
        last = number == count - 1
        session, turn = new_id(), new_id()
        lanes = [Lane(new_id(), place, "sim/steady") for place in range(1, 2 + last)]
        store.recorder.session_saved(Session(session, f"Session {number}", when), lanes)
        begun = [Response(new_id(), turn, lane.id, lane.target) for lane in lanes]
        store.recorder.turn_started(Turn(turn, session, 1, (TextPart(f"Question {number}"),), when), begun)
        for response in begun:
            text = LONG if last else f"Answer {number}"
            store.recorder.response_ended(replace(response, state="complete", text=text))
        if number % 1000 == 999:
            store.flush(120)
    store.close(120)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sessions", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        none, one, many = (Path(folder) / name for name in ("none", "one", "many"))
        for data, count in ((none, 0), (one, 1), (many, options.sessions)):
            data.mkdir(mode=0o700)
            if count:
                with_sessions(count, data)
        cases = {
            "empty Textual app": (EMPTY, (), none),
            "welcome": (OURS, (), none),
            "two lanes": (OURS, ("-m", "sim/steady", "-m", "sim/swift"), none),
            "last line-up": (OURS, ("--prompt", "Say hi"), one),
            "last session": (OURS, (), one),
            f"last session of {options.sessions:,}": (OURS, (), many),
        }
        taken: dict[str, list[float]] = {name: [] for name in cases}
        for _ in range(options.runs + 1):
            for name, (program, arguments, data) in cases.items():
                taken[name].append(cpu_of(program, *arguments, data=data))
        print(f"CPU until the first paint, median of {options.runs}; load {os.getloadavg()[0]:.1f}")
        floor = statistics.median(taken["empty Textual app"][1:])
        for name, times in taken.items():
            median = statistics.median(times[1:])
            print(f"  {name:<34} {median * 1000:6.0f} ms   {median / floor:.2f}x")


if __name__ == "__main__":
    main()
