"""The simulator's process starts fast, serves, knows no keys, and never outlives its parent."""

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.plain_http import ask
from workbench.simulator import child
from workbench.simulator.child import SimulatorFailed, start_child

ROOT = Path(child.__file__).resolve().parents[2]


def ended(pid: int, within_s: float = 10) -> bool:
    """Whether a process is gone, or a corpse that waits for its reaper, within the time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except OSError:
            return True
        if state == "Z":
            return True
        threading.Event().wait(0.02)
    return False


async def test_a_child_serves_until_it_is_closed():
    """It answers on its port; after close it is gone, and closing again is harmless."""
    with start_child() as simulator:
        assert (await ask(simulator.port, "/api/version")).status == 200
        assert simulator.alive
    assert not simulator.alive
    simulator.close()


def test_the_child_has_no_keys(monkeypatch):
    """Keys of the parent's environment are not in the child's."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with start_child() as simulator:
        environment = Path(f"/proc/{simulator.pid}/environ").read_bytes()
    assert b"sk-secret" not in environment


def test_the_child_inherits_no_files(tmp_path):
    """Only its three streams come from the parent, even when a file is inheritable."""
    held = os.open(tmp_path / "held", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(held, True)
    try:
        with start_child() as simulator:
            files = {os.readlink(entry) for entry in Path(f"/proc/{simulator.pid}/fd").iterdir() if entry.exists()}
    finally:
        os.close(held)
    assert str(tmp_path / "held") not in files


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_child_ends_with_a_killed_parent(how):
    """T01: when the parent dies without a word, the child's input ends, and so does the child."""
    code = (
        "import sys, time; from workbench.simulator.child import start_child; c = start_child();"
        "print(c.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.send_signal(how)
        parent.wait(10)
        assert ended(pid)


def test_the_child_does_not_mind_interrupts():
    """A Ctrl+C for the parent's process group leaves it serving."""
    with start_child() as simulator:
        os.kill(simulator.pid, signal.SIGINT)
        assert not ended(simulator.pid, 0.2)


def test_the_child_can_be_started_in_a_thread():
    """Start and close work outside the main thread."""
    ports = []

    def run() -> None:
        with start_child() as simulator:
            ports.append(simulator.port)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert ports


def test_a_child_that_fails_says_why(monkeypatch):
    """What a broken start says is in the error; no process is left."""
    monkeypatch.setattr(child, "_START", "raise SystemExit('no ports today')")
    with pytest.raises(SimulatorFailed, match="no ports today"):
        start_child()


def test_a_child_that_says_nothing_is_given_up(monkeypatch):
    """Without a port in time the start fails."""
    monkeypatch.setattr(child, "_START", "import sys; sys.stdin.read()")
    with pytest.raises(SimulatorFailed, match="in time"):
        start_child(timeout_s=0.3)


def test_the_module_serves_until_its_input_ends():
    """`python -m workbench.simulator` prints its port and ends with its input."""
    with subprocess.Popen(
        [sys.executable, "-m", "workbench.simulator"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["port"] > 0
        process.stdin.close()
        assert process.wait(10) == 0


def test_the_start_is_cheap():
    """Starting and ending cost at most 0.25 s of CPU on a busy machine (0.09 s on a quiet one)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start_child().close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.25
