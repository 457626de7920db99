"""Model lists in every vendor's shape, read into `ModelInfo` without I/O."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.domain.catalog import ModelInfo, ProviderConfig

_CONTEXT = (
    "context_window",
    "context_length",
    "max_context_length",
    "max_model_len",
    "max_input_tokens",
    "inputTokenLimit",
)
_OUTPUT = ("max_output_tokens", "max_completion_tokens", "max_tokens", "outputTokenLimit")
_MOST = 5_000
"""Models beyond this are no list that a person can use."""


def read_models(config: ProviderConfig, body: bytes) -> list[ModelInfo] | None:
    """The models that the body of a list names; None when it is no list of any known shape."""
    try:
        return models_in(config, json.loads(body))
    except (ValueError, RecursionError):
        return None


def models_in(config: ProviderConfig, document: Any) -> list[ModelInfo] | None:
    """The models that a decoded list names, in its order; None when it is no list of any known shape.

    Known are OpenAI's (`data`, or a bare list as Together sends it), Anthropic's, Gemini's and Cohere's (`models`) and
    Ollama's (`models` with `model`).
    """
    rows = document
    if isinstance(document, dict):
        rows = document.get("data", document.get("models"))
    if not isinstance(rows, list):
        return None
    found: dict[str, ModelInfo] = {}
    for row in rows[:_MOST]:
        info = _model(config, row if isinstance(row, dict) else {"id": row})
        if info is not None:
            found.setdefault(info.name, info)
    return list(found.values())


def _model(config: ProviderConfig, row: Mapping[str, Any]) -> ModelInfo | None:
    name = next((row[key] for key in ("id", "model", "name") if isinstance(row.get(key), str) and row[key]), None)
    if name is None:
        return None
    methods = row.get("supportedGenerationMethods")
    if isinstance(methods, list) and "generateContent" not in methods:
        return None
    endpoints = row.get("endpoints")
    if config.protocol == "cohere" and isinstance(endpoints, list) and "chat" not in endpoints:
        return None
    nested = row.get("top_provider")
    return ModelInfo(
        config.name,
        name.removeprefix("models/"),
        context_window=_number(row, _CONTEXT),
        max_output_tokens=_number(row, _OUTPUT) or (_number(nested, _OUTPUT) if isinstance(nested, dict) else None),
        capabilities=dict(_capabilities(row)),
        discovered=True,
    )


def _number(row: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    for name in names:
        value = row.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return None


def _capabilities(row: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What a row says that the model can do; what it is silent about stays unknown."""
    told = row.get("capabilities")
    if isinstance(told, dict):  # Anthropic, Mistral
        for ours, names in (
            ("tools", ("function_calling", "tools")),
            ("images", ("image_input", "vision")),
            ("files", ("pdf_input",)),
            ("reasoning", ("thinking", "reasoning")),
            ("json_schema", ("structured_outputs",)),
        ):
            for name in names:
                value = told.get(name)
                value = value.get("supported") if isinstance(value, dict) else value
                if isinstance(value, bool):
                    yield ours, value
    elif isinstance(told, list):  # Ollama
        yield from (("tools", "tools" in told), ("images", "vision" in told), ("reasoning", "thinking" in told))
    parameters = row.get("supported_parameters")
    if isinstance(parameters, list):  # OpenRouter
        yield from (
            ("tools", "tools" in parameters),
            ("reasoning", "reasoning" in parameters),
            ("json_schema", "structured_outputs" in parameters),
        )
    inputs = row.get("input_modalities")
    architecture = row.get("architecture")
    if inputs is None and isinstance(architecture, dict):
        inputs = architecture.get("input_modalities")
    if isinstance(inputs, list):
        yield "images", "image" in inputs
        yield "files", "file" in inputs
    features = row.get("features")
    if isinstance(features, list) and isinstance(row.get("endpoints"), list):  # Cohere
        yield from (
            ("tools", "tools" in features),
            ("images", "vision" in features),
            ("reasoning", "reasoning" in features),
        )
    if isinstance(row.get("thinking"), bool):  # Gemini
        yield "reasoning", row["thinking"]
