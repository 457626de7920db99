"""What the engine knows of a session, without anything running."""

import pytest

from workbench.domain.conversation import Response, TextPart, Turn, TurnRecord
from workbench.engine.transcript import Transcript

FIRST = Turn("t1", "s", 1, (TextPart("Hello"),), "2026-01-01T00:00:00Z")


def answered(number: str, sample: int = 0, revision: int = 0) -> Response:
    return Response(number, "t1", "a", "lab/m", sample, revision, state="complete", text="Hi")


def test_a_turn_follows_the_last_one() -> None:
    """Turns are numbered on from what a reopened session holds."""
    transcript = Transcript("s", [TurnRecord(FIRST, (answered("r1"),))])

    assert transcript.next_turn((TextPart("And?"),), "own").seq == 2
    assert len(transcript.records) == 1


def test_samples_and_revisions_are_counted_apart() -> None:
    """One more sample stands beside all others of its lane, one more revision follows those of its own sample."""
    transcript = Transcript("s")
    transcript.add_turn(FIRST, [answered("r1"), answered("r2", sample=1)])
    transcript.add_response(answered("r3", revision=1))

    assert transcript.next_sample(transcript.find("r1")) == 2
    assert transcript.next_revision(transcript.find("r1")) == 2
    assert transcript.next_revision(transcript.find("r2")) == 1


def test_a_shared_history_goes_on_from_a_chosen_answer_only() -> None:
    """With nothing before it a turn may be shared at once; later ones need an answer that was chosen and is usable."""
    transcript = Transcript("s")
    assert transcript.goes_on(FIRST)

    transcript.add_turn(FIRST, [answered("r1")])
    second = transcript.next_turn((TextPart("And?"),), "shared")
    assert not transcript.goes_on(second)

    transcript.choose("t1", "r1")
    assert transcript.goes_on(second)
    transcript.update(Response("r1", "t1", "a", "lab/m", state="failed"))
    assert not transcript.goes_on(second)


def test_what_is_unknown_is_an_error() -> None:
    """Neither a turn nor a response is made up."""
    transcript = Transcript("s")

    with pytest.raises(KeyError):
        transcript.find("r1")
    with pytest.raises(KeyError):
        transcript.turn("t1")
