"""The wheel: what is in it, and that the program runs from it alone."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.command import ROOT

_RUN = "import sys; sys.path.insert(0, sys.argv.pop(1)); from workbench.__main__ import main; sys.exit(main())"
"""The wheel's folder goes before everything; `-I` keeps the source tree and the working folder out."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release is, but for the isolated environment, which would need a network."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpacked by pip into a folder of its own, without what it depends on."""
    folder = tmp_path_factory.mktemp("site")
    options = ("--no-deps", "--no-index", "--no-compile", "--quiet", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(folder), str(wheel)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder


def _run(installed: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-I", "-c", _RUN, str(installed), *arguments],
        capture_output=True,
        text=True,
        cwd=installed,
        env=dict(os.environ),
        timeout=60,
    )


def test_the_wheel_holds_what_the_program_reads(wheel: Path) -> None:
    """Themes, style sheets, vendors, the simulator's answers and whatever else stands beside the code are in it."""
    names = set(zipfile.ZipFile(wheel).namelist())
    beside = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "workbench").rglob("*")
        if path.is_file() and path.suffix != ".pyc" and "__pycache__" not in path.parts
    }
    themes = {f"workbench/themes/{path.name}" for path in (ROOT / "themes").iterdir() if path.is_file()}
    assert len(themes) >= 3
    assert {"workbench/providers/vendors.toml", "workbench/simulator/answers/hello.md"} <= beside
    assert beside | themes <= names
    assert not {name for name in names if name.startswith(("tests", "benchmarks", "screenshots"))}


def test_the_program_runs_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    """Version, models, the settings' template, an answer of the simulator and the doctor, from what was installed."""
    place = _run(installed, "--version")
    assert place.stdout.startswith("workbench ")
    models = json.loads(_run(installed, "models", "--json").stdout)
    assert any(str(row).count("sim/steady") for row in models["models"])
    asked = _run(installed, "ask", "Say hi", "-m", "sim/swift@tps=0@ttft=0", "--json")
    assert (asked.returncode, asked.stderr) == (0, "")
    made = _run(installed, "config", "init")
    assert made.returncode == 0, made.stderr
    assert Path(os.environ["WORKBENCH_CONFIG"]).read_text("utf-8").count("\n") > 20
    checked = _run(installed, "doctor", "--json")
    assert json.loads(checked.stdout), checked.stderr


def test_the_wheel_is_what_ran(installed: Path) -> None:
    """The modules of these runs come from the wheel, none from the source tree."""
    code = _RUN.replace("from workbench.__main__ import main; sys.exit(main())", "import workbench.wiring.bench as b")
    code += "; import workbench.app.themes as t; print(b.__file__, *t.own_themes())"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(installed)], capture_output=True, text=True, check=True, timeout=60
    )
    assert str(ROOT) not in done.stdout
    assert done.stdout.count(str(installed)) >= 4
