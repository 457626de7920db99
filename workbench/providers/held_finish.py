"""What translators share whose finish waits for the end of the body, because more may come after its reason."""

from collections.abc import Iterator

from workbench.domain.events import FinishReason, StreamEvent
from workbench.providers.assembly import Blocks, Warnings, cut


class HeldFinish:
    """The ending of one answer; a protocol's translator sets `_finish` and adds `feed`."""

    def __init__(self) -> None:
        self.done = False
        self._blocks = Blocks()
        self._warnings = Warnings()
        self._finish: tuple[FinishReason, str | None, str | None] | None = None
        """Reason, the provider's own word, and what it said about it."""

    @property
    def finished(self) -> bool:
        """See `Translator.finished`."""
        return self._finish is not None

    def marker(self, text: str) -> Iterator[StreamEvent]:
        """`[DONE]`, Cohere's own and added to other protocols by some proxies."""
        if self._finish is not None:
            yield from self.close()

    def close(self) -> Iterator[StreamEvent]:
        """See `Translator.close`."""
        if self._finish is None:
            yield from self._blocks.end_all()
            raise cut()
        self.done = True
        yield from self._warnings.summary()
        yield from self._blocks.finish(*self._finish)
