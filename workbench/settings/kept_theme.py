"""The theme that was chosen in the app: one line in the data folder, as the configuration is its user's own file.

Read before the first paint; a theme that the configuration names wins.
"""

from pathlib import Path

NAME = "theme"
_LONGEST = 80
"""Characters of a name; a longer line is none of ours."""


def read_theme(folder: Path) -> str | None:
    """What was chosen last, or None; never raises."""
    try:
        with (folder / NAME).open(encoding="utf-8") as file:
            line = file.readline(_LONGEST + 1).strip()
    except (OSError, ValueError):
        return None
    return line if line.isprintable() and 0 < len(line) <= _LONGEST else None


def keep_theme(folder: Path, theme: str) -> None:
    """Begin with this one from now on. Blocking.

    Raises:
        OSError: it can't be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / NAME).write_text(f"{theme}\n", encoding="utf-8")
