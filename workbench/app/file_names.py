"""Files of the working directory for the `@` picker: quickly, without links, without what nobody attaches."""

import os
from pathlib import Path

MOST = 5_000
"""Names looked at; a home directory has millions."""
MAX_DEPTH = 6
_SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "dist", "build", "target"})


def file_names(root: Path) -> list[str]:
    """Relative names, near ones first. Blocks."""
    found: list[str] = []
    level = [root]
    for _ in range(MAX_DEPTH):
        deeper: list[Path] = []
        for folder in level:
            try:
                entries = sorted(os.scandir(folder), key=lambda entry: entry.name.casefold())
            except OSError:
                continue
            for entry in entries:
                if entry.name.startswith(".") or entry.name in _SKIPPED:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    deeper.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    found.append(str(Path(entry.path).relative_to(root)))
                    if len(found) >= MOST:
                        return found
        level = deeper
    return found


def matching(names: list[str], typed: str, most: int) -> list[str]:
    """Names that hold what was typed, those whose last part begins with it first."""
    wanted = typed.casefold()
    hits = [name for name in names if wanted in name.casefold()]
    hits.sort(key=lambda name: (not name.rpartition("/")[2].casefold().startswith(wanted), name.count("/"), len(name)))
    return hits[:most]
