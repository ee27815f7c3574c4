"""The ledger of tasks: each change of a task's state is one conditional update, in the caller's transaction.

pending ─ relay ─> queued ─ claim ─> running ─ finish ─> done
   ^                                    ├─ fail ─> dead, or pending again with `run_at` in the future
   └───────── give back, lost ──────────┘          cancel: cancelled, from any of the three

A claim raises the row's token. Every later change names the token, so that whoever lost the lease changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Insert, bindparam, case, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from jobswipe import clock
from jobswipe.errors import LeaseLostError
from jobswipe.models import TaskRun, TaskSchedule, WorkerBeat
from jobswipe.models.base import UtcDateTime, table
from jobswipe.observability.context import current_traceparent
from jobswipe.settings import QueueSettings
from jobswipe.tasks import kinds

MAX_ERROR = 2000
"""Characters of an error that are kept."""
DEFAULT_ATTEMPTS = 5
"""Attempts at a task of a kind that this version does not know."""
DEFAULT_LEASE = 60.0
"""Seconds, likewise."""

TASKS = table(TaskRun)
_C = TASKS.c


def state_is(*states: str) -> Any:
    """A condition on the state, spelled out: a partial index serves no condition with a parameter."""
    listed = ", ".join(f"'{one}'" for one in states)
    return literal_column(f"task_run.state IN ({listed})" if len(states) > 1 else f"task_run.state = {listed}")


class Claimed(NamedTuple):
    """A task that a worker has: `token` proves it."""

    id: int
    kind: str
    payload: dict[str, Any]
    version: int
    attempts: int
    token: int
    created_at: datetime
    run_at: datetime
    dedupe_key: str | None
    lane: str | None
    schedule: str | None
    traceparent: str | None


@dataclass(frozen=True)
class Depth:
    """How many tasks of a kind are in a state; `oldest_due` is the `run_at` of the longest waiting one that is due."""

    kind: str
    state: str
    count: int
    oldest_due: datetime | None


# Built once: composing a statement costs more than running it.
_VALUES = {
    name: bindparam(name, type_=_C[name].type)
    for name in ("kind", "rank", "run_at", "payload", "version", "dedupe_key", "lane", "schedule", "traceparent")
} | {
    "state": literal_column("'pending'"),
    "attempts": literal_column("0"),
    "token": literal_column("0"),
    "created_at": bindparam("now", type_=UtcDateTime),
    "changed_at": bindparam("now", type_=UtcDateTime),
}
_INSERT = insert(TASKS).values(_VALUES).returning(_C.id)
_WAITING: Any = literal_column("dedupe_key IS NOT NULL AND state IN ('pending', 'queued')")


def _insert_once(dialect: Any) -> Insert:
    """Where the work waits already, its row is answered; one that was not tried yet may be drawn forward."""
    made = dialect.insert(TASKS).values(_VALUES)
    fresh = made.excluded
    earlier = (_C.attempts == 0) & (fresh.run_at < _C.run_at)
    found: Insert = made.on_conflict_do_update(
        index_elements=["kind", "dedupe_key"],
        index_where=_WAITING,
        set_={
            "run_at": case((earlier, fresh.run_at), else_=_C.run_at),
            "rank": case((fresh.rank < _C.rank, fresh.rank), else_=_C.rank),
        },
    ).returning(_C.id)
    return found


_INSERT_ONCE = {"sqlite": _insert_once(sqlite), "postgresql": _insert_once(postgresql)}


def enqueue(
    session: Session,
    kind: str,
    payload: dict[str, Any],
    *,
    priority: int | None = None,
    run_at: datetime | None = None,
    dedupe_key: str | None = None,
    lane: str | None = None,
    schedule: str | None = None,
) -> int:
    """Write a task in the caller's transaction: it runs when that commits, and never when it does not.

    Higher `priority` goes first (default: the kind's). Work of a kind that waits under the same `dedupe_key` is one
    row, whose id is answered; a task that runs already does not count as waiting. Of the tasks of one `lane` one runs
    at a time. `schedule` names the entry whose success this is.
    """
    kinds.load()
    known = kinds.get(kind)
    now = clock.now()
    values = {
        "kind": kind,
        "rank": -(priority if priority is not None else known.priority if known else 0),
        "run_at": run_at or now,
        "payload": payload,
        "version": known.version if known else 1,
        "dedupe_key": dedupe_key,
        "lane": lane,
        "schedule": schedule,
        "traceparent": current_traceparent(),
        "now": now,
    }
    statement = _INSERT if dedupe_key is None else _INSERT_ONCE[session.get_bind().dialect.name]
    return int(session.execute(statement, values).scalar_one())


_NOW = bindparam("now", type_=UtcDateTime)


def _claim(leases: tuple[tuple[str, float], ...], *, begin: bool) -> Any:
    # The kind is in the row only: the statement chooses the lease.
    until: Any = bindparam("until", type_=UtcDateTime)
    if leases:
        own = ((_C.kind == kind, bindparam(f"until_{at}", type_=UtcDateTime)) for at, (kind, _) in enumerate(leases))
        until = case(*own, else_=until)
    begun = {"attempts": _C.attempts + 1, "started_at": _NOW} if begin else {"started_at": None}
    return (
        update(TASKS)
        .where(_C.id.in_(bindparam("ids", expanding=True)), state_is("queued"))
        .values(
            state="running", token=_C.token + 1, worker=bindparam("by"), lease_until=until, changed_at=_NOW, **begun
        )
        .returning(*(_C[name] for name in Claimed._fields))
    )


class Claims:
    """Claims tasks for one worker. Made once: its statements know the leases of all kinds."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._leases = tuple((one.name, one.lease) for one in kinds.everything() if one.lease != DEFAULT_LEASE)
        self._one, self._many = _claim(self._leases, begin=True), _claim(self._leases, begin=False)

    def claim(self, session: Session, ids: Sequence[int]) -> list[Claimed]:
        """Those of the tasks that are still to be had, the first of them begun; the lease of each runs from here.

        The others are begun by `begin`: what was only held when a worker was killed has not used up an attempt.
        """
        now = clock.now()
        values: dict[str, Any] = {"ids": list(ids), "by": self.worker, "now": now}
        values["until"] = now + timedelta(seconds=DEFAULT_LEASE)
        for number, (_, lease) in enumerate(self._leases):
            values[f"until_{number}"] = now + timedelta(seconds=lease)
        rows = session.execute(self._one if len(ids) == 1 else self._many, values).all()
        order = {task_id: number for number, task_id in enumerate(ids)}
        found = sorted((Claimed(*row) for row in rows), key=lambda one: order[one.id])
        if found and len(ids) > 1:
            found[0] = begin(session, found[0]) or found[0]  # just claimed, in this transaction
        return found


_HELD = (_C.id == bindparam("task_id"), _C.token == bindparam("held"), state_is("running"))
_BEGIN = update(TASKS).where(*_HELD).values(attempts=_C.attempts + 1, started_at=_NOW, changed_at=_NOW)


def begin(session: Session, task: Claimed) -> Claimed | None:
    """Count an attempt at a task that is held; None when it was taken from this worker."""
    changed = session.execute(_BEGIN, {"task_id": task.id, "held": task.token, "now": clock.now()})
    return task._replace(attempts=task.attempts + 1) if _one(changed) else None


def _one(changed: Any) -> bool:
    """Whether an update changed its row."""
    return bool(changed.rowcount == 1)


_FINISH = (
    update(TASKS)
    .where(*_HELD)
    .values(state="done", lease_until=None, error=None, finished_at=_NOW, changed_at=_NOW)
    .returning(_C.id)
)
_DONE, _NEXT = _C.id == bindparam("task_id"), _C.id == bindparam("next_id")
_FINISH_AND_BEGIN = (
    update(TASKS)
    .where(
        (_DONE & (_C.token == bindparam("held"))) | (_NEXT & (_C.token == bindparam("next_held"))), state_is("running")
    )
    .values(
        state=case((_DONE, "done"), else_=_C.state),
        lease_until=case((_NEXT, _C.lease_until)),
        error=case((_NEXT, _C.error)),
        finished_at=case((_DONE, _NOW)),
        attempts=case((_NEXT, _C.attempts + 1), else_=_C.attempts),
        started_at=case((_NEXT, _NOW), else_=_C.started_at),
        changed_at=_NOW,
    )
    .returning(_C.id)
)
_SUCCESS = (
    update(table(TaskSchedule))
    .where(table(TaskSchedule).c.name == bindparam("entry"))
    .values(last_success_at=bindparam("now", type_=UtcDateTime))
)


def finish(session: Session, task: Claimed, following: Claimed | None = None) -> Claimed | None:
    """Mark a task done in the transaction of its effect. Raises LeaseLostError: then the effect must be rolled back.

    `following` is a held task that is begun with the same statement; it is answered as `begin` answers it.
    """
    now = clock.now()
    values: dict[str, Any] = {"task_id": task.id, "held": task.token, "now": now}
    if following is None:
        changed = session.execute(_FINISH, values).scalars().all()
    else:
        values |= {"next_id": following.id, "next_held": following.token}
        changed = session.execute(_FINISH_AND_BEGIN, values).scalars().all()
    if task.id not in changed:
        raise LeaseLostError(f"Task {task.id} was taken from this worker: what it did is rolled back.")
    if task.schedule is not None:
        session.execute(_SUCCESS, {"entry": task.schedule, "now": now})
    if following is None or following.id not in changed:
        return None
    return following._replace(attempts=following.attempts + 1)


_EXTEND = (
    update(TASKS)
    .where(*_HELD)
    .values(lease_until=bindparam("until", type_=UtcDateTime), changed_at=bindparam("now", type_=UtcDateTime))
)


def extend(session: Session, task: Claimed) -> None:
    """Let the lease run anew from now. Raises LeaseLostError."""
    now = clock.now()
    until = now + timedelta(seconds=lease_of(task.kind))
    changed = session.execute(_EXTEND, {"task_id": task.id, "held": task.token, "until": until, "now": now})
    if not _one(changed):
        raise LeaseLostError(f"Task {task.id} was taken from this worker: it must stop.")


def lease_of(kind: str) -> float:
    """Seconds."""
    known = kinds.get(kind)
    return known.lease if known else DEFAULT_LEASE


def attempts_of(kind: str) -> int:
    known = kinds.get(kind)
    return known.attempts if known else DEFAULT_ATTEMPTS


def backoff(attempt: int, settings: QueueSettings) -> timedelta:
    """The pause after a failed attempt (from 1): a random share of a span that doubles each time (full jitter)."""
    span = min(settings.backoff_max, settings.backoff * 2.0 ** min(attempt - 1, 30))
    return timedelta(seconds=random.random() * span)  # noqa: S311 - it spreads retries, nothing else


def fail(session: Session, task: Claimed, error: str, settings: QueueSettings, *, hopeless: bool = False) -> str | None:
    """End an attempt that failed: pending after a pause, or dead. Answers the new state; None: the lease is lost."""
    now = clock.now()
    again = task.attempts < attempts_of(task.kind) and not hopeless
    values = _again(session, task, now, backoff(task.attempts, settings)) if again else _ended("dead", now)
    return _leave(session, task, values | {"error": bounded(error)})


def give_back(session: Session, task: Claimed, *, begun: bool = True) -> str | None:
    """Return a task that could not be finished in time, or not be begun; no attempt is counted."""
    now = clock.now()
    values = _again(session, task, now, timedelta())
    return _leave(session, task, values | {"attempts": max(0, task.attempts - begun)})


def _again(session: Session, task: Any, now: datetime, pause: timedelta) -> dict[str, Any]:
    """Pending once more, unless the same work was asked for again meanwhile: one row is enough."""
    twin = None
    if task.dedupe_key is not None:
        twin = session.execute(
            select(_C.id).where(_C.kind == task.kind, _C.dedupe_key == task.dedupe_key, state_is("pending", "queued"))
        ).scalar()
    if twin is not None:
        return _ended("cancelled", now) | {"error": f"Task {twin} does the same."}
    return {"state": "pending", "run_at": now + pause, "changed_at": now, "lease_until": None}


def _ended(state: str, now: datetime) -> dict[str, Any]:
    return {"state": state, "lease_until": None, "changed_at": now, "finished_at": now}


def _leave(session: Session, task: Any, values: dict[str, Any]) -> str | None:
    # The token grows, so that a thread that still runs this attempt can no longer commit.
    changed = session.execute(
        update(TASKS)
        .where(_C.id == task.id, _C.token == task.token, state_is("running"))
        .values(token=_C.token + 1, **values)
    )
    return values["state"] if _one(changed) else None


def return_expired(session: Session, settings: QueueSettings) -> list[tuple[int, str]]:
    """Take back what crashed or vanished workers held: each counts as a failed attempt. Answers (id, new state)."""
    now = clock.now()
    expired = session.execute(
        select(_C.id, _C.kind, _C.token, _C.attempts, _C.dedupe_key, _C.worker, _C.started_at)
        .where(state_is("running"), _C.lease_until < now)
        .limit(500)
    ).all()
    ended = []
    for row in expired:
        error = f"The worker {row.worker} vanished during attempt {row.attempts}: killed, crashed or cut off."
        if row.started_at is None:  # held, not begun: nothing was tried
            state = _leave(session, row, _again(session, row, now, timedelta()))
        else:
            again = row.attempts < attempts_of(row.kind)
            values = _again(session, row, now, backoff(row.attempts, settings)) if again else _ended("dead", now)
            state = _leave(session, row, {"error": error} | values)
        if state is not None:
            ended.append((int(row.id), state))
    return ended


def unqueue(session: Session, ids: Sequence[int]) -> None:
    """Ids that did not reach the queue, or that a stopping worker holds unclaimed, wait in the ledger again."""
    if ids:
        session.execute(
            update(TASKS)
            .where(_C.id.in_(ids), state_is("queued"))
            .values(state="pending", worker=None, changed_at=clock.now())
        )


def depth(session: Session) -> list[Depth]:
    """Counts by kind and state of what is not done or cancelled, with the due time of what waits longest.

    Due only: what is to run later has no age. `oldest_due` is None for states that do not wait.
    """
    now = clock.now()
    due = case((_C.run_at <= now, _C.run_at))
    found: list[Depth] = []
    for states, oldest in ((("pending",), due), (("queued",), _C.run_at), (("running",), None), (("dead",), None)):
        waiting = func.min(oldest).label("oldest") if oldest is not None else literal_column("NULL").label("oldest")
        rows = session.execute(select(_C.kind, func.count(), waiting).where(state_is(*states)).group_by(_C.kind))
        found += [Depth(kind, states[0], count, moment) for kind, count, moment in rows]
    return found


def beats(session: Session) -> list[WorkerBeat]:
    """The workers that are alive, or that died without a word (an old `beat_at`), freshest first."""
    found: Iterable[WorkerBeat] = session.execute(
        select(WorkerBeat).order_by(table(WorkerBeat).c.beat_at.desc())
    ).scalars()
    return list(found)


def bounded(error: str) -> str:
    """The error as it is kept: its beginning, without characters that no database takes."""
    text = error.replace("\0", "").encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_ERROR else text[: MAX_ERROR - 1] + "…"
