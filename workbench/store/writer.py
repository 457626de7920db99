"""The one thread that writes, with the one connection that can.

Producers put work into a queue and go on. A tick after the first of it, or at once when it matters, everything that
waits is written in one transaction. While that fails the work stays in memory, `problem` says why, and the thread
tries again; nothing is given up as long as the process lives.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from workbench.domain.errors import DatabaseLocked
from workbench.store import problems
from workbench.store.batch import Batch, Task
from workbench.store.checkpoints import Checkpoints
from workbench.store.locks import FileLock
from workbench.store.saving import Saving

TICK_S = 0.2
"""Text waits this long for company, so that with its commit it is in the file within 250 ms."""
PATIENCE_S = 1.5
"""A lock shorter than this is no news."""
_SHORTEST_PAUSE_S = 0.02
_LONGEST_PAUSE_S = 1.0
_TRUNCATE_AGAIN_S = 1.0

Delta = tuple[str, float, str, str]
"""Response, seconds since its start, kind, text."""


class Writer:
    """Owns the writing connection from `start` to `close`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, owner: str, lock: FileLock) -> None:
        self._path = path
        self._connection = connection
        self._saving = Saving(connection, owner)
        self._lock = lock
        self._checkpoints = Checkpoints(path, connection, lock)
        self._queue: deque[Delta | Task] = deque()
        self._batch = Batch()
        self._chores: deque[Iterator[None]] = deque()
        self._new_chores: deque[Callable[[Saving], Iterator[None]]] = deque()
        self._wake = threading.Event()
        self._urgent = threading.Event()
        self._chores_done = threading.Event()
        self._closing = threading.Event()
        self._give_up_at = float("inf")
        self._drained_at = 0.0
        self._sync: bool | None = None
        self._problem: str | None = None
        self._lost: list[str] = []
        self._inode = path.stat().st_ino
        self._thread = threading.Thread(target=self._run, name="workbench-store", daemon=True)

    @property
    def problem(self) -> str | None:
        """Why the last try to save failed, until one succeeds."""
        return self._problem

    @property
    def lost(self) -> list[str]:
        """What could not be saved for a reason in itself; empty unless this program has a fault."""
        return self._lost

    @property
    def pending(self) -> int:
        """Pieces of work that are not in the file yet; text of one answer counts once."""
        return len(self._queue) + len(self._batch)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def add_delta(self, response: str, at_s: float, kind: str, text: str) -> None:
        """Text of a running answer, for the next tick. Any thread; returns at once."""
        self._queue.append((response, at_s, kind, text))
        if not self._wake.is_set():
            self._wake.set()

    def post(self, run: Callable[[Saving], Any], *, ends: str | None = None, urgent: bool = True) -> None:
        """Something to write, behind everything before it. Any thread; returns at once."""
        self._put(Task(run, ends=ends), urgent)

    def submit(self, run: Callable[[Saving], Any]) -> Future[Any]:
        """As `post`; the future has what `run` returned once it is in the file."""
        future: Future[Any] = Future()
        self._put(Task(run, future), True)
        if not self._thread.is_alive():
            future.cancel()
        return future

    def add_chore(self, chore: Callable[[Saving], Iterator[None]]) -> None:
        """Work in slices, each a transaction of its own, done when nothing else waits; then the log is emptied."""
        self._chores_done.clear()
        self._new_chores.append(chore)
        self._wake.set()
        self._urgent.set()

    def flush(self, timeout: float) -> bool:
        """Whether everything that was handed over before is in the file, chores too."""
        deadline = time.monotonic() + timeout
        try:
            self.submit(_nothing).result(timeout)
        except Exception:  # noqa: BLE001, RUF100 - whatever it is, it was not saved
            return False
        return self._chores_done.wait(max(0.0, deadline - time.monotonic()))

    def close(self, timeout: float) -> bool:
        """Save what waits, empty the log and end; whether all was saved within `timeout` seconds."""
        self._give_up_at = time.monotonic() + timeout
        self._closing.set()
        self._wake.set()
        self._urgent.set()
        if self._thread.is_alive():
            self._thread.join(timeout + 1.0)
        return not self.pending

    def _put(self, task: Task, urgent: bool) -> None:
        self._queue.append(task)
        if urgent:
            self._urgent.set()
        self._wake.set()

    def _run(self) -> None:
        pause = 0.0
        failing_since: float | None = None
        while True:
            if not pause and not self._closing.is_set() and not self._chores:
                self._wait()
            self._drain()
            error = self._save() if len(self._batch) else None
            if error is None:
                pause, failing_since = 0.0, None
                self._do_chores()
                if self._closing.is_set() and not self._queue and (not self._chores or self._too_late()):
                    break
                continue
            now = time.monotonic()
            failing_since = failing_since or now
            if problems.primary_code(error) not in (sqlite3.SQLITE_BUSY, 0) or now - failing_since >= PATIENCE_S:
                self._problem = problems.describe(error)
            if problems.is_damage(error):
                self._checkpoints.ask_for_check()
            if self._too_late():
                break
            pause = min(_LONGEST_PAUSE_S, max(_SHORTEST_PAUSE_S, pause * 2))
            if not self._closing.wait(pause):
                continue
            time.sleep(_SHORTEST_PAUSE_S)
        self._end()

    def _wait(self) -> None:
        waited = time.monotonic() - self._drained_at if self._wake.is_set() else 0.0
        if not self._wake.wait(_TRUNCATE_AGAIN_S if self._checkpoints.due else None):
            return
        # What came while the last batch was being written has waited already.
        self._urgent.wait(max(0.0, TICK_S - waited))
        self._wake.clear()
        self._urgent.clear()

    def _drain(self) -> None:
        self._drained_at = time.monotonic()
        while self._queue:
            item = self._queue.popleft()
            if isinstance(item, Task):
                if item.future is None or item.future.set_running_or_notify_cancel():
                    self._batch.add_task(item)
            else:
                self._batch.add_delta(*item)
        while self._new_chores:
            chore = self._new_chores.popleft()
            self._chores.append(chore(self._saving))

    def _save(self) -> BaseException | None:
        """Write the batch in one transaction; what went wrong when the cause may pass."""
        batch = self._batch
        try:
            self._write(batch)
        except Exception as error:  # noqa: BLE001, RUF100 - a thread that dies would lose everything after it
            self._roll_back()
            if problems.may_pass(error):
                return error
            try:
                self._write_one_by_one(batch)
            except Exception as second:  # noqa: BLE001, RUF100
                self._roll_back()
                return second
        done = list(batch.tasks)
        batch.clear()
        self._problem = None
        for task in done:
            if task.future is not None:
                if task.failure is not None:
                    task.future.set_exception(task.failure)
                else:
                    task.future.set_result(task.outcome)
        self._checkpoints.after_commit(look=bool(done))
        return None

    def _write(self, batch: Batch) -> None:
        if batch.tasks:
            self._check_file()
        self._begin(sync=batch.ends_a_response)
        for task in batch.tasks:
            task.outcome = task.run(self._saving)
        self._saving.append_deltas(batch.delta_rows())
        self._commit()

    def _write_one_by_one(self, batch: Batch) -> None:
        """As `_write`, when one of the tasks can't be written whatever happens: it must not take the others with it."""
        self._begin(sync=True)
        for task in batch.tasks:
            self._guarded(task)
        rows = Task(lambda saving: saving.append_deltas(batch.delta_rows()))
        self._guarded(rows)
        self._commit()

    def _guarded(self, task: Task) -> None:
        task.failure = None
        self._connection.execute("SAVEPOINT task")
        try:
            task.outcome = task.run(self._saving)
        except Exception as error:
            if problems.may_pass(error):
                raise
            self._connection.execute("ROLLBACK TO task")
            task.failure = error
            if task.future is None:
                self._lost.append(f"{type(error).__name__}: {error}")
        self._connection.execute("RELEASE task")

    def _begin(self, *, sync: bool) -> None:
        if not self._lock.acquire(shared=True):
            raise problems.LockHeldError("another instance is starting or emptying the log")
        if sync != self._sync:
            # Without power the last ticks may be lost; the end of an answer waits until the disk has it.
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if sync else 'NORMAL'}")
            self._sync = sync
        self._connection.execute("BEGIN IMMEDIATE")
        self._saving.begin()

    def _commit(self) -> None:
        self._connection.execute("COMMIT")
        self._saving.committed()
        self._lock.release()

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass
        self._lock.release()

    def _check_file(self) -> None:
        try:
            same = self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            same = False
        if not same:
            raise problems.FileRemovedError(problems.REMOVED)

    def _do_chores(self) -> None:
        if not self._chores:
            self._checkpoints.when_idle()
            if not self._new_chores:
                self._chores_done.set()
            return
        try:
            self._begin(sync=False)
            next(self._chores[0])
            self._commit()
        except StopIteration:
            self._commit()
            self._chores.popleft()
            self._checkpoints.due = True
            self._wake.set()
            self._urgent.set()
        except Exception as error:  # noqa: BLE001, RUF100
            self._roll_back()
            if not problems.may_pass(error):
                self._lost.append(f"{type(error).__name__}: {error}")
                self._chores.popleft()
            self._closing.wait(_SHORTEST_PAUSE_S)

    def _too_late(self) -> bool:
        return self._closing.is_set() and time.monotonic() >= self._give_up_at

    def _end(self) -> None:
        for item in [*self._batch.tasks, *self._queue]:
            if isinstance(item, Task) and item.future is not None and not item.future.done():
                item.future.set_exception(DatabaseLocked(self._problem or "the history was closed before it was saved"))
        self._chores_done.set()
        try:
            self._checkpoints.last()
        finally:
            self._connection.close()


def _nothing(_: Saving) -> None:
    return None
