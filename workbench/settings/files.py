"""Reads the configuration file. It is never written, but for `create`, which refuses to replace one."""

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from workbench.domain.catalog import ProviderConfig
from workbench.domain.clean import clean_line
from workbench.domain.errors import ConfigurationError
from workbench.settings.model import Settings
from workbench.settings.paths import config_path

if TYPE_CHECKING:
    from workbench.settings.reader import Issue

MAX_BYTES = 1_000_000
_POSITION = r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)"


class Loaded(NamedTuple):
    """A file that could be used."""

    settings: Settings
    warnings: "tuple[Issue, ...]" = ()
    path: Path | None = None
    """Where it was looked for."""
    exists: bool = False


def load_settings(path: Path | None = None, vendors: Mapping[str, ProviderConfig] | None = None) -> Loaded:
    """The settings of the file at `path` (else `config_path()`); defaults when there is none.

    Args:
        path: The file.
        vendors: The built-in rows by name: a section of the same name only changes what it mentions.

    Raises:
        ConfigurationError: the first thing in it that can't be used, with file, line and key.
    """
    path = path or config_path()
    loaded, errors = check_settings(path, vendors)
    if errors:
        first, *others = errors
        more = f" (and {len(others)} more: `workbench config check`)" if others else ""
        raise ConfigurationError(first.message + more, first.where)
    return loaded


def check_settings(path: Path, vendors: Mapping[str, ProviderConfig] | None = None) -> "tuple[Loaded, list[Issue]]":
    """The settings with defaults in the place of what is wrong, and everything that is wrong.

    Raises:
        ConfigurationError: the file can't be read, or is no TOML.
    """
    text = _read(path)
    if text is None:
        return Loaded(Settings(), (), path), []
    from workbench.settings.reader import Findings
    from workbench.settings.secrets import secrets_in
    from workbench.settings.sections import read_settings

    file = clean_line(str(path))
    document = _parse(text, file)
    findings = Findings(file, text)
    for where, by_name in secrets_in(document):
        findings.error(where, _refusal(where, by_name))
    if findings.errors:
        return Loaded(Settings(), (), path, exists=True), findings.errors
    settings = read_settings(document, findings, vendors or {})
    return Loaded(settings, tuple(findings.warnings), path, exists=True), findings.errors


def create(path: Path) -> None:
    """Write the commented file that `config init` offers, readable by its owner alone.

    Raises:
        ConfigurationError: there is one already, or the folder can't be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(template())
    except FileExistsError:
        raise ConfigurationError("exists already and is left as it is", str(path)) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"can't be written: {_reason(error)}", str(path)) from error


def template() -> str:
    """The commented file: every setting with its default."""
    return Path(__file__).with_name("template.toml").read_text(encoding="utf-8")


def _read(path: Path) -> str | None:
    """The text of the file; None when there is none."""
    file = clean_line(str(path))
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            if path == Path(os.devnull):
                return ""
            raise ConfigurationError("is no regular file", file)
        if status.st_size > MAX_BYTES:
            raise ConfigurationError(f"is larger than {MAX_BYTES // 1_000_000} MB", file)
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"can't be read: {_reason(error)}", file) from error
    for mark, name in ((b"\xef\xbb\xbf", "a byte order mark"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")):
        if data.startswith(mark):
            raise ConfigurationError(f"column 1: the file starts with {name}; save it as plain UTF-8", f"{file}:1")
    if b"\x00" in data:
        line, column = _place(data, data.index(b"\x00"))
        hint = "; is it UTF-16? save it as plain UTF-8" if data.count(b"\x00") > len(data) // 3 else ""
        raise ConfigurationError(f"column {column}: a NUL character{hint}", f"{file}:{line}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place(data, error.start)
        raise ConfigurationError(f"column {column}: not UTF-8", f"{file}:{line}") from None
    if bare := re.search(r"\r(?!\n)", text):
        line, column = _place(data, len(text[: bare.start()].encode()))
        raise ConfigurationError(f"column {column}: a carriage return without a line feed", f"{file}:{line}")
    return text.replace("\r\n", "\n")


def _parse(text: str, file: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(_POSITION, message)
        line, column = (found[1], found[2]) if found and found[1] else (str(text.count("\n") + 1), None)
        said = clean_line(re.sub(_POSITION, "", message))
        raise ConfigurationError(f"column {column}: {said}" if column else said, f"{file}:{line}") from None
    except RecursionError:
        raise ConfigurationError("brackets are nested too deeply", f"{file}:{_longest_line(text)}") from None
    except (ValueError, OverflowError) as error:
        said = "a number has too many digits" if "digits" in str(error) else "a value that can't be read"
        raise ConfigurationError(said, f"{file}:{_longest_line(text)}") from None


def _longest_line(text: str) -> int:
    """Where a value that breaks the parser's limits most likely stands."""
    lengths = [len(line) for line in text.split("\n")]
    return lengths.index(max(lengths)) + 1


def _place(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    start = before.rfind(b"\n") + 1
    return before.count(b"\n") + 1, len(before[start:].decode("utf-8", "replace")) + 1


def _refusal(path: tuple[str | int, ...], by_name: bool) -> str:
    found = "a key" if by_name else "a value that looks like a key"
    return (
        f"{found} is written into the file, where backups, screens and colleagues would see it. "
        'Name its environment variable instead (api_key_env = "LAB_KEY") or a command that prints it '
        '(key_command = "pass show lab"); then delete it here'
    )


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
