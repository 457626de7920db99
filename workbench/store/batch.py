"""What waits to be saved: tasks in their order, and the text of running answers, merged."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from workbench.store.saving import DeltaRow, Saving

ROW_S = 0.25
"""Seconds of streaming that one delta row holds at most."""


@dataclass(slots=True)
class Task:
    """One thing to write. `ends` names the response whose delta rows it makes superfluous."""

    run: Callable[[Saving], Any]
    future: Future[Any] | None = None
    ends: str | None = None
    outcome: Any = None
    failure: Exception | None = None


@dataclass(slots=True)
class _Run:
    at_s: float
    kind: str
    texts: list[str] = field(default_factory=list)


class Batch:
    """Everything taken from the queue and not yet in the file; it grows while the file can't be written."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self._runs: dict[str, list[_Run]] = {}

    def __len__(self) -> int:
        return len(self.tasks) + len(self._runs)

    @property
    def ends_a_response(self) -> bool:
        """Whether an answer's end is in it, which is worth waiting for the disk."""
        return any(task.ends for task in self.tasks)

    def add_task(self, task: Task) -> None:
        """Behind the others. The end of an answer brings its whole text: what was pending of it goes."""
        if task.ends is not None:
            self._runs.pop(task.ends, None)
        self.tasks.append(task)

    def add_delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        """More of an answer; joined with what came just before."""
        runs = self._runs.setdefault(response, [])
        if not runs or runs[-1].kind != kind or not at_s - runs[-1].at_s < ROW_S:
            runs.append(_Run(at_s, kind))
        runs[-1].texts.append(text)

    def delta_rows(self) -> list[DeltaRow]:
        """The pending text as rows, in order of arrival within each response."""
        return [
            DeltaRow(response, run.at_s, run.kind, "".join(run.texts))
            for response, runs in self._runs.items()
            for run in runs
        ]

    def clear(self) -> None:
        """It is in the file."""
        self.tasks.clear()
        self._runs.clear()
