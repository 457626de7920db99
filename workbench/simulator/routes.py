"""Which path speaks which protocol, and what the listings answer."""

import json
from collections.abc import Mapping
from typing import Any

from workbench.simulator.catalog import SIM_MODELS, find_model

_SUFFIXES = (
    ("/chat/completions", "openai-chat"),
    ("/responses", "openai-responses"),
    ("/messages", "anthropic-messages"),
    ("/api/chat", "ollama"),
    (":streamGenerateContent", "gemini"),
    (":generateContent", "gemini"),
    ("/chat", "cohere"),
)


def protocol_of(path: str) -> str | None:
    """The protocol that is spoken at a path, whatever its prefix."""
    return next((protocol for suffix, protocol in _SUFFIXES if path.endswith(suffix)), None)


def details(body: bytes) -> dict[str, Any]:
    """What Ollama says about a model: above all its context length; the first model's where the name is unknown."""
    try:
        name = json.loads(body).get("model", "")
    except (ValueError, AttributeError):
        name = ""
    model = find_model(str(name).removesuffix(":latest")) or next(iter(SIM_MODELS.values()))
    info = {"general.architecture": "simulated", "simulated.context_length": model.context_window}
    capabilities = ["completion", "tools", *(["thinking"] if model.reasons else [])]
    return {"details": _tag(model.name)["details"], "model_info": info, "capabilities": capabilities}


def listing(path: str, headers: Mapping[str, str]) -> dict[str, Any] | None:
    """The models, or the version, in the form of whoever asks; None when the path lists nothing."""
    if path == "/":
        return {"status": "The simulator is running"}
    if path.endswith("/api/version"):
        return {"version": "0.13.0"}
    if path.endswith("/api/tags"):
        return {"models": [_tag(name) for name in SIM_MODELS]}
    if path.endswith("/v1beta/models"):
        return {"models": [_gemini(name) for name in SIM_MODELS]}
    if path.endswith("/v2/models"):
        return {"models": [{"name": name, "endpoints": ["chat"]} for name in SIM_MODELS]}
    if not path.endswith("/models"):
        return None
    if "anthropic-version" in headers:
        names = list(SIM_MODELS)
        found = [_anthropic(name) for name in names]
        return {"data": found, "has_more": False, "first_id": names[0], "last_id": names[-1]}
    return {"object": "list", "data": [_openai(name) for name in SIM_MODELS]}


def _openai(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 1_790_000_000, "owned_by": "simulated"}


def _anthropic(name: str) -> dict[str, Any]:
    model = SIM_MODELS[name]
    return {
        "type": "model",
        "id": name,
        "display_name": name.capitalize(),
        "created_at": "2026-09-01T00:00:00Z",
        "max_input_tokens": model.context_window,
        "max_tokens": model.max_output_tokens,
    }


def _gemini(name: str) -> dict[str, Any]:
    model = SIM_MODELS[name]
    return {
        "name": f"models/{name}",
        "displayName": name.capitalize(),
        "description": model.description,
        "inputTokenLimit": model.context_window,
        "outputTokenLimit": model.max_output_tokens,
        "supportedGenerationMethods": ["generateContent"],
    }


def _tag(name: str) -> dict[str, Any]:
    details = {"format": "gguf", "family": "simulated", "parameter_size": "7B", "quantization_level": "Q4_K_M"}
    return {"name": name, "model": name, "modified_at": "2026-09-01T00:00:00Z", "size": 4_700_000_000,
            "digest": "0" * 64, "details": details}  # fmt: skip
