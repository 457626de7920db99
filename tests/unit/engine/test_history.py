"""What a lane sees before a prompt."""

import pytest

from workbench.domain.conversation import OpaquePart, Response, TextPart, Turn, TurnRecord
from workbench.engine.history import messages_for, own_answer, path_before


def turn(seq, text, **named):
    return Turn(f"t{seq}", "s", seq, (TextPart(text),), "", **named)


def answer(seq, text, lane="a", state="complete", **named):
    return Response(f"r{seq}{lane}{named.get('revision', 0)}{named.get('sample', 0)}", f"t{seq}", lane, "p/m",
                    state=state, text=text, **named)  # fmt: skip


def seen(messages):
    return [message.text for message in messages]


@pytest.mark.parametrize("state", ["failed", "cancelled", "empty", "interrupted"])
def test_turns_without_an_answer_are_left_out(state):
    """A turn that failed, was stopped or stayed empty is no part of the lane's history, prompt included."""
    records = [
        TurnRecord(turn(1, "one"), (answer(1, "first"),)),
        TurnRecord(turn(2, "two"), (answer(2, "half", state=state),)),
    ]

    assert seen(messages_for(turn(3, "three"), "a", "p", records)) == ["one", "first", "three"]


@pytest.mark.parametrize("state", ["complete", "truncated", "refused", "filtered"])
def test_answers_with_content_are_kept(state):
    """Truncated, refused and filtered answers are what the model said, so it sees them again."""
    records = [TurnRecord(turn(1, "one"), (answer(1, "first", state=state),))]

    assert seen(messages_for(turn(2, "two"), "a", "p", records)) == ["one", "first", "two"]


def test_an_answer_without_words_is_left_out():
    """A cut after reasoning alone leaves nothing to send: providers refuse an empty message."""
    records = [TurnRecord(turn(1, "one"), (answer(1, " \n", state="truncated", reasoning="hm"),))]

    assert seen(messages_for(turn(2, "two"), "a", "p", records)) == ["two"]


def test_a_lane_sees_its_own_answers_only():
    """The neighbour's answers are not in a lane's own history."""
    records = [TurnRecord(turn(1, "one"), (answer(1, "mine"), answer(1, "theirs", lane="b")))]

    assert seen(messages_for(turn(2, "two"), "b", "p", records)) == ["one", "theirs", "two"]


def test_the_newest_usable_revision_counts():
    """A retry that failed doesn't hide the answer before it; samples stand behind the first."""
    record = TurnRecord(
        turn(1, "one"),
        (
            answer(1, "old"),
            answer(1, "new", revision=1),
            answer(1, "", revision=2, state="failed"),
            answer(1, "sample", sample=1),
        ),
    )

    assert own_answer(record, "a").text == "new"


def test_no_context_is_no_context():
    """In mode none a lane sees the prompt and nothing else."""
    records = [TurnRecord(turn(1, "one"), (answer(1, "first"),))]

    assert seen(messages_for(turn(2, "two", context_mode="none"), "a", "p", records)) == ["two"]


def test_opaque_parts_go_back_to_their_maker_only():
    """Signatures and encrypted reasoning are shown to the provider that made them, and to nobody else."""
    secret = OpaquePart("p", "anthropic-messages", {"signature": "s"})
    records = [TurnRecord(turn(1, "one"), (answer(1, "first", opaque=(secret,)),))]

    assert secret in messages_for(turn(2, "two"), "a", "p", records)[1].parts
    assert secret not in messages_for(turn(2, "two"), "a", "q", records)[1].parts


def test_an_edited_turn_replaces_what_followed():
    """An edit takes the place of its turn and of all that came after it, whatever it is edited again."""
    records = [TurnRecord(turn(n, str(n)), (answer(n, f"a{n}"),)) for n in (1, 2, 3)]
    records.append(TurnRecord(turn(4, "2b", parent_turn="t2"), (answer(4, "a4"),)))
    records.append(TurnRecord(turn(5, "5"), (answer(5, "a5"),)))

    assert [record.turn.seq for record in path_before(turn(6, "6"), "a", records)] == [1, 4, 5]
    assert [record.turn.seq for record in path_before(turn(6, "1b", parent_turn="t1"), "a", records)] == []
    assert [record.turn.seq for record in path_before(turn(3, "3"), "a", records)] == [1, 2]
