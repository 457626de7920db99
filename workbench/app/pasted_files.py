"""Is what was pasted the name of a file? Terminals paste what is dropped on them as its path, quoted or escaped."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

MAX_NAMES = 10
MAX_CHARACTERS = 4_096
_ESCAPED = re.compile(r"\\(.)")


def pasted_files(text: str) -> list[Path]:
    """The files that a paste names, one to a line; empty when a line of it is anything else. Looks at the disk."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if not lines or len(lines) > MAX_NAMES or len(text) > MAX_CHARACTERS * MAX_NAMES:
        return []
    found = [_file(line) for line in lines]
    return [path for path in found if path is not None] if None not in found else []


def _file(line: str) -> Path | None:
    for name in _readings(line):
        path = Path(name).expanduser() if name.startswith("~/") else Path(name)
        try:
            if not path.is_dir() and (path.exists() or path.is_symlink()):
                return path
        except (OSError, ValueError, RuntimeError):
            continue
    return None


def _readings(line: str) -> list[str]:
    """What a line may mean as a path; a bare word is a word, even where a file has that name."""
    if line.startswith("file://"):
        try:
            parts = urlsplit(line)
        except ValueError:
            return []
        return [unquote(parts.path)] if parts.netloc in ("", "localhost") else []
    if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"":
        line = line[1:-1]
    if not line.startswith(("/", "~/", "./", "../")) or len(line) > MAX_CHARACTERS:
        return []
    return [line, _ESCAPED.sub(r"\1", line)]
