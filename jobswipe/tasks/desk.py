"""What a person does with tasks: list, look, run an entry of the schedule, retry, cancel."""

from __future__ import annotations

import difflib
import threading
import time
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.changed import changed
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import TaskRun
from jobswipe.settings import Settings
from jobswipe.tasks import ledger, schedule
from jobswipe.tasks.ledger import TASKS, state_is

LIVING = ("pending", "queued", "running")

_C = TASKS.c


def listing(
    session: Session,
    *,
    states: Sequence[str] = (),
    kind: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[TaskRun]:
    """The newest tasks first, from the one before `before` on."""
    statement = select(TaskRun).order_by(_C.id.desc()).limit(limit)
    if states:
        statement = statement.where(state_is(*states))
    if kind is not None:
        statement = statement.where(_C.kind == kind)
    if before is not None:
        statement = statement.where(_C.id < before)
    return list(session.execute(statement).scalars())


def show(session: Session, task_id: int) -> TaskRun:
    """Raises NotFoundError."""
    found = session.get(TaskRun, task_id)
    if found is None:
        raise NotFoundError(f"No task {task_id}: the list of tasks ('jobswipe task list') shows them.")
    return found


def entry(settings: Settings, name: str) -> schedule.Entry:
    """An entry of the schedule, one that is off too. Raises UsageError for an unknown name, SettingsError."""
    found = {one.name: one for one in schedule.entries(settings, with_off=True)}
    if name not in found:
        near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there is {', '.join(found)}."
        raise UsageError(f"No entry {name!r} in the schedule: {hint}")
    return found[name]


def run(session: Session, wanted: schedule.Entry) -> int:
    """Ask for an entry's task now; answers its id. Where one waits already, it is that one."""
    return ledger.enqueue(
        session, wanted.kind, wanted.payload, dedupe_key=f"schedule:{wanted.name}", schedule=wanted.name
    )


def run_here(database: Database, settings: Settings, wanted: schedule.Entry) -> TaskRun:
    """Run an entry's task, and what it asks for of its kind, by a worker in this process; answers the task, ended.

    A worker that runs elsewhere may take it: it is waited for all the same.
    """
    from jobswipe.tasks.worker import Worker  # heavy: whoever only lists tasks does without

    with database.write() as session:
        task_id = run(session, wanted)
    worker = Worker(database, settings, only=[wanted.kind], scheduling=False)
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    try:
        while True:
            with database.read() as session:
                task = show(session, task_id)
                if task.state not in LIVING and not listing(session, states=LIVING, kind=wanted.kind, limit=1):
                    return task
            time.sleep(settings.queue.poll)
    finally:
        worker.stop()
        thread.join()
        worker.queue.close()


def retry(session: Session, task_id: int) -> None:
    """Run a dead or cancelled task again, with all its attempts. Raises NotFoundError, ConflictError."""
    now = clock.now()
    task = show(session, task_id)
    if task.dedupe_key is not None:
        twin = session.execute(
            select(_C.id).where(_C.kind == task.kind, _C.dedupe_key == task.dedupe_key, state_is("pending", "queued"))
        ).scalar()
        if twin is not None:
            raise ConflictError(f"Task {twin} waits already and does the same.")
    done = changed(
        session,
        update(TASKS)
        .where(_C.id == task_id, state_is("dead", "cancelled"))
        .values(state="pending", attempts=0, run_at=now, changed_at=now, finished_at=None, worker=None),
    )
    if done != 1:
        raise ConflictError(f"Task {task_id} is {task.state}: only a dead or cancelled one can be tried again.")


def cancel(session: Session, task_id: int) -> None:
    """End a task that is not ended; one that runs can no longer commit. Raises NotFoundError, ConflictError."""
    now = clock.now()
    task = show(session, task_id)
    done = changed(
        session,
        update(TASKS)
        .where(_C.id == task_id, state_is("pending", "queued", "running"))
        .values(
            state="cancelled",
            token=_C.token + 1,
            lease_until=None,
            changed_at=now,
            finished_at=now,
            error="Cancelled by a person.",
        ),
    )
    if done != 1:
        raise ConflictError(f"Task {task_id} is {task.state} already.")
