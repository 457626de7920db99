"""What can be called from this machine without any configuration: keys in the environment, servers that answer."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.domain.catalog import ProviderConfig
from workbench.domain.clean import clean_line

PROBE_S = 0.3
_MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class LocalServer:
    """Where a kind of server listens unless it was told otherwise."""

    name: str
    provider: str
    """The row that calls it."""
    base_url: str
    path: str
    """What lists its models."""


LOCAL_SERVERS = (
    LocalServer("Ollama", "ollama", "http://127.0.0.1:11434", "/api/tags"),
    LocalServer("LM Studio", "lmstudio", "http://127.0.0.1:1234", "/v1/models"),
    LocalServer("llama.cpp", "llamacpp", "http://127.0.0.1:8080", "/v1/models"),
    LocalServer("vLLM", "vllm", "http://127.0.0.1:8000", "/v1/models"),
)


def keys_found(configs: Mapping[str, ProviderConfig]) -> list[tuple[str, str]]:
    """The first provider of each variable that is set, with its name; the value is only tested for being there."""
    found: dict[str, str] = {}
    for config in configs.values():
        if config.api_key_env and os.environ.get(config.api_key_env, "").strip():
            found.setdefault(config.api_key_env, config.name)
    return [(provider, variable) for variable, provider in found.items()]


def first_targets(
    configs: Mapping[str, ProviderConfig],
    keys: Sequence[tuple[str, str]],
    servers: Sequence[tuple[LocalServer, tuple[str, ...]]],
    most: int = 4,
) -> tuple[str, ...]:
    """What to begin with: a model of each provider that was found, or two of the only one."""
    found = [(name, configs[name].models) for name, _ in keys] + [(each.provider, models) for each, models in servers]
    found = [(name, models) for name, models in found if models]
    each = 2 if len(found) == 1 else 1
    return tuple(f"{name}/{model}" for name, models in found for model in models[:each])[:most]


async def servers_found(
    client: Any, servers: Sequence[LocalServer] | None = None, timeout_s: float = PROBE_S
) -> list[tuple[LocalServer, tuple[str, ...]]]:
    """The servers that answer, with their models, all asked at once. Never raises.

    Args:
        client: an `httpx.AsyncClient`.
        servers: where to look; None is `LOCAL_SERVERS`.
        timeout_s: for all of them together.
    """
    servers = LOCAL_SERVERS if servers is None else servers
    answers = await asyncio.gather(*(_probe(client, server, timeout_s) for server in servers))
    return [(server, models) for server, models in zip(servers, answers, strict=True) if models is not None]


async def _probe(client: Any, server: LocalServer, timeout_s: float) -> tuple[str, ...] | None:
    try:
        async with asyncio.timeout(timeout_s), client.stream("GET", server.base_url + server.path) as response:
            if response.status_code != 200:
                return None
            body = b""
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MOST_BYTES:
                    return None
        return _names(body)
    except Exception:  # whatever listens there may answer anything; then it is not what was looked for
        return None


def _names(body: bytes) -> tuple[str, ...] | None:
    """The models in a list of either form; None when it is no list of models."""
    import json

    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    listed = answer.get("models") if isinstance(answer.get("models"), list) else answer.get("data")
    if not isinstance(listed, list):
        return None
    named = [each.get("name") or each.get("id") for each in listed if isinstance(each, dict)]
    return tuple(clean_line(name) for name in named if isinstance(name, str))
