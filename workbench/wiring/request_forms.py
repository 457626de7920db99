"""A request as something to run elsewhere: a command or a program that takes the key from the environment."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Lane, ModelRequest, TextPart, Turn, TurnRecord
from workbench.engine.history import messages_for

_PATHS = {
    "openai-chat": "/chat/completions",
    "openai-responses": "/responses",
    "anthropic-messages": "/v1/messages",
    "gemini": "/models/{model}:streamGenerateContent?alt=sse",
    "cohere": "/chat",
    "ollama": "/api/chat",
}
_KEY_HEADERS = {"gemini": "x-goog-api-key"}


def request_as(
    config: ProviderConfig,
    model: str,
    lane: Lane,
    turns: Sequence[TurnRecord],
    prompt: str,
    form: Literal["curl", "python", "json"],
) -> str:
    """The request that `prompt` would be after `turns`, without its key.

    Raises:
        ProviderError: it can't be put into the provider's words.
    """
    from workbench.providers.spelling import spell

    seq = max((record.turn.seq for record in turns), default=0) + 1
    messages = messages_for(Turn("", "", seq, (TextPart(prompt),), ""), lane.id, config.name, turns)
    body = spell(ModelRequest(model, messages, lane.system, lane.parameters), config).body
    url = config.base_url.rstrip("/") + _PATHS[config.protocol].format(model=model)
    match form:
        case "json":
            return json.dumps(body, indent=2, ensure_ascii=False)
        case "curl":
            return _curl(url, _headers(config), body)
        case "python":
            return _python(url, _headers(config), body)


def _headers(config: ProviderConfig) -> dict[str, str]:
    """The headers; `{KEY}` stands for the key."""
    headers = {"Content-Type": "application/json", **config.headers}
    if config.protocol == "anthropic-messages":
        headers["anthropic-version"] = "2023-06-01"
    if config.api_key_env:
        name = str(config.quirks.get("key_header") or _KEY_HEADERS.get(config.protocol, "bearer"))
        headers |= {"Authorization": "Bearer {KEY}"} if name == "bearer" else {name: "{KEY}"}
        headers = {key: value.replace("{KEY}", f"${config.api_key_env}") for key, value in headers.items()}
    return headers


def _curl(url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    lines = [f"curl --no-buffer {shlex.quote(url)}"]
    for name, value in headers.items():
        header = f"{name}: {value}"
        lines.append(f'  -H "{header}"' if "$" in value else f"  -H {shlex.quote(header)}")
    lines.append(f"  --data {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n".join(lines) + "\n"


def _python(url: str, headers: Mapping[str, str], body: Mapping[str, Any]) -> str:
    written = []
    for name, value in headers.items():
        before, dollar, variable = value.partition("$")
        key = f'{json.dumps(before)} + os.environ["{variable}"]' if before else f'os.environ["{variable}"]'
        written.append(f"    {json.dumps(name)}: {key if dollar else json.dumps(value)},")
    return "\n".join(
        [
            "import json",
            "import os",
            "",
            "import httpx",
            "",
            f"url = {json.dumps(url)}",
            "headers = {",
            *written,
            "}",
            f"body = json.loads({json.dumps(body)!r})",
            'with httpx.stream("POST", url, headers=headers, json=body, timeout=600) as response:',
            "    for line in response.iter_lines():",
            "        print(line)",
            "",
        ]
    )
