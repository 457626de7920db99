"""A text that grows."""

from workbench.engine.pieces import ENOUGH, Pieces


def test_every_piece_is_kept_in_order():
    """What was appended is the text, whether it was joined already or not."""
    pieces = Pieces()
    assert not pieces
    words = [f"{number} " for number in range(3 * ENOUGH + 7)]
    for word in words:
        pieces.append(word)
    assert pieces
    assert str(pieces) == "".join(words)
