"""Short ways to make tasks, to take them as a worker does, and to look at what became of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from jobswipe.db.engine import Database
from jobswipe.tasks import ledger
from jobswipe.tasks.ledger import Claimed, Claims
from jobswipe.tasks.relay import Relay
from jobswipe.tasks.worker import Worker

DEADLINE = 60.0
Declare = Callable[..., Callable[[Any, dict[str, Any]], None]]


def eventually(holds: Callable[[], Any], seconds: float = DEADLINE) -> Any:
    """Wait until something is true, and answer it."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)
    return found


def add(database: Database, kind: str, count: int = 1, **options: Any) -> list[int]:
    with database.write() as session:
        return [ledger.enqueue(session, kind, {"n": number}, **options) for number in range(count)]


def claim(database: Database, relay: Relay, worker: str = "test") -> list[Claimed]:
    """Take what the queue holds, one by one, as worker threads do."""
    found: list[Claimed] = []
    while ids := relay.queue.take(1).ids:
        with database.write() as session:
            found += Claims(worker).claim(session, ids)
    return found


def note(context: Any, payload: dict[str, Any]) -> None:
    """A handler whose effect is a row."""
    with context.commit() as session:
        session.execute(
            text("INSERT INTO effect VALUES (:task_id, :note)"),
            {"task_id": context.task_id, "note": str(payload.get("n"))},
        )


def effects(database: Database) -> list[int]:
    with database.read() as session:
        return sorted(session.execute(text("SELECT task_id FROM effect")).scalars())


def states(database: Database) -> dict[int, str]:
    with database.read() as session:
        return {row.id: row.state for row in session.execute(text("SELECT id, state FROM task_run"))}


def ended(database: Database) -> bool:
    """Whether there are tasks, and all have ended."""
    return bool(states(database)) and set(states(database).values()) <= {"done", "dead", "cancelled"}


def field(database: Database, task_id: int, name: str) -> Any:
    with database.read() as session:
        return session.execute(text(f"SELECT {name} FROM task_run WHERE id = :id"), {"id": task_id}).scalar()


class Running:
    """A worker in threads of this process."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.code: int | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self.code = self.worker.run()

    def wait(self, seconds: float = DEADLINE) -> int | None:
        self._thread.join(seconds)
        assert not self._thread.is_alive(), "the worker did not end"
        return self.code

    def stop(self, *, at_once: bool = False) -> int | None:
        self.worker.stop(at_once=at_once)
        return self.wait()


Start = Callable[..., Running]
"""Starts a worker with settings, and options of `Worker`."""
