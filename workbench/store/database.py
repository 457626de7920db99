"""The store as a whole: opened once per process, closed at the end."""

import concurrent.futures
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from workbench.domain.errors import DatabaseLocked, HistoryUnavailable
from workbench.domain.ids import new_id
from workbench.store import problems, recovery, removal
from workbench.store.connections import Readers, open_writer
from workbench.store.drafts import Drafts
from workbench.store.lineups import LineUps
from workbench.store.opening import START_S, Opened, open_file
from workbench.store.recorder import StoreRecorder
from workbench.store.saving import Saving
from workbench.store.sessions import SessionStore
from workbench.store.totals import Totals
from workbench.store.writer import Writer

_RECOVERY_S = 2.0
"""The first screen does not wait longer for answers that a dead process left behind."""
_CHANGE_S = 10.0


class Store:
    """One history file. Writing goes through one thread; reading happens in the caller's, which blocks."""

    def __init__(self, path: Path, opened: Opened, writer: Writer | None) -> None:
        self.path = path
        self.notices = opened.notices
        """What happened at the start and its user should know: a damaged file set aside, a migration."""
        self._opened = opened
        self._writer = writer
        self._readers = Readers(path, immutable=writer is None)
        self.recorder = StoreRecorder(writer)
        self.sessions = SessionStore(self._readers, self._change, self._begin_clean_up, path)
        self.drafts = Drafts(self._readers, self._change)
        self.lineups = LineUps(self._change)

    @property
    def read_only(self) -> bool:
        """Whether the file or its folder can't be written."""
        return self._writer is None

    @property
    def pending(self) -> int:
        """Pieces of work that are not in the file yet."""
        return self._writer.pending if self._writer else 0

    @property
    def problem(self) -> str | None:
        """Why nothing is saved just now, in one sentence; None when all is well."""
        if self._writer is None:
            return problems.READ_ONLY
        return self._writer.problem

    @property
    def lost(self) -> tuple[str, ...]:
        """What could not be saved for a reason in itself; empty unless this program has a fault."""
        return tuple(self._writer.lost) if self._writer else ()

    def totals(self, day_start_utc: str | None = None, session: str | None = None) -> Totals:
        """See `SessionStore.totals`."""
        return self.sessions.totals(day_start_utc, session)

    def flush(self, timeout: float = 10.0) -> bool:
        """Whether everything recorded so far is in the file; waits up to `timeout` seconds."""
        return self._writer.flush(timeout) if self._writer else True

    def close(self, timeout: float = 5.0) -> bool:
        """Save what waits and close; whether all was saved within `timeout` seconds. Twice does no harm."""
        self._readers.close()
        saved = self._writer.close(timeout) if self._writer else True
        if self._opened.lock is not None:
            self._opened.lock.close()
        if self._opened.owner_lock is not None:
            self._opened.owner_lock.close(remove=True)
        return saved

    def _change(self, run: Callable[[Saving], Any]) -> Any:
        """Have the writer do something and wait for it."""
        if self._writer is None:
            raise HistoryUnavailable(problems.READ_ONLY)
        future = self._writer.submit(run)
        try:
            return future.result(_CHANGE_S)
        except (concurrent.futures.CancelledError, concurrent.futures.TimeoutError) as error:
            raise DatabaseLocked(self._writer.problem or "the history is busy: not changed yet") from error

    def _begin_clean_up(self, chore: Callable[[Saving], Any]) -> None:
        if self._writer is not None:
            self._writer.add_chore(chore)


def open_store(path: Path, timeout: float = START_S) -> Store:
    """Open the history, making, migrating or replacing the file as needed. Blocks: call it in a thread.

    Raises:
        HistoryUnavailable: the place can't be used (a link, a device, no permission), or the file is not ours.
        SchemaTooNew: a newer version of the program wrote it; it is not touched.
        DatabaseLocked: another instance is starting and does not finish within `timeout` seconds.
        DatabaseDamaged: it is damaged, and another instance has it open.
    """
    owner = new_id()
    opened = open_file(path, owner, timeout)
    if opened.lock is None:
        return Store(path, opened, None)
    writer = Writer(path, open_writer(path), owner, opened.lock)
    writer.start()
    store = Store(path, opened, writer)
    recovered = writer.submit(partial(recovery.recover, database=path))
    unfinished = writer.submit(removal.is_unfinished)
    concurrent.futures.wait([recovered, unfinished], _RECOVERY_S)
    if unfinished.done() and not unfinished.exception() and unfinished.result():
        writer.add_chore(removal.clean_up)
    return store
