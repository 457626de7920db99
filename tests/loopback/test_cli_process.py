"""`workbench` as a process: signals, closed pipes, terminals, start-up cost."""

import json
import os
import pty
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import start

SLOW = "sim/steady@tps=20@ttft=0@tokens=400"


def begin(*argv: str) -> "subprocess.Popen[str]":
    """A slow answer of which the first piece has come."""
    process = start(["ask", "Say hi", "-m", SLOW, *argv])
    return process


def until_content(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    """The events up to the first text."""
    assert process.stdout is not None
    events = []
    for line in process.stdout:
        events.append(json.loads(line))
        if events[-1]["event"] == "block_delta":
            return events
    raise AssertionError(process.stderr.read() if process.stderr else "nothing came")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_answer_in_order(number: signal.Signals, code: int) -> None:
    """T02, T05: the text received is told and kept, the state is cancelled, the exit code names the signal."""
    process = begin("--events")
    events = until_content(process)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    ended = json.loads(out.splitlines()[-1])

    assert (process.returncode, err) == (code, "")
    assert (ended["event"], ended["state"]) == ("response_ended", "cancelled")
    assert ended["text"].startswith(events[-1]["text"])
    shown = start(["sessions", "show", events[0]["session"], "--json"])
    kept = json.loads(shown.communicate(timeout=20)[0])["turns"][0]["responses"][0]
    assert (kept["state"], kept["text"]) == ("cancelled", ended["text"])


def test_a_reader_that_leaves() -> None:
    """T08: a closed pipe ends the command quietly with 141, and what came is kept."""
    process = begin("--events")
    until_content(process)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.wait(20), process.stderr.read()) == (141, "")
    process.stderr.close()
    listed = json.loads(start(["sessions", "list", "--json"]).communicate(timeout=20)[0])
    assert listed["sessions"][0]["states"] == {"cancelled": 1}


def test_a_full_disk_behind_standard_output() -> None:
    """Output that can't be written is an error with a reason, and no traceback."""
    with open("/dev/full", "w", encoding="ascii") as full:
        process = start(["ask", "Say hi", "-m", "sim/swift@tps=0@ttft=0", "--json"], stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err == "workbench: standard output can't be written: No space left on device\n"


def test_an_ascii_terminal() -> None:
    """T11: letters that standard output can't encode are escaped, never an exception, and there are no colours."""
    environ = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "NO_COLOR": "1"}
    process = start(["ask", "Say hi", "-m", "sim/polyglot@tps=0@ttft=0"], environ)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert "\\u4f60\\u597d" in out
    assert "\x1b" not in out


@pytest.mark.parametrize("argv", [[], ["demo"], ["-m", "sim/steady"]])
def test_the_app_needs_a_terminal(argv: list[str]) -> None:
    """T09: without a terminal the app isn't even imported; the way out is named."""
    process = start(argv, {"PYTHONPROFILEIMPORTTIME": "1"})
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (2, "")
    assert "use `workbench ask`" in err
    assert "textual" not in err


def test_a_dumb_terminal() -> None:
    """T10: a terminal that can't place a cursor gets a sentence, and no escape sequence."""
    leader, follower = pty.openpty()
    try:
        process = start([], {"TERM": "dumb"}, stdin=follower, stdout=follower, stderr=follower)
        os.close(follower)
        said = os.read(leader, 4096).decode()
        assert process.wait(20) == 2
    finally:
        os.close(leader)
    assert "TERM=dumb" in said
    assert "\x1b" not in said


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits work otherwise elsewhere")
def test_narrow_limits() -> None:
    """T20: with 32 open files and 400 MB of addresses two models are still asked, and answer."""

    def narrow() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))
        resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))

    process = start(["ask", "Say hi", "-m", "sim/swift@tps=0", "-m", "sim/coder@tps=0", "--json"], preexec_fn=narrow)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert [lane["state"] for lane in json.loads(out)["responses"]] == ["complete", "complete"]


def test_help_is_quick() -> None:
    """`--help` costs at most 0.3 s of CPU and loads neither SDK nor Textual nor an HTTP client."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out, _ = start(["--help"]).communicate(timeout=20)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    _, imported = start(["ask", "--help"], {"PYTHONPROFILEIMPORTTIME": "1"}).communicate(timeout=20)

    assert "workbench demo" in out
    assert (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime) < 0.3
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in imported.splitlines()}
    assert not names & {"anthropic", "openai", "httpx", "httpx2", "textual", "sqlite_utils", "genai_prices", "pydantic"}


def test_simulate_serves_until_it_is_told_to_end() -> None:
    """`workbench simulate` prints where it listens, and SIGTERM ends it."""
    import httpx

    process = start(["simulate", "--json"])
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    listed = httpx.get(told["base_urls"]["openai-chat"] + "/models").json()
    process.terminate()
    process.communicate(timeout=20)

    assert {model["id"] for model in listed["data"]} >= {"steady", "thinker"}
    assert process.returncode == 143


def test_the_python_entry_point(tmp_path: Path) -> None:
    """`async with Workbench.open() as bench: async for event in bench.ask(...)` is all that a program needs."""
    program = tmp_path / "program.py"
    program.write_text("""
import asyncio
from workbench import Workbench

async def main():
    async with Workbench.open(save=False) as bench:
        async for event in bench.ask("Say hi", targets=["sim/swift@tps=0@ttft=0"]):
            last = event
    print(type(last).__name__, last.response.state)

asyncio.run(main())
""")
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run([sys.executable, str(program)], env=environ, capture_output=True, text=True, timeout=30)
    assert (done.stdout, done.stderr) == ("ResponseEnded complete\n", "")
