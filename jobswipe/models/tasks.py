"""The task ledger, the schedule, and the workers that are alive."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

TASK_STATES = ("pending", "queued", "running", "done", "dead", "cancelled")
WAITING = ("pending", "queued")
"""The states of work that nobody has begun: of these, one row holds a `dedupe_key`."""

_WAITING = "state IN ('pending', 'queued')"


class TaskRun(SQLModel, table=True):
    """A piece of work, written in the transaction that decided on it. This row is the truth; a queue carries its id.

    `token` grows with each claim and each loss: who holds an old one can neither commit nor finish. `attempts` counts
    the claims, `rank` is minus the priority (an index ascends), `changed_at` is when the state changed or the lease was
    extended, `worker` is who has the task (while it is queued, the queue), `lane` names what only one task at a
    time may use, `schedule` the entry of the schedule that asked for it.
    """

    __tablename__ = "task_run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('pending', 'queued', 'running', 'done', 'dead', 'cancelled')",
            name="state",
        ),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="running_has_a_lease"),
        CheckConstraint(
            "(state IN ('done', 'dead', 'cancelled')) = (finished_at IS NOT NULL)", name="ended_has_its_moment"
        ),
        CheckConstraint("attempts >= 0 AND token >= 0", name="counts"),
        Index(
            "ix_task_run_due",
            "rank",
            "run_at",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        # Whole, not partial: SQLite uses a partial index only for the very condition that it was made with.
        Index("ix_task_run_state", "state", "finished_at"),
        Index(
            "uq_task_run_waiting",
            "kind",
            "dedupe_key",
            unique=True,
            sqlite_where=text(f"dedupe_key IS NOT NULL AND {_WAITING}"),
            postgresql_where=text(f"dedupe_key IS NOT NULL AND {_WAITING}"),
        ),
    )

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    )
    kind: str
    state: str = "pending"
    rank: int = 0
    run_at: datetime = Field(sa_type=UtcDateTime)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    version: int = 1
    dedupe_key: str | None = None
    lane: str | None = None
    schedule: str | None = None
    traceparent: str | None = None
    attempts: int = 0
    token: int = 0
    worker: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str | None = Field(default=None, sa_column=Column(Text))
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TaskSchedule(SQLModel, table=True):
    """An entry of the schedule: the slot that was fired last, and when its task last came to its end."""

    __tablename__ = "task_schedule"

    name: str = Field(primary_key=True)
    cron: str
    timezone: str = "UTC"
    last_slot: datetime = Field(sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class WorkerBeat(SQLModel, table=True):
    """A worker process: readiness asks how old `beat_at` is. One that stops takes its row along."""

    __tablename__ = "worker_beat"

    worker: str = Field(primary_key=True)
    host: str
    pid: int
    kinds: list[str] = Field(default_factory=list, sa_type=JSON)
    threads: int
    running: int = 0
    figures: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    started_at: datetime = Field(sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime)
