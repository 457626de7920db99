"""Every recording through the real adapters over a real socket, exact in every framing."""

import pytest

from tests.support.recordings import ABSENT, Recording, differences, recordings
from tests.support.wire_table import SHAPES, play, shape_for
from workbench.providers.clients import Clients

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not recordings(), reason=ABSENT),
]


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.stem)
async def test_every_recording_is_exact_in_every_framing(
    recording: Recording, replay_port: int, clients: Clients
) -> None:
    """N10, S01, S04, S05, S06, S15: cut anywhere, CRLF, comments, a mark or gzip: what was recorded, exactly."""
    for shape in (*SHAPES, "cr", "bom", "nospace", "raw"):
        answer = await play(recording, replay_port, clients, shape_for(recording, shape))
        wrong = differences(answer, recording.expected, recording.facts["status"])
        assert not wrong, f"{shape or 'plain'}: {wrong}"
        assert answer.headers is None or answer.headers.request_id
