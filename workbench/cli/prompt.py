"""What `ask` sends: the words on the command line, standard input, and files."""

import base64
import json
import mimetypes
import os
import re
import select
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.domain.clean import clean, clean_line, storable
from workbench.domain.conversation import FilePart, Parameters, Part, TextPart
from workbench.domain.errors import ConfigurationError

MAX_INPUT = 64_000_000
"""Bytes of standard input."""
MAX_FILE = 20_000_000
"""Bytes of an attached file."""
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
    """A text file as words fenced off from the prompt; anything else as a file."""
    name = clean_line(str(path))
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ConfigurationError("is no regular file", f"--attach {name}")
            data = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigurationError(f"can't be read: {reason}", f"--attach {name}") from None
    if len(data) > MAX_FILE:
        raise ConfigurationError(f"is larger than {MAX_FILE // 1_000_000} MB", f"--attach {name}")
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith(("image/", "audio/", "video/")) or media_type == "application/pdf" or b"\x00" in data:
        return FilePart(clean_line(path.name), media_type, base64.b64encode(data).decode("ascii"), len(data))
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return FilePart(clean_line(path.name), media_type, base64.b64encode(data).decode("ascii"), len(data))
    if clean(text) != text.replace("\r\n", "\n"):
        note(f"{name} holds control or hidden characters; they are sent as they are")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return TextPart(f"\n\n{clean_line(path.name)}:\n{fence}\n{text.rstrip()}\n{fence}\n")
