"""What the benchmarks share: a program in a pseudo-terminal with its clocks, text to stream, and how it is told."""

import fcntl
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[1]
TOKEN = 4
"""Characters of one token, about."""
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


class Program:
    """`python ARGUMENTS` in a pseudo-terminal of its own, ended when the block ends."""

    def __init__(self, *arguments: str, columns: int = 200, rows: int = 50, data: Path | None = None) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONHASHSEED": "0"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if data is not None:
            environment |= own_folder(data)
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=far,
            stdout=far,
            stderr=far,
            env=environment,
            cwd=ROOT,
            start_new_session=True,
        )
        os.close(far)
        self._cpu_clock = (~self._process.pid << 3) | 2
        """As clock_getcpuclockid(3) makes it: of that process alone, without its children."""
        self.heard: list[tuple[float, bytes]] = []
        """What it wrote, and when."""

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._near)

    @property
    def cpu_s(self) -> float:
        """CPU seconds so far, children not counted."""
        return time.clock_gettime(self._cpu_clock)

    @property
    def resident_mb(self) -> float:
        """Memory now."""
        return resident_mb(self._process.pid)

    def type(self, keys: str) -> float:
        """Press keys; returns when."""
        os.write(self._near, keys.encode())
        return time.monotonic()

    def echo(self, key: str) -> float:
        """Press a key that writes itself; returns the seconds until it is painted."""
        typed = self.type(key)
        return self.until(key) - typed

    def listen(self, timeout_s: float = 0.002) -> bytes:
        """What it writes next; nothing when it is quiet so long."""
        if not select.select([self._near], [], [], timeout_s)[0]:
            return b""
        try:
            data = os.read(self._near, 1 << 16)
        except OSError as error:
            raise RuntimeError(f"the program ended: {self.tail()!r}") from error
        self.heard.append((time.monotonic(), data))
        return data

    def tail(self) -> bytes:
        """The last that it wrote."""
        return b"".join(data for _, data in self.heard[-20:])[-2000:]

    def until(self, *seen: str, timeout_s: float = 60.0) -> float:
        """Listen until it writes one of these from now on; returns when."""
        wanted = [each.encode() for each in seen]
        last, end = b"", time.monotonic() + timeout_s
        while time.monotonic() < end:
            if data := self.listen(0.02):
                if any(each in last + data for each in wanted):
                    return self.heard[-1][0]
                last = (last + data)[-200:]
        raise RuntimeError(f"it never came: {seen}; the last was {self.tail()!r}")

    def rest(self, seconds: float) -> None:
        """Listen for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.listen(0.05)

    def calm_down(self, below: float = 0.05, every_s: float = 0.5, timeout_s: float = 60.0) -> None:
        """Listen until it takes less than this share of a core."""
        end = time.monotonic() + timeout_s
        share = 1.0
        while share > below and time.monotonic() < end:
            before = self.cpu_s
            self.rest(every_s)
            share = (self.cpu_s - before) / every_s


def resident_mb(process: int | str = "self") -> float:
    """Memory of a process now."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def georgian(number: int) -> str:
    """Letters to type: no text holds one, so that its echo is found by its bytes."""
    return chr(0x10D0 + number % 33)


def own_folder(folder: Path) -> dict[str, str]:
    """Variables that keep data and configuration there."""
    return {"WORKBENCH_DATA": str(folder), "WORKBENCH_CONFIG": str(folder / "config.toml")}


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of them stays below."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def median(values: Sequence[float]) -> float:
    """The middle one; not a number when there is none."""
    return statistics.median(values) if values else float("nan")


def say_where(words: str = "") -> None:
    """The day, the machine and its load, to be printed above figures."""
    version = ".".join(map(str, sys.version_info[:3]))
    day, cores, load = time.strftime("%Y-%m-%d"), os.cpu_count(), os.getloadavg()[0]
    print(f"{day}, Python {version}, {cores} cores, load {load:.1f}{words and ', '}{words}", flush=True)


def say(label: str, value: float, form: str, at_most: float | None = None) -> None:
    """One figure, with what was promised."""
    promised = ""
    if at_most is not None:
        promised = f"promised {form.format(at_most)}{'' if value <= at_most else ': NOT MET'}"
    print(f"  {label:<62} {form.format(value):>12}   {promised}".rstrip(), flush=True)
