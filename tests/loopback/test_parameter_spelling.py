"""Every vendor's row against a server that refuses any spelling but the documented one.

The rules are written down here by vendor, apart from `vendors.toml`, from the vendors' references.
"""

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.support.answer import answer_of
from tests.support.strict_vendor import KEY, Rules, StrictVendor
from workbench.domain.catalog import Target
from workbench.domain.conversation import Message, ModelRequest, Parameters, TextPart
from workbench.providers.registry import Registry
from workbench.providers.vendors import load_vendors

ENDPOINTS = {"AZURE_OPENAI_ENDPOINT": "https://lab.openai.azure.com"}
ALL = Parameters(
    max_output_tokens=2100, temperature=0.5, top_p=0.9, top_k=5, seed=7, stop=("END",), reasoning_effort="high"
)


def chat(path: str, *fields: str, limit: str = "max_tokens", usage: bool = True, **more) -> Rules:
    """A vendor of chat completions: its path and what it takes beside messages and the wish to stream."""
    names = {"model", "messages", "stream", limit, *fields}
    required = {limit}
    if usage:
        names.add("stream_options.include_usage")
        required.add("stream_options.include_usage")
    return Rules(path, frozenset(names), frozenset(required), values={"stream": True}, **more)


EVERYTHING = ("temperature", "top_p", "top_k", "seed", "stop")
RESPONSES = (
    "model",
    "input",
    "stream",
    "store",
    "max_output_tokens",
    "reasoning.effort",
    "reasoning.summary",
    "include",
)
TEMPLATE = ("reasoning_effort", "chat_template_kwargs.enable_thinking", "chat_template_kwargs.reasoning_effort")
AZURE_CHAT = "/openai/deployments/gpt-5/chat/completions?api-version=2025-04-01-preview"

RULES: dict[tuple[str, str], Rules] = {
    ("openai", "gpt-5"): Rules(
        "/v1/responses",
        frozenset({*RESPONSES, "stream_options.include_obfuscation"}),
        frozenset({"max_output_tokens", "store"}),
    ),
    ("openai", "gpt-4.1"): Rules(
        "/v1/responses",
        frozenset(
            {
                "model",
                "input",
                "stream",
                "store",
                "max_output_tokens",
                "temperature",
                "top_p",
                "stream_options.include_obfuscation",
            }
        ),
        frozenset({"temperature", "top_p"}),
    ),
    ("openai-chat", "o3"): chat(
        "/v1/chat/completions",
        "seed",
        "stop",
        "reasoning_effort",
        "stream_options.include_obfuscation",
        limit="max_completion_tokens",
    ),
    ("anthropic", "claude-3-5-haiku-latest"): Rules(
        "/v1/messages",
        frozenset({"model", "messages", "stream", "max_tokens", "temperature", "top_p", "top_k", "stop_sequences"}),
        frozenset({"max_tokens", "temperature", "stop_sequences"}),
    ),
    ("anthropic", "claude-sonnet-4-5"): Rules(
        "/v1/messages",
        frozenset(
            {"model", "messages", "stream", "max_tokens", "stop_sequences", "thinking.type", "thinking.budget_tokens"}
        ),
        frozenset({"max_tokens", "stop_sequences", "thinking.budget_tokens"}),
    ),
    ("anthropic", "claude-opus-5-5"): Rules(
        "/v1/messages",
        frozenset(
            {
                "model",
                "messages",
                "stream",
                "max_tokens",
                "stop_sequences",
                "thinking.type",
                "thinking.display",
                "output_config.effort",
            }
        ),
        frozenset({"max_tokens", "output_config.effort"}),
    ),
    ("google", "gemini-3.8-flash"): Rules(
        "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
        frozenset(
            {
                "contents",
                *(
                    f"generationConfig.{name}"
                    for name in ("maxOutputTokens", "temperature", "topP", "topK", "seed", "stopSequences")
                ),
                "generationConfig.thinkingConfig.includeThoughts",
                "generationConfig.thinkingConfig.thinkingLevel",
            }
        ),
        frozenset({"generationConfig.maxOutputTokens", "generationConfig.thinkingConfig.thinkingLevel"}),
        key_header="x-goog-api-key",
    ),
    ("azure", "gpt-5"): chat(
        AZURE_CHAT,
        "seed",
        "stop",
        "reasoning_effort",
        "stream_options.include_obfuscation",
        limit="max_completion_tokens",
        key_header="api-key",
    ),
    ("azure-responses", "gpt-5"): Rules(
        "/openai/v1/responses", frozenset(RESPONSES), frozenset({"max_output_tokens"}), key_header="api-key"
    ),
    ("openrouter", "a/b"): chat("/api/v1/chat/completions", *EVERYTHING, "reasoning.effort"),
    ("groq", "openai/gpt-oss-120b"): chat(
        "/openai/v1/chat/completions",
        "temperature",
        "top_p",
        "seed",
        "stop",
        "reasoning_effort",
        limit="max_completion_tokens",
    ),
    ("xai", "grok-4.7"): chat(
        "/v1/chat/completions", "temperature", "top_p", "seed", "reasoning_effort", limit="max_completion_tokens"
    ),
    ("mistral", "mistral-small-latest"): chat(
        "/v1/chat/completions", "temperature", "top_p", "random_seed", "stop", "reasoning_effort", usage=False
    ),
    ("deepseek", "deepseek-v4-pro"): chat("/chat/completions", "temperature", "top_p", "stop", "thinking.type"),
    ("cohere", "command-a-reasoning-08-2025"): Rules(
        "/v2/chat",
        frozenset(
            {
                *("model", "messages", "stream", "max_tokens", "temperature", "p", "k", "seed", "stop_sequences"),
                *("thinking.type", "thinking.token_budget"),
            }
        ),
        frozenset({"max_tokens", "p", "k", "thinking.token_budget"}),
    ),
    ("together", "openai/gpt-oss-120b"): chat("/v1/chat/completions", *EVERYTHING, "reasoning_effort"),
    ("fireworks", "accounts/fireworks/models/x"): chat(
        "/inference/v1/chat/completions", *EVERYTHING, "reasoning_effort"
    ),
    ("cerebras", "gpt-oss-120b"): chat(
        "/v1/chat/completions",
        *("temperature", "top_p", "seed", "stop", "reasoning_effort"),
        limit="max_completion_tokens",
        usage=False,
    ),
    ("perplexity", "sonar-reasoning-pro"): chat(
        "/chat/completions", "temperature", "top_p", "top_k", "reasoning_effort"
    ),
    ("qwen", "qwen3.8-max"): chat(
        "/compatible-mode/v1/chat/completions", *EVERYTHING, "enable_thinking", "thinking_budget"
    ),
    ("zai", "glm-5.3"): chat(
        "/api/paas/v4/chat/completions", "temperature", "top_p", "stop", "thinking.type", usage=False
    ),
    ("moonshot", "kimi-k3"): chat("/v1/chat/completions", "stop", "thinking.type"),
    ("huggingface", "openai/gpt-oss-120b"): chat("/v1/chat/completions", *EVERYTHING, "reasoning_effort"),
    ("ollama", "gpt-oss:20b"): Rules(
        "/api/chat",
        frozenset(
            {
                "model",
                "messages",
                "stream",
                "think",
                *(f"options.{name}" for name in ("num_predict", "temperature", "top_p", "top_k", "seed", "stop")),
            }
        ),
        frozenset({"options.num_predict", "think"}),
        key_header=None,
    ),
    ("ollama-cloud", "llama3"): Rules(
        "/api/chat",
        frozenset(
            {
                "model",
                "messages",
                "stream",
                *(f"options.{name}" for name in ("num_predict", "temperature", "top_p", "top_k", "seed", "stop")),
            }
        ),
        frozenset({"options.num_predict"}),
    ),
    ("lmstudio", "x"): chat("/v1/chat/completions", *EVERYTHING, "reasoning_effort", key_header=None),
    ("llamacpp", "x"): chat("/v1/chat/completions", *EVERYTHING, *TEMPLATE, key_header=None),
    ("vllm", "x"): chat("/v1/chat/completions", *EVERYTHING, *TEMPLATE),
    ("sglang", "x"): chat("/v1/chat/completions", *EVERYTHING, *TEMPLATE),
    ("litellm", "x"): chat("/v1/chat/completions", *EVERYTHING, "reasoning_effort"),
}


