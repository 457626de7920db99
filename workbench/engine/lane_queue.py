"""What a lane is doing and what waits in it: one turn at a time, several answers to the same turn side by side."""

from collections import deque
from collections.abc import Iterator

from workbench.engine.response_run import ResponseRun


class LaneQueue:
    """The responses of one lane, first come, first served."""

    def __init__(self) -> None:
        self._running: dict[str, ResponseRun] = {}
        self._waiting: deque[ResponseRun] = deque()

    def add(self, run: ResponseRun) -> int:
        """Queue a response; how many are before it, 0 when it may start at once."""
        ahead = 0 if self._may_start(run) else len(self._running) + len(self._waiting)
        self._waiting.append(run)
        return ahead

    def take(self) -> Iterator[ResponseRun]:
        """The responses that may start now, each marked as running."""
        while self._waiting and not self._waiting[0].stopping and self._fits(self._waiting[0]):
            run = self._waiting.popleft()
            self._running[run.response.id] = run
            yield run

    def remove(self, run: ResponseRun) -> None:
        """A response is over, or will never begin."""
        self._running.pop(run.response.id, None)
        if run in self._waiting:
            self._waiting.remove(run)

    @property
    def running(self) -> list[ResponseRun]:
        """What streams now."""
        return list(self._running.values())

    @property
    def waiting(self) -> list[ResponseRun]:
        """What waits, in order."""
        return list(self._waiting)

    def _may_start(self, run: ResponseRun) -> bool:
        return not self._waiting and self._fits(run)

    def _fits(self, run: ResponseRun) -> bool:
        """Beside what runs now, only more answers to the same turn may start."""
        return all(other.response.turn == run.response.turn for other in self._running.values())
