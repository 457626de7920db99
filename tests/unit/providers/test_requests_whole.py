"""One conversation in the words of each protocol, whole: a change of any field or its place shows here.

`whole_requests/` holds the bodies as they are sent, but indented.
"""

import base64
import json
from pathlib import Path

import pytest

from tests.support.requests import IMAGE, body_of
from workbench.domain.catalog import ProviderConfig
from workbench.domain.conversation import (
    FilePart,
    Message,
    ModelRequest,
    Parameters,
    TextPart,
    ToolCallPart,
    ToolDefinition,
    ToolResultPart,
)
from workbench.providers.spelling import COMPILERS

NOTES = FilePart("n.txt", "text/plain", base64.b64encode(b"42").decode(), 2)
LOOK = ToolDefinition("look", "Looks.", {"type": "object", "properties": {"q": {"type": "string"}}})
REQUEST = ModelRequest(
    "m",
    (
        Message("user", (TextPart("What?"), IMAGE, NOTES)),
        Message("assistant", (TextPart("Let me see."), ToolCallPart("a", "look", '{"q": "x"}'))),
        Message("tool", (ToolResultPart("a", "look", "found"),)),
        Message("user", (TextPart("So?"),)),
    ),
    "Be brief.",
    Parameters(temperature=0.5, top_p=0.9, stop=("END",), max_output_tokens=5000, reasoning_effort="low"),
    (LOOK,),
    "auto",
    {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
)
BODIES = sorted(Path(__file__).with_name("whole_requests").glob("*.json"))


@pytest.mark.parametrize("body", BODIES, ids=lambda path: path.stem)
def test_the_same_conversation_in_every_protocol(body: Path) -> None:
    """System prompt, files, a round of tools, parameters and a schema stand where the protocol has them, in order."""
    config = ProviderConfig("lab", body.stem, "http://127.0.0.1", quirks={"effort_models": ["*"]})  # type: ignore[arg-type]

    assert json.dumps(body_of(REQUEST, config), indent=1) + "\n" == body.read_text()


def test_no_protocol_is_left_out() -> None:
    """Every protocol that is spoken has its body there."""
    assert {body.stem for body in BODIES} == set(COMPILERS)