@pytest.mark.parametrize(("vendor", "model"), sorted(RULES))
async def test_every_row_is_right_the_first_time(vendor, model):
    """Token limit, stream options, sampling, effort and key header are as documented, in the first request."""
    rules = RULES[vendor, model]
    config = load_vendors(ENDPOINTS)[vendor]
    async with StrictVendor(config.protocol, rules) as server:
        config = replace(config, base_url=server.origin + urlsplit(config.base_url).path)
        registry = Registry({vendor: config}, lambda _: KEY if rules.key_header else None)
        _, provider = registry.open(Target("model", vendor, model))
        request = ModelRequest(model, (Message("user", (TextPart("Hi"),)),), parameters=ALL)
        events = [event async for arrival in provider.stream(request) for event in arrival.events]
        await registry.close()

    assert server.refusals == []
    assert len(server.bodies) == 1
    assert answer_of(events).text == "ok"


def test_every_row_is_tried():
    """No vendor's row goes without its rules."""
    assert {vendor for vendor, _ in RULES} == set(load_vendors({}))


async def test_a_wrong_spelling_is_repaired_once_and_remembered():
    """A server of one's own that wants the other token limit is asked again once, then known."""
    rules = chat("/v1/chat/completions", limit="max_completion_tokens")
    config = replace(load_vendors({})["litellm"], name="lab")
    request = ModelRequest("m", (Message("user", (TextPart("Hi"),)),), parameters=Parameters(max_output_tokens=5))
    async with StrictVendor("openai-chat", rules) as server:
        registry = Registry({"lab": replace(config, base_url=f"{server.origin}/v1")}, lambda _: KEY)
        _, provider = registry.open(Target("model", "lab", "m"))
        for _ in range(2):
            events = [event async for arrival in provider.stream(request) for event in arrival.events]
            answer = answer_of(events)
            assert answer.text == "ok"
            assert [warning.code for warning in answer.warnings] == ["repaired_parameter"]
        await registry.close()

    assert len(server.refusals) == 1
    assert len(server.bodies) == 3
