"""What `ask` sends: the words on the command line, standard input, and files."""

import json
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.domain.clean import clean_line, storable
from workbench.domain.conversation import Parameters, Part, TextPart
from workbench.domain.errors import ConfigurationError
from workbench.engine.attachments import attach

MAX_INPUT = 64_000_000
"""Bytes of standard input."""
_PATIENCE_S = 2.0
Note = Callable[[str], None]


def read_prompt(prompt: str | None, files: Sequence[str], note: Note) -> tuple[Part, ...]:
    """The parts of the user's message.

    `-` or nothing means standard input; where there is both, standard input follows the words.

    Raises:
        ConfigurationError: there is nothing to ask, or a file can't be sent.
    """
    words = "" if prompt in (None, "-") else storable(prompt or "")
    piped = _standard_input(asked=prompt in (None, "-"), note=note)
    text = f"{words.rstrip()}\n\n{piped}" if words.strip() and piped.strip() else words + piped
    attached = [_attached(Path(name), note) for name in files]
    if "\x00" in text:
        note("the prompt has NUL characters; they are left out")
        text = text.replace("\x00", "")
    if not text.strip() and not attached:
        raise ConfigurationError("the prompt is empty")
    return (TextPart(text), *attached) if text.strip() else tuple(attached)


def read_options(options: Sequence[str]) -> Parameters:
    """Parameters from `-o name=value`; values are JSON where they can be, else text.

    Raises:
        ConfigurationError: one is not of that form, or out of range.
    """
    from workbench.settings.secrets import names_a_secret
    from workbench.settings.sections import parameters_from

    values: dict[str, Any] = {}
    for option in options:
        name, equals, value = option.partition("=")
        name = {"max_tokens": "max_output_tokens"}.get(name.strip(), name.strip())
        if not equals or not name:
            raise ConfigurationError("-o takes NAME=VALUE, such as -o temperature=0")
        if names_a_secret(name):
            raise ConfigurationError(f"-o {clean_line(name)}: a key is never given on the command line")
        try:
            values[name] = json.loads(value)
        except (ValueError, RecursionError):
            values[name] = storable(value)
    return parameters_from(values, "-o")


def _standard_input(*, asked: bool, note: Note) -> str:
    """What is piped in; empty when nothing is. A terminal is read only when `-` asks for it."""
    source = sys.stdin
    if source is None or source.closed:
        return ""
    try:
        number = source.fileno()
        kind = os.fstat(number).st_mode
    except (OSError, ValueError):
        return source.read(MAX_INPUT)
    if source.isatty():
        if not asked:
            return ""
        note("reading the prompt from the terminal; Ctrl+D on an empty line ends it")
    elif not asked and not (stat.S_ISFIFO(kind) or stat.S_ISREG(kind) or stat.S_ISSOCK(kind)):
        return ""
    elif not stat.S_ISREG(kind) and not select.select([number], [], [], _PATIENCE_S)[0]:
        if stat.S_ISSOCK(kind) and not asked:
            # A supervisor's socket may stay open and silent for ever; a shell's pipe has someone who writes.
            note("nothing came on standard input, so it is asked without")
            return ""
        note("waiting for standard input (< /dev/null says that there is none)")
    data = b"".join(_pieces(number))
    text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    if "\ufffd" in text and b"\xef\xbf\xbd" not in data:
        note("standard input is not all UTF-8; what isn't became U+FFFD")
    return text


def _pieces(number: int) -> Iterator[bytes]:
    size = 0
    while piece := os.read(number, 1 << 20):
        size += len(piece)
        if size > MAX_INPUT:
            raise ConfigurationError(f"standard input is larger than {MAX_INPUT // 1_000_000} MB")
        yield piece


def _attached(path: Path, note: Note) -> Part:
    """A file as it is sent: checked before it is read, text fenced off from the prompt when the request is made."""
    try:
        found = attach(path)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, f"--attach {clean_line(str(path))}") from None
    for warning in found.warnings:
        note(warning)
    return found.part
