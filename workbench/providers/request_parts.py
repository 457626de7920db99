"""The small parts of requests: files in a message, raw arguments as an object, merging of extra parameters."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from workbench.domain.conversation import FilePart

_TEXT_TYPES = frozenset(
    {
        "application/json",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
        "application/javascript",
        "application/x-sh",
        "application/sql",
        "application/csv",
    }
)
_SHORT_ID = re.compile(r"[A-Za-z0-9]{9}")


def is_image(part: FilePart) -> bool:
    """Whether a file is a picture."""
    return part.media_type.startswith("image/")


def is_text(part: FilePart) -> bool:
    """Whether a file is text that can stand in a prompt."""
    return part.media_type.startswith("text/") or part.media_type in _TEXT_TYPES


def data_url(part: FilePart) -> str:
    """A file as a data URL."""
    return f"data:{part.media_type};base64,{part.base64_data}"


def file_text(part: FilePart) -> str:
    """A text file as a part of the prompt, fenced as data with its name."""
    try:
        words = base64.b64decode(part.base64_data, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        words = ""
    name, tag = part.name.replace('"', "'"), "file"
    while f"</{tag}>" in words:  # what stands in the file can't end it
        tag += "-"
    return f'<{tag} name="{name}">\n{words}\n</{tag}>\n'


def arguments_object(arguments: str) -> dict[str, Any]:
    """Raw tool arguments as an object; what is none stands under `invalid_json`, so that the model sees its words."""
    if not arguments.strip():
        return {}
    try:
        value = json.loads(arguments)
    except (ValueError, RecursionError):
        return {"invalid_json": arguments}
    return value if isinstance(value, dict) else {"invalid_json": arguments}


def merge_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the user's own parameters put in as they are; objects are joined, everything else is replaced."""
    for key, value in extra.items():
        present = body.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            body[key] = merge_extra(dict(present), value)
        else:
            body[key] = dict(value) if isinstance(value, Mapping) else value
    return body


def short_call_id(call_id: str) -> str:
    """A call's id in nine letters and digits, the same for the same id."""
    if _SHORT_ID.fullmatch(call_id):
        return call_id
    return hashlib.sha256(call_id.encode()).hexdigest()[:9]
