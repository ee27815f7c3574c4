"""What a person does with tasks: list, look, retry, cancel."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlmodel import Session

from jobswipe import clock
from jobswipe.errors import ConflictError, NotFoundError
from jobswipe.models import TaskRun
from jobswipe.tasks.ledger import TASKS, state_is

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
    changed = session.execute(
        update(TASKS)
        .where(_C.id == task_id, state_is("dead", "cancelled"))
        .values(state="pending", attempts=0, run_at=now, changed_at=now, finished_at=None, worker=None)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # an update's result has it
        raise ConflictError(f"Task {task_id} is {task.state}: only a dead or cancelled one can be tried again.")


def cancel(session: Session, task_id: int) -> None:
    """End a task that is not ended; one that runs can no longer commit. Raises NotFoundError, ConflictError."""
    now = clock.now()
    task = show(session, task_id)
    changed = session.execute(
        update(TASKS)
        .where(_C.id == task_id, state_is("pending", "queued", "running"))
        .values(
            state="cancelled",
            token=_C.token + 1,
            lease_until=None,
            changed_at=now,
            finished_at=now,
            error="Cancelled by a person.",
        )
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]  # likewise
        raise ConflictError(f"Task {task_id} is {task.state} already.")
