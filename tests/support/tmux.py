"""A program in tmux, which itself runs in a pseudo-terminal: that is the outer terminal."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.support.drawn_terminal import DrawnTerminal

_SETTINGS = (
    "set -s set-clipboard on\nset -g status off\nset -s escape-time 0\nset -g default-terminal screen-256color\n"
)
_BECOME = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"


class Tmux:
    """A server of its own with one window, and the terminal that is attached to it."""

    def __init__(self, arguments: Sequence[str], *, columns: int = 120, rows: int = 40) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="workbench-tmux-")
        settings = Path(self._folder.name, "tmux.conf")
        settings.write_text(_SETTINGS)
        self._tmux = ["tmux", "-u", "-S", str(Path(self._folder.name, "server")), "-f", str(settings)]
        self.terminal = DrawnTerminal(
            ["-c", _BECOME, *self._tmux, "new-session", sys.executable, *arguments], columns=columns, rows=rows
        )

    @property
    def buffer(self) -> str:
        """What tmux itself would paste."""
        return subprocess.run([*self._tmux, "show-buffer"], capture_output=True, check=True, timeout=10).stdout.decode()

    def close(self) -> None:
        """End the server and all that runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, check=False, timeout=10)
        self.terminal.close()
        self._folder.cleanup()
