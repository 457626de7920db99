"""Damaged streams: whatever happens to the bytes, the text is what a plain reader finds in them, and the end is right.

`WORKBENCH_FUZZ` is the number of streams per protocol. Recordings are damaged where they are present, and always the
project's own frames.
"""

import json
import os
import random
import re
from functools import cache

import pytest

from tests.support.answer import Answer, answer_of
from tests.support.bodies import TRANSLATORS, events_of
from tests.support.damage import damaged, pieces_of
from tests.support.plain_reader import Said, read_body
from tests.support.recordings import recordings
from tests.wire.frames import OWN_BODIES
from workbench.domain.events import BlockDelta

STREAMS = int(os.environ.get("WORKBENCH_FUZZ", "300"))
LARGEST = 40_000
"""Larger recordings hold nothing that smaller ones don't."""
_PAIRED = re.compile("[\ud800-\udfff\ufffd\U00010000-\U0010ffff]")


@cache
def bodies(protocol: str) -> list[bytes]:
    """What is damaged."""
    found = [body for name, body in OWN_BODIES if name == protocol]
    streams = [recording for recording in recordings() if recording.protocol == protocol and recording.is_stream]
    return found + [recording.body for recording in streams if len(recording.body) <= LARGEST]


@pytest.mark.parametrize("protocol", TRANSLATORS)
@pytest.mark.parametrize("part", range(10))
def test_fuzz(protocol: str, part: int) -> None:
    """S02, S03, S10, S17, S20: damaged streams lose and double no character, crash nothing and end as they should."""
    for number in range(part, STREAMS, 10):
        seed = f"{protocol}:{number}"
        chance = random.Random(seed)
        body = damaged(chance.choice(bodies(protocol)), chance, lines=protocol == "ollama")
        events, error = events_of(protocol, pieces_of(body, chance))
        answer = answer_of(events, error)
        said = read_body(protocol, _undoubled(body) if protocol == "openai-responses" else body)
        wrong = _differences(answer, said, protocol)
        assert not wrong, f"{seed}: {wrong}"
        assert all(event.text for event in events if isinstance(event, BlockDelta))


def _differences(answer: Answer, said: Said, protocol: str) -> list[str]:
    wrong = []
    pairs = [("text", answer.text, said.text), ("refusal", answer.refusal, said.refusal)]
    if protocol != "openai-responses":  # paragraphs are joined there, which a plain reader doesn't do
        pairs.append(("reasoning", answer.reasoning, said.reasoning))
    for name, ours, theirs in pairs:
        if ours != theirs and _PAIRED.sub("", ours) != _PAIRED.sub("", theirs):
            wrong.append(f"{name}: {ours[-200:]!r} instead of {theirs[-200:]!r}")
    if answer.error is not None and answer.error.kind == "parse":
        end = "cut"
    elif answer.error is not None:
        end = "cut" if answer.error.kind == "cut" else "error"
    else:
        end = "finish"
    if end != said.end:
        wrong.append(f"end: {end} ({answer.error}) instead of {said.end}")
    if said.end == "finish" and answer.finish is not None and (answer.finish.raw or "") != (said.raw or ""):
        wrong.append(f"finish: {answer.finish.raw!r} instead of {said.raw!r}")
    return wrong


def _undoubled(body: bytes) -> bytes:
    """Without the events that came a second time under their own sequence number."""
    kept: list[str] = []
    seen: dict[int, tuple[object, ...]] = {}
    trusted = True
    for block in re.split("(?:\r\n|\n|\r)(?:\r\n|\n|\r)", body.decode("utf-8", "replace")):
        data = "\n".join(line[5:] for line in re.split("\r\n|\n|\r", block) if line.startswith("data:"))
        try:
            frame = json.loads(data)
        except ValueError:
            frame = None
        if isinstance(frame, dict) and type(number := frame.get("sequence_number")) is int and trusted:
            delta = frame.get("delta")
            name = next((line[6:].strip() for line in re.split("\r\n|\n|\r", block) if line.startswith("event:")), "")
            mark = (frame.get("type") or name, delta if isinstance(delta, str) else "")
            if number in seen and seen[number] == mark:
                continue
            trusted = number not in seen
            seen[number] = mark
        kept.append(block)
    return "\n\n".join(kept).encode()
