"""A text that grows by small pieces: a piece costs the same however long the text is, and little memory."""

ENOUGH = 256
"""Pieces that are joined into one; each little string costs some 60 bytes beside its text."""


class Pieces:
    """What came so far, in order."""

    __slots__ = ("_joined", "_loose")

    def __init__(self) -> None:
        self._joined: list[str] = []
        self._loose: list[str] = []

    def append(self, piece: str) -> None:
        """One more."""
        self._loose.append(piece)
        if len(self._loose) == ENOUGH:
            self._joined.append("".join(self._loose))
            self._loose.clear()

    def __bool__(self) -> bool:
        return bool(self._joined or self._loose)

    def __str__(self) -> str:
        return "".join(self._joined) + "".join(self._loose)
