"""What the tests need beyond Python, and what is skipped without it; `make test` prints this first."""

import os
import shutil
from pathlib import Path

TOOLS = {
    "tmux": "the tests that drive the program in a real terminal",
    "xclip": "the test of the system's clipboard",
    "Xvfb": "the test of the system's clipboard",
}


def wire_recordings() -> Path | None:
    """The folder of recorded provider traffic, or None: $WORKBENCH_WIRE, else ../shared/wire beside the project."""
    root = Path(__file__).resolve().parents[2]
    for place in (os.environ.get("WORKBENCH_WIRE"), root.parent / "shared" / "wire"):
        if place and (Path(place) / "replay_server.py").is_file():
            return Path(place)
    return None


def report() -> list[str]:
    """One line for each thing that is absent."""
    lines = [f"{tool} is not installed: skipping {what}" for tool, what in TOOLS.items() if not shutil.which(tool)]
    if wire_recordings() is None:
        lines.append("no recorded provider traffic (set WORKBENCH_WIRE): skipping the tests that replay it")
    return lines


if __name__ == "__main__":
    print("\n".join(report()) or "everything that the tests need is here")
