"""A vendor's ways, read from its row or the user's file: `vendors.toml` holds the values, this module their meaning.

Apart from the compilers because both halves of an adapter, the registry and `config check` read the same flags.
"""

import difflib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Literal

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import ModelRequest
from workbench.domain.errors import ConfigurationError
from workbench.providers.vendors import protocol_quirks

ReasoningEffort = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True)
class Quirks:
    """Every flag with what holds when a row is silent.

    Globs are matched against the model's name in lower case; one that begins with `!` takes names out again.
    """

    key_header: str = ""
    """`bearer` (Authorization), `x-api-key`, `api-key` or `x-goog-api-key`; empty: the protocol's own."""
    token_limit: str = "max_tokens"  # noqa: S105  (a spelling, no secret)
    """openai-chat: how the maximum output is spelled, `max_tokens` or `max_completion_tokens`."""
    default_max_tokens: int = 4096
    """anthropic-messages: the maximum output when nobody asked for one, because the protocol demands one."""
    stream_options: bool = True
    """openai-chat: `stream_options` is understood, and without it no usage comes."""
    obfuscation: bool = False
    """Deltas are padded unless asked not to: `include_obfuscation` is known and sent as false."""
    sampling: tuple[str, ...] = ("temperature", "top_p", "top_k", "seed", "stop")
    """Which of temperature, top_p, top_k, seed and stop the vendor takes; the others are left out and reported."""
    fixed_sampling: tuple[str, ...] = ()
    """Globs of models that refuse temperature, top_p and top_k."""
    exclusive_sampling: tuple[str, ...] = ()
    """Globs of models that refuse temperature and top_p together; top_p is then left out."""
    seed: str = "seed"
    """openai-chat: how the seed is spelled."""
    effort: str = "reasoning_effort"
    """openai-chat: how reasoning effort is spelled: `reasoning_effort`, `reasoning` (an object), `enable_thinking`,
    `thinking` (an object with a type), `chat_template` (llama.cpp, vLLM, SGLang), or `none`."""
    effort_models: tuple[str, ...] = ("*",)
    """Globs of models that reason and can be told how much; for others the effort is left out and reported."""
    effort_levels: tuple[str, ...] = ("low", "medium", "high")
    """Which of our levels the vendor knows; others are left out and reported."""
    level_models: tuple[str, ...] = ()
    """gemini, ollama: globs of models that take a level by name; others take a budget, or on and off."""
    adaptive_models: tuple[str, ...] = ()
    """anthropic-messages: globs of models that take adaptive thinking with an effort; others take a token budget."""
    schema: str = "json_schema"
    """openai-chat, cohere: `json_schema`, `json_object` (the schema is then told in words) or `none`."""
    images: bool = True
    """Images can be sent."""
    files: tuple[str, ...] = ("application/pdf",)
    """Media types besides images and text that can be sent; `*` for all. Text files go into the prompt where the
    protocol has no form for them."""
    replay: str = "reasoning_content"
    """openai-chat: the field that carries earlier reasoning back: `reasoning_content`, `reasoning`,
    `reasoning_details`, or `none` where a request that holds one is refused."""
    short_call_ids: bool = False
    """Tool call ids must be nine letters or digits (Mistral); others are mapped."""
    parallel_tool_calls: bool = False
    """openai-chat: several calls at once come only when `parallel_tool_calls` asks for them."""
    repeats_calls: bool = False
    """openai-chat: a tool call that came in pieces is sent once more as a whole, which is not added to it."""
    send_call_ids: bool = True
    """gemini: ids of function calls may be sent back."""
    store: bool = True
    """openai-responses: `store` is understood and sent as false, so that nothing is kept."""
    encrypted_models: tuple[str, ...] = ()
    """openai-responses: globs of models that hand out encrypted reasoning when asked."""
    think_tags: bool = False
    """openai-chat: reasoning comes inside the text, between `<think>` and `</think>` at its beginning."""
    finish_optional: bool = False
    """A stream that ends in an orderly way without a finish reason is complete."""
    azure: bool = False
    """The SDK's Azure client is used: deployments in the path, `api-version` in the query."""
    api_version: str = ""
    """With `azure`: the API version."""
    base_url_env: str = ""
    """The variable that holds the base URL, where every customer has one of their own."""
    models_path: str = ""
    """Where the model list is, relative to the base URL or from the host's root when it begins with a slash; empty:
    where the protocol has it; `none`: there is no list."""
    checked: str = "documentation"
    """`recordings` or `documentation`: what this row was checked against."""


_FIELDS = {field.name: field for field in fields(Quirks)}


def quirks_of(config: ProviderConfig) -> Quirks:
    """The flags of a provider.

    Raises:
        ConfigurationError: a flag has a value of the wrong type.
    """
    values: dict[str, Any] = {}
    for name, value in {**protocol_quirks(config.protocol), **config.quirks}.items():
        field = _FIELDS.get(name)
        if field is None:
            continue
        default = field.default
        if isinstance(default, tuple):
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise ConfigurationError(
                    f"providers.{config.name}.quirks.{name} must be a list of texts", config.source
                )
            value = tuple(value)
        elif not isinstance(value, type(default)) or (isinstance(value, bool) and not isinstance(default, bool)):
            wanted = {bool: "true or false", int: "a whole number", str: "a text"}[type(default)]
            raise ConfigurationError(f"providers.{config.name}.quirks.{name} must be {wanted}", config.source)
        values[name] = value
    return Quirks(**values)


def unknown_quirks(config: ProviderConfig) -> dict[str, str | None]:
    """Flags that mean nothing, each with the known one that it may have meant."""
    return {
        name: next(iter(difflib.get_close_matches(name, _FIELDS, 1)), None)
        for name in config.quirks
        if name not in _FIELDS
    }


def effort_of(request: ModelRequest, quirks: Quirks) -> ReasoningEffort | None:
    """The effort to send: what was asked for, if the model reasons and the vendor knows the level."""
    effort = request.parameters.reasoning_effort
    if effort is None or quirks.effort == "none" or effort not in quirks.effort_levels:
        return None
    return effort if matches(request.model, quirks.effort_models) else None


def matches(model: str, globs: tuple[str, ...]) -> bool:
    """Whether a model's name is among those of a flag."""
    name = model.lower()
    return any(fnmatchcase(name, glob) for glob in globs if not glob.startswith("!")) and not any(
        fnmatchcase(name, glob[1:]) for glob in globs if glob.startswith("!")
    )
