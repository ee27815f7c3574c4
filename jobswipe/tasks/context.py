"""What a task's handler is given: who it is, the store, and the one way to commit an effect together with `done`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlmodel import Session

from jobswipe.db.engine import Database
from jobswipe.settings import Settings
from jobswipe.tasks import ledger
from jobswipe.tasks.ledger import Claimed


class TaskContext:
    """One attempt at a task. `attempt` counts from 1."""

    def __init__(
        self,
        task: Claimed,
        database: Database,
        settings: Settings,
        *,
        stopping: Callable[[], bool] = lambda: False,
        finish: Callable[[Session], object] | None = None,
    ) -> None:
        self.database, self.settings = database, settings
        self.task_id, self.kind, self.attempt = task.id, task.kind, task.attempts
        self.committed = False
        self._task = task
        self._stopping = stopping
        self._finish = finish or (lambda session: ledger.finish(session, task))

    @property
    def idempotency_key(self) -> str:
        """The same at every attempt and at no other task: for effects outside the database."""
        return f"jobswipe-{self.task_id}-{int(self._task.created_at.timestamp() * 1e6):x}"

    @property
    def stopping(self) -> bool:
        """Whether the worker was told to stop: a long task may raise where it can begin anew."""
        return self._stopping()

    def heartbeat(self) -> None:
        """Extend the lease, in a transaction of its own. Raises LeaseLostError: then stop, another may be at it.

        The worker extends the leases of what it runs; a long task calls this to learn that it was cancelled.
        """
        with self.database.write() as session:
            ledger.extend(session, self._task)

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A write session for a part of the work; the task goes on, its lease runs anew. As often as needed.

        Raises LeaseLostError, and rolls back what was written, where the task was taken from this worker.
        """
        with self.database.write() as session:
            yield session
            ledger.extend(session, self._task)

    @contextmanager
    def commit(self) -> Iterator[Session]:
        """A write session whose commit also marks the task done. Once only, at the end of the work.

        Raises LeaseLostError, and rolls back what was written, where the task was taken from this worker.
        """
        with self.database.write() as session:
            yield session
            self._finish(session)
        self.committed = True
