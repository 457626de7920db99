"""Model lists in the shapes in which vendors send them."""

import json

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.providers.model_lists import read_models

LAB = ProviderConfig("lab", "openai-chat", "http://127.0.0.1/v1")


@pytest.mark.parametrize(
    "document",
    [
        {"object": "list", "data": [{"id": "a"}, {"id": "b"}, {"id": "a"}]},
        [{"id": "a"}, {"id": "b"}],
        {"models": [{"name": "a:latest", "model": "a"}, {"model": "b"}]},
        {"models": [{"name": "models/a", "supportedGenerationMethods": ["generateContent"]}, {"name": "models/b"}]},
        {"data": ["a", "b", None, {"id": 3}]},
    ],
)
def test_names_in_order(document):
    """Every shape of list gives its models in its order, each once."""
    found = read_models(LAB, json.dumps(document).encode())

    assert found is not None
    assert [model.name for model in found] == ["a", "b"]
    assert all(model.discovered for model in found)


def test_what_a_list_tells_of_its_models():
    """Windows, limits and capabilities are taken over where they are told, and unknown where they are not."""
    rows = [
        {
            "id": "router",
            "context_length": 8,
            "top_provider": {"max_completion_tokens": 4},
            "supported_parameters": ["tools"],
        },
        {
            "id": "messages",
            "max_input_tokens": 9,
            "max_tokens": 3,
            "capabilities": {"image_input": {"supported": True}, "thinking": False},
        },
        {"name": "models/gem", "inputTokenLimit": 7, "outputTokenLimit": 2, "thinking": True},
        {"id": "silent"},
    ]
    router, messages, gem, silent = read_models(LAB, json.dumps(rows).encode()) or []

    assert (router.context_window, router.max_output_tokens, router.capabilities["tools"]) == (8, 4, True)
    assert (messages.context_window, messages.max_output_tokens) == (9, 3)
    assert messages.capabilities == {"images": True, "reasoning": False}
    assert (gem.context_window, gem.max_output_tokens, gem.capabilities) == (7, 2, {"reasoning": True})
    assert (silent.context_window, silent.capabilities) == (None, {})


def test_models_that_do_not_chat_are_left_out():
    """Embedding models of Gemini and Cohere are no targets."""
    gemini = {"models": [{"name": "models/embedding", "supportedGenerationMethods": ["embedContent"]}]}
    cohere = {
        "models": [
            {"name": "embed", "endpoints": ["embed"]},
            {"name": "command", "endpoints": ["chat"], "features": ["tools"]},
        ]
    }
    found = read_models(ProviderConfig("cohere", "cohere", "http://127.0.0.1/v2"), json.dumps(cohere).encode())

    assert read_models(LAB, json.dumps(gemini).encode()) == []
    assert [model.name for model in found or []] == ["command"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"3", b'{"error": "x"}', b"[" * 100_000])
def test_what_is_no_list(body):
    """A page, an error or damage is no empty list."""
    assert read_models(LAB, body) is None
