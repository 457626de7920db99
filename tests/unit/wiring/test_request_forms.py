"""Requests as commands and programs."""

import json
import shlex

import pytest

from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Lane
from workbench.wiring.request_forms import request_as

CONFIGS = {
    "openai-chat": "https://api.example.com/v1/chat/completions",
    "openai-responses": "https://api.example.com/v1/responses",
    "anthropic-messages": "https://api.example.com/v1/v1/messages",
    "gemini": "https://api.example.com/v1/models/m:streamGenerateContent?alt=sse",
    "cohere": "https://api.example.com/v1/chat",
    "ollama": "https://api.example.com/v1/api/chat",
}
LANE = Lane("l", 0, "lab/m", system="Be 'brief'.")


@pytest.mark.parametrize("protocol", CONFIGS)
def test_a_command_without_its_key(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names the variable that holds the key, quotes what is in it, and its body is JSON."""
    monkeypatch.setenv("LAB_KEY", "canary-4711")
    config = ProviderConfig("lab", protocol, "https://api.example.com/v1", api_key_env="LAB_KEY")  # type: ignore[arg-type]
    command = request_as(config, "m", LANE, (), 'Say "hi" & $(go)', "curl")
    words = shlex.split(command)

    assert words[2] == CONFIGS[protocol]
    assert "$LAB_KEY" in command
    assert "canary" not in command
    assert 'Say \\"hi\\" & $(go)' in words[words.index("--data") + 1]
    assert json.loads(words[words.index("--data") + 1]) == json.loads(
        request_as(config, "m", LANE, (), 'Say "hi" & $(go)', "json")
    )


def test_a_program_that_compiles() -> None:
    """The program takes the key from the environment."""
    config = ProviderConfig("lab", "openai-chat", "http://127.0.0.1/v1", api_key_env="LAB_KEY")
    program = request_as(config, "m", LANE, (), 'it\'s \\ "hi"', "python")
    compile(program, "program.py", "exec")
    assert '"Authorization": "Bearer " + os.environ["LAB_KEY"]' in program
