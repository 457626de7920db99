"""What all request compilers share: files in a message, raw arguments as an object, merging of extra parameters."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import FilePart, Message, ModelRequest, OpaquePart, ToolDefinition
from workbench.domain.errors import ErrorInfo, ProviderError
from workbench.providers.quirks import Quirks, matches
from workbench.providers.tool_schema import Dialect, compile_schema

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


@dataclass(frozen=True, slots=True)
class Compiled:
    """A request in a protocol's words."""

    body: dict[str, Any]
    ignored: tuple[str, ...] = ()
    """Parameters that were asked for and that this model or vendor does not take."""
    lost: tuple[str, ...] = ()
    """What schemas of tools and answers can't say in this protocol."""


def refuse(config: ProviderConfig, sentence: str) -> NoReturn:
    """Say before anything is sent that this request can't be put into the provider's words.

    Raises:
        ProviderError: always, of kind `config`.
    """
    raise ProviderError(ErrorInfo("config", f"{config.label or config.name}: {sentence}"))


def is_image(part: FilePart) -> bool:
    """Whether a file is a picture."""
    return part.media_type.startswith("image/")


def is_text(part: FilePart) -> bool:
    """Whether a file is text that can stand in a prompt."""
    return part.media_type.startswith("text/") or part.media_type in _TEXT_TYPES


def check_file(config: ProviderConfig, quirks: Quirks, part: FilePart) -> None:
    """Refuse a file that the provider can't take.

    Raises:
        ProviderError: images or this media type can't be sent there.
    """
    if is_image(part):
        if not quirks.images:
            refuse(config, f"takes no images ({part.name})")
    elif not is_text(part) and "*" not in quirks.files and part.media_type not in quirks.files:
        refuse(config, f"takes no {part.media_type} files ({part.name})")


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


def own_opaque(message: Message, config: ProviderConfig) -> list[Any]:
    """What this very provider gave to be sent back over this protocol; parts of others are never shown to it."""
    return [
        part.data
        for part in message.parts
        if isinstance(part, OpaquePart) and part.provider == config.name and part.protocol == config.protocol
    ]


def merge_extra(body: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the user's own parameters put in as they are; objects are joined, everything else is replaced."""
    for key, value in extra.items():
        present = body.get(key)
        if isinstance(present, dict) and isinstance(value, Mapping):
            body[key] = merge_extra(dict(present), value)
        else:
            body[key] = dict(value) if isinstance(value, Mapping) else value
    return body


def ignored_parameters(request: ModelRequest, sent: Iterable[str]) -> tuple[str, ...]:
    """The parameters that were asked for and that are not among those that were sent."""
    parameters = request.parameters
    asked = {
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "top_k": parameters.top_k,
        "seed": parameters.seed,
        "stop": parameters.stop or None,
        "reasoning_effort": parameters.reasoning_effort,
    }
    present = set(sent)
    return tuple(name for name, value in asked.items() if value is not None and name not in present)


def sampling(request: ModelRequest, quirks: Quirks) -> dict[str, Any]:
    """Those of temperature, top_p, top_k, seed and stop that were asked for and that the model takes."""
    parameters = request.parameters
    asked: dict[str, Any] = {
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "top_k": parameters.top_k,
        "seed": parameters.seed,
        "stop": list(parameters.stop) or None,
    }
    refused: set[str] = set()
    if matches(request.model, quirks.fixed_sampling):
        refused |= {"temperature", "top_p", "top_k"}
    if parameters.temperature is not None and matches(request.model, quirks.exclusive_sampling):
        refused.add("top_p")
    return {
        name: value
        for name, value in asked.items()
        if value is not None and name in quirks.sampling and name not in refused
    }


def compile_tools(tools: Iterable[ToolDefinition], dialect: Dialect) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The parameters of each tool in a dialect, by the tool's name, and what was lost."""
    compiled = {tool.name: compile_schema(tool.parameters, dialect) for tool in tools}
    lost = [f"tool {name}: {line}" for name, schema in compiled.items() for line in schema.lost]
    return {name: schema.schema for name, schema in compiled.items()}, lost


def function_tools(tools: Iterable[ToolDefinition], compiled: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tools as chat completions, Cohere and Ollama spell them; `compiled` holds the parameters by tool name."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": compiled[tool.name]},
        }
        for tool in tools
    ]


def short_call_id(call_id: str) -> str:
    """A call's id in nine letters and digits, the same for the same id."""
    if _SHORT_ID.fullmatch(call_id):
        return call_id
    return hashlib.sha256(call_id.encode()).hexdigest()[:9]
