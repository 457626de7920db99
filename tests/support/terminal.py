"""A program in a pseudo-terminal of its own: what it writes, how it ends, and what it leaves behind."""

import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from fcntl import ioctl
from pathlib import Path


class Terminal:
    """Runs `python ARGUMENTS` as the leader of a session that owns a new terminal."""

    def __init__(
        self, arguments: Sequence[str], *, columns: int = 100, rows: int = 30, env: dict[str, str] | None = None
    ) -> None:
        self._near, far = pty.openpty()
        ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.before = termios.tcgetattr(far)
        self._far = far
        self.output = b""
        environ = {**os.environ, "TERM": "xterm-256color", **(env or {})}
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=far,
            stdout=far,
            stderr=far,
            env=environ,
            preexec_fn=self._own_terminal,
            close_fds=True,
        )

    def _own_terminal(self) -> None:
        os.setsid()
        ioctl(0, termios.TIOCSCTTY, 0)

    @property
    def after(self) -> list[object]:
        """The terminal's modes as they are now."""
        return termios.tcgetattr(self._far)

    def send(self, keys: bytes) -> None:
        """Type."""
        os.write(self._near, keys)

    def signal(self, number: int) -> None:
        """To the program itself."""
        os.kill(self._process.pid, number)

    def read_until(self, wanted: bytes, timeout_s: float = 20.0) -> None:
        """Read until the program wrote this."""
        start = len(self.output)
        end = time.monotonic() + timeout_s
        while wanted not in self.output[max(0, start - len(wanted)) :]:
            if time.monotonic() > end or not self._read(0.2):
                raise AssertionError(f"{wanted!r} never came; the last was {self.output[-400:]!r}")

    def wait(self, timeout_s: float = 10.0) -> int:
        """Read to the end; the exit code."""
        end = time.monotonic() + timeout_s
        while self._process.poll() is None:
            self._read(0.05)
            if time.monotonic() > end:
                self._process.kill()
                raise AssertionError("it does not end")
        while self._read(0.05, once=True):
            pass
        return self._process.returncode

    def hang_up(self) -> None:
        """The terminal is closed, as when its window or connection goes away."""
        os.close(self._near)
        self._near = -1

    def let_fill(self, timeout_s: float = 20.0) -> None:
        """Read nothing until the program, which always has something to write, stands still because it can't."""
        end = time.monotonic() + timeout_s
        before = -1.0
        while before != (now := self._cpu_s()):
            if time.monotonic() > end:
                raise AssertionError("it never stands still")
            before = now
            select.select([], [], [], 0.7)

    def _cpu_s(self) -> float:
        return int(self._stat()[11]) + int(self._stat()[12])

    def _stat(self) -> list[str]:
        """The fields of `/proc/PID/stat` from the state on."""
        return Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()

    def wait_stopped(self, timeout_s: float = 10.0) -> None:
        """Read until the process is stopped, and then what it wrote before."""
        end = time.monotonic() + timeout_s
        while self._stat()[0] != "T":
            self._read(0.05)
            if time.monotonic() > end:
                raise AssertionError("it does not stop")
        while self._read(0.05, once=True):
            pass

    def wait_unread(self, timeout_s: float = 10.0) -> int:
        """The exit code, without reading anything more."""
        return self._process.wait(timeout_s)

    def close(self) -> None:
        """End it whatever it does."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        if self._near >= 0:
            os.close(self._near)
        os.close(self._far)

    def _read(self, timeout_s: float, once: bool = False) -> bool:
        ready, _, _ = select.select([self._near], [], [], timeout_s)
        if not ready:
            return not once and self._process.poll() is None
        try:
            self.output += os.read(self._near, 65536)
        except OSError:
            return False
        return True
