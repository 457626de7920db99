"""Recordings with faults: the text before a fault is kept, and the end is named for what it was."""

import asyncio

import pytest

from tests.support.answer import Answer
from tests.support.plain_reader import Said, read_body
from tests.support.recordings import (
    ABSENT,
    Recording,
    config_for,
    recordings,
    replay_log,
    replay_module,
    request_for,
)
from tests.support.wire_table import play
from workbench.domain.catalog import Target
from workbench.domain.events import BlockDelta
from workbench.providers.clients import Clients
from workbench.providers.registry import Registry

STREAMS = [recording for recording in recordings() if recording.is_stream]
SAMPLE = list({(recording.protocol, recording.feature): recording for recording in STREAMS}.values())
"""One recording of each protocol and feature."""
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not recordings(), reason=ABSENT),
]
each = pytest.mark.parametrize("recording", SAMPLE, ids=lambda recording: recording.stem)


def said_under(recording: Recording, fault: str, limit: int | None = None) -> Said:
    """What a plain reader finds in the bytes that the server sends under a fault."""
    replay = replay_module()
    body = recording.body
    if recording.protocol == "ollama" and recording.facts["request"]["path"].endswith("/api/generate"):
        body = replay.as_chat(body)
    sent = b"".join(replay.shape(recording.facts, body, replay.parse_faults(fault)))
    return read_body(recording.protocol, sent if limit is None else sent[:limit])


def check(answer: Answer, said: Said, kind: str | None) -> None:
    """The words are those that came; the end is a finish, the provider's error, or a cut of this kind."""
    assert answer.text == said.text
    assert answer.refusal == said.refusal
    if said.reasoning:
        assert answer.reasoning == said.reasoning
    if said.end == "finish":
        assert answer.finish is not None
        assert answer.finish.raw == said.raw
    else:
        assert answer.error is not None
        assert answer.error.message
        if kind is not None and said.end == "cut":
            assert answer.error.kind == kind


@each
@pytest.mark.parametrize("fault", ["cut", "close", "rst"])
async def test_text_before_a_lost_connection_stays(
    recording: Recording, fault: str, replay_port: int, clients: Clients
) -> None:
    """N07, N08, N09: an early end, a dropped and a reset connection keep what came and are told as cut."""
    limit = len(recording.body) * 3 // 5
    answer = await play(recording, replay_port, clients, f"{fault}={limit}")

    said = said_under(recording, "", limit)
    if fault == "rst":  # a reset may overtake what was sent before it
        assert said.text.startswith(answer.text)
        assert answer.error is None or answer.error.kind == "cut"
    else:
        check(answer, said, "cut" if said.end == "cut" else None)


@each
@pytest.mark.parametrize("fault", ["nodone", "noend"])
async def test_an_orderly_end_without_a_finish_is_incomplete(
    recording: Recording, fault: str, replay_port: int, clients: Clients
) -> None:
    """N09, S22: a body that ends well but without its finish is never taken for a whole answer."""
    answer = await play(recording, replay_port, clients, fault)

    check(answer, said_under(recording, fault), "cut")


@each
async def test_one_bad_frame_is_a_warning(recording: Recording, replay_port: int, clients: Clients) -> None:
    """S03: a frame that is no JSON is told and skipped, and everything around it is there."""
    answer = await play(recording, replay_port, clients, "garbage=1")

    check(answer, said_under(recording, ""), None)
    assert "bad_frame" in [warning.code for warning in answer.warnings] or answer.error is not None


@each
async def test_an_error_inside_a_stream_is_an_error(recording: Recording, replay_port: int, clients: Clients) -> None:
    """S08, S22: the provider's own error event ends the answer with its message, and the text before it stays."""
    answer = await play(recording, replay_port, clients, "overloaded=3")

    said = said_under(recording, "overloaded=3")
    assert answer.text == said.text
    if said.end == "error":
        assert answer.error is not None
        assert answer.error.kind in ("overloaded", "server", "bad_request")
        assert len(answer.error.message) > 5


@each
async def test_a_frame_that_came_twice_counts_twice(recording: Recording, replay_port: int, clients: Clients) -> None:
    """S10, S20: doubled frames double the text, unless they are numbered; what follows the end is ignored."""
    answer = await play(recording, replay_port, clients, "dup")

    once = "sequence_number" in recording.body.decode("utf-8", "replace") and recording.protocol == "openai-responses"
    said = said_under(recording, "" if once else "dup")
    assert answer.text == said.text
    assert (answer.finish is not None) == (said.end == "finish")
    if once:
        assert "duplicate_event" in [warning.code for warning in answer.warnings]


@each
async def test_bodies_that_are_no_streams_are_told(recording: Recording, replay_port: int, clients: Clients) -> None:
    """H14, H16: an empty body and a proxy's page are errors that say what came instead."""
    empty = await play(recording, replay_port, clients, "empty")
    page = await play(recording, replay_port, clients, "html200")
    gateway = await play(recording, replay_port, clients, "html502")

    assert empty.error is not None
    assert empty.error.kind == "cut"
    assert "empty reply" in empty.error.message
    assert page.error is not None
    assert page.error.kind == "not_a_stream"
    assert "text/html" in page.error.message
    assert gateway.error is not None
    assert gateway.error.kind == "server"
    assert gateway.error.status == 502
    assert "502 Bad Gateway" in gateway.error.message


@each
async def test_hanging_up_midway_frees_the_connection(recording: Recording, replay_port: int, clients: Clients) -> None:
    """N05, N14: a silent stream that is closed gives its text so far, and the server sees the client leave at once."""
    limit = max(1, len(recording.body) * 2 // 5)
    config = config_for(recording, replay_port, f"stall={limit}")
    _, provider = Registry({config.name: config}, lambda _: "test-key", clients=clients).open(
        Target("model", config.name, recording.stem)
    )
    text = ""

    async def read() -> None:
        nonlocal text
        async for arrival in provider.stream(request_for(recording)):
            text += "".join(event.text for event in arrival.events if isinstance(event, BlockDelta))

    reading = asyncio.create_task(read())
    for _ in range(500):
        sent = replay_log(replay_port)[-1]
        if sent["bytes_sent"] >= limit:
            break
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    for _ in range(100):
        if replay_log(replay_port)[-1]["client_closed"]:
            break
        await asyncio.sleep(0.01)

    assert replay_log(replay_port)[-1]["client_closed"]


STATUSES = {
    400: "bad_request",
    401: "auth",
    403: "permission",
    404: "not_found",
    413: "too_large",
    429: "rate",
    500: "server",
    502: "server",
    503: "overloaded",
    504: "server",
    529: "overloaded",
}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
async def test_refusals_have_their_kind(status: int, kind: str, replay_port: int, clients: Clients) -> None:
    """H01, H02, H03, H04, H05, H06, H10: every status in every protocol's shape, with its wait and request id."""
    for recording in {recording.protocol: recording for recording in STREAMS}.values():
        answer = await play(recording, replay_port, clients, f"{status}=9:7")

        assert answer.error is not None
        assert (answer.error.kind, answer.error.status) == (kind, status), recording.protocol
        assert answer.error.request_id == "req_replay"
        assert f"replayed refusal {status}" in answer.error.message
        assert answer.error.retry_after_s == (7.0 if status in (429, 503, 529) else None)
