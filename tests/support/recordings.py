"""The recorded provider traffic, where it is present, and the server that replays it."""

import importlib.util
import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.support.answer import Answer
from tests.support.needs import wire_recordings
from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import Message, ModelRequest, TextPart
from workbench.providers.registry import load_vendors

ABSENT = "no recorded provider traffic (set WORKBENCH_WIRE)"
PROTOCOLS = {"cohere-chat": "cohere"}
_BASES = {
    "openai-chat": "/v1",
    "openai-responses": "/v1",
    "anthropic-messages": "",
    "gemini": "/v1beta",
    "cohere": "/v2",
    "ollama": "",
}
_VENDORS = {"ollama-native": "ollama", "vertex": "google", "gemini": "google"}


@dataclass(frozen=True)
class Recording:
    """One recorded response and what it says."""

    stem: str
    body: bytes
    facts: Mapping[str, Any]

    @property
    def protocol(self) -> str:
        """In our spelling."""
        return PROTOCOLS.get(self.facts["protocol"], self.facts["protocol"])

    @property
    def is_stream(self) -> bool:
        """Whether the provider answered with a stream."""
        return self.facts["status"] < 400 and bool(re.search("event-stream|ndjson", self.facts["content_type"]))

    @property
    def vendor(self) -> str:
        """The provider's name, with the protocol's where it has several."""
        return str(self.facts["provider"])

    @property
    def feature(self) -> str:
        """What it shows."""
        return str(self.facts["feature"])

    @property
    def expected(self) -> Mapping[str, Any]:
        """What it says, derived without any of our code."""
        found: Mapping[str, Any] = self.facts["expected"]
        return found


@cache
def recordings() -> tuple[Recording, ...]:
    """All of them; empty where they are absent."""
    place = wire_recordings()
    if place is None:
        return ()
    found = []
    for path in sorted((place / "recordings").glob("*.json")):
        if path.stem != "index":
            facts = json.loads(path.read_text())
            found.append(Recording(path.stem, path.with_suffix(".http").read_bytes(), facts))
    return tuple(found)


@cache
def replay_module() -> ModuleType:
    """The replay server's own code, for its shapes and faults."""
    place = wire_recordings()
    assert place is not None
    spec = importlib.util.spec_from_file_location("replay_server", place / "replay_server.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def replay_server() -> Iterator[int]:
    """A running replay server's port."""
    place = wire_recordings()
    assert place is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(place / "replay_server.py"), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert "recordings on" in server.stdout.readline()
            yield port
        finally:
            server.terminate()
            server.wait(10)


def replay_log(port: int) -> list[dict[str, Any]]:
    """What the server was asked so far."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/__log", timeout=10) as answer:
        log: list[dict[str, Any]] = json.load(answer)
        return log


def config_for(recording: Recording, port: int, faults: str = "") -> ProviderConfig:
    """The vendor's own row, pointed at the replay server, asking for the faults by header."""
    protocol = recording.protocol
    name = _VENDORS.get(recording.vendor, recording.vendor)
    row = load_vendors().get(name)
    quirks = dict(row.quirks) if row is not None and row.protocol == protocol else {}
    base = f"http://127.0.0.1:{port}{_BASES[protocol]}"
    if quirks.get("azure"):
        base = f"http://127.0.0.1:{port}"
    headers = {"x-replay": faults} if faults else {}
    return ProviderConfig(name, protocol, base, quirks=quirks, headers=headers, local=True)  # type: ignore[arg-type]


def request_for(recording: Recording) -> ModelRequest:
    """A request that makes the replay server play it."""
    return ModelRequest(recording.stem, (Message("user", (TextPart("hello"),)),))


def differences(answer: Answer, expected: Mapping[str, Any], status: int = 200) -> list[str]:
    """Every way in which an answer is not what was recorded."""
    found: list[str] = []

    def compare(name: str, ours: Any, theirs: Any) -> None:
        if ours != theirs:
            found.append(f"{name}: {_short(ours)} instead of {_short(theirs)}")

    error = expected["error"]
    if error:
        if answer.error is None:
            return ["no error was noticed"]
        if str(error.get("message") or "")[:200].strip() not in answer.error.message:
            compare("error", answer.error.message, error["message"])
        if error.get("http_status"):
            compare("status", answer.error.status, error["http_status"])
    elif answer.error is not None:
        found.append(f"error: {answer.error.kind}: {answer.error.message}")
    if status >= 400:
        return found
    compare("text", answer.text, _storable(expected["text"]))
    compare("reasoning", answer.reasoning, _storable(expected["reasoning"] or expected.get("reasoning_raw", "")))
    compare("refusal", answer.refusal, _storable(expected["refusal"]))
    calls = [{"id": call["id"], "name": call["name"], "args": _arguments(call)} for call in answer.tool_calls]
    named = [call for call in expected["tool_calls"] if call["name"]]
    if len(named) == len(expected["tool_calls"]):
        compare("tool_calls", calls, named)
    else:  # arguments that came in parts stand in the expectation as calls without a name
        compare("tool_calls", [call["name"] for call in calls], [call["name"] for call in named])
    tools = [name for name in answer.server_tools if not name.endswith("_tool_result") and name not in _NOT_TOOLS]
    compare("server_tools", sorted(set(tools)), sorted(set(expected["server_tools"])))
    compare("citations", answer.citations, expected["citations"])
    usage = answer.usage
    ours = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cached": usage.cached_input_tokens,
        "cache_write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    }
    compare("usage", ours, dict(expected["usage"]))
    if expected["usage_raw"]:
        compare("usage_raw", answer.usage_raw, expected["usage_raw"])
    if answer.finish is not None:
        compare("finish_reason", answer.finish.raw, expected["finish_reason"])
        if expected["tool_calls"]:
            compare("finish", answer.finish.reason, "tool_calls")
    if expected["model"]:
        compare("model", answer.model, expected["model"])
    return found


_NOT_TOOLS = (
    "reasoning_details",
    "reasoning",
    "redacted_thinking",
    "reasoning_content",
    "thought_signature",
    "tool_plan",
)


def _arguments(call: Mapping[str, Any]) -> Any:
    raw = call["arguments"]
    if not raw.strip():
        return {}
    try:
        return json.loads(raw)
    except ValueError:
        return {"__invalid_json__": raw}


def _storable(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 300 else text[:140] + " … " + text[-140:]


RECORDINGS_DIR: Path | None = wire_recordings()
