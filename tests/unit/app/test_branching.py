"""A session that goes on from one answer."""

from workbench.app.branching import branched
from workbench.domain.conversation import Lane, Response, Session, TextPart, Turn, TurnRecord


def test_every_lane_goes_on_from_the_chosen_answer():
    """All lanes of the branch have the chosen lane's answers up to the chosen one, at no cost, under new ids."""
    lanes = [Lane("a", 0, "sim/a"), Lane("b", 1, "sim/b")]
    turns = [
        TurnRecord(
            Turn(f"t{n}", "old", n, (TextPart(f"prompt {n}"),), "2026-11-21T10:00:00+00:00"),
            tuple(
                Response(f"{lane}{n}", f"t{n}", lane, f"sim/{lane}", state="complete", text=f"{lane}{n}", cost_nano=9)
                for lane in "ab"
            ),
        )
        for n in (1, 2, 3)
    ]
    chosen = turns[1].responses[1]

    session, new_lanes, records = branched(
        Session("new", "", "now"), Session("old", "Title", "x"), lanes, turns, chosen
    )

    assert session.title == "Title (branch)"
    assert [[response.text for response in record.responses] for record in records] == [["b1", "b1"], ["b2", "b2"]]
    assert [response.lane for response in records[0].responses] == [lane.id for lane in new_lanes]
    assert all(response.cost_nano == 0 for record in records for response in record.responses)
    ids = {response.id for record in records for response in record.responses}
    assert len(ids) == 4
    assert not ids & {"b1", "b2"}
