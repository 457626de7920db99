"""The simulator as a process of its own, which ends with this one however this one ends."""

import json
import os
import selectors
import subprocess  # nosec
import sys
import threading
import time
from pathlib import Path
from typing import Self

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.append(sys.argv[1]); from workbench.simulator.__main__ import main; sys.exit(main())"
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SYSTEMROOT")
"""Of the environment; above all no keys."""
_PATIENCE_S = 2.0


class SimulatorFailed(RuntimeError):
    """The child did not start; the message says what it said."""


class SimulatorChild:
    """A running simulator. Its standard input is the leash: when that closes, it ends."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self._process = process
        self._lock = threading.Lock()
        self.port = port

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it and wait for that, two seconds at most before it is killed; safe to call again."""
        with self._lock:
            _end(self._process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start_child(timeout_s: float = 10.0) -> SimulatorChild:
    """Start a simulator and wait for its port; blocks, so call it from a thread.

    Args:
        timeout_s: seconds that the start may take.

    Raises:
        SimulatorFailed: it ended, or said nothing in time.
    """
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", _START, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        close_fds=True,
        start_new_session=True,
    )
    try:
        port = json.loads(_first_line(process, time.monotonic() + timeout_s))["port"]
    except (OSError, ValueError, KeyError) as error:
        _end(process)
        raise SimulatorFailed(f"the simulator did not start: {error}") from error
    except BaseException:
        _end(process)
        raise
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    return SimulatorChild(process, port)


def _first_line(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    assert process.stdout is not None  # noqa: S101
    assert process.stderr is not None  # noqa: S101
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise OSError("no answer in time")
            part = os.read(process.stdout.fileno(), 4096)
            if not part:
                process.wait(_PATIENCE_S)
                said = os.read(process.stderr.fileno(), 65_536).decode("utf-8", "replace").strip()
                raise OSError(said.rpartition("\n")[2] or f"exit code {process.returncode}")
            line += part
    return line


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
