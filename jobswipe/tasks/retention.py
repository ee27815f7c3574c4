"""What is deleted after its time: ended tasks, runs of sources, figures, remembered answers, beats of dead workers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, tuple_
from sqlmodel import Session

from jobswipe import clock
from jobswipe.accounts import idempotency
from jobswipe.db.changed import changed
from jobswipe.db.engine import Database
from jobswipe.models import IdempotentReply, MetricSnapshot, SourceRun, WorkerBeat
from jobswipe.models.base import table
from jobswipe.settings import WorkerSettings
from jobswipe.tasks.ledger import TASKS, state_is

BATCH = 1000
"""Rows that one transaction deletes at most: others write in between."""
_RUNS, _BEATS, _FIGURES = table(SourceRun), table(WorkerBeat), table(MetricSnapshot)
_REPLIES = table(IdempotentReply)


def clean(database: Database, settings: WorkerSettings, *, heartbeat: Callable[[], None] = lambda: None) -> int:
    """Delete what is older than its time, in batches; answers the number of rows. `heartbeat` is called in between."""
    now = clock.now()
    done, dead, runs, figures = (
        now - timedelta(days=days)
        for days in (
            settings.keep_done_days,
            settings.keep_dead_days,
            settings.keep_runs_days,
            settings.keep_snapshots_days,
        )
    )
    gone = 0
    old_figures = _FIGURES, select(_FIGURES.c.id).where(_FIGURES.c.at < figures)
    tasks = _tasks("done", done), _tasks("cancelled", done), _tasks("dead", dead)
    for chosen in (*tasks, _old_runs(runs), old_figures):
        while (count := _delete(database, *chosen)) > 0:
            gone += count
            heartbeat()
    while (count := _forget_replies(database, now - idempotency.KEPT)) > 0:
        gone += count
        heartbeat()
    return gone


def forget_beats(session: Session, after: timedelta) -> int:
    """Drop the beats of workers that were last heard of longer ago than this; answers how many."""
    return changed(session, delete(_BEATS).where(_BEATS.c.beat_at < clock.now() - after))


def _tasks(state: str, before: datetime) -> tuple[Any, Any]:
    return TASKS, select(TASKS.c.id).where(state_is(state), TASKS.c.finished_at < before)


def _old_runs(before: datetime) -> tuple[Any, Any]:
    last = select(func.max(_RUNS.c.id)).group_by(_RUNS.c.source_id)
    old = select(_RUNS.c.id).where(_RUNS.c.started_at < before, _RUNS.c.status != "running", _RUNS.c.id.not_in(last))
    return _RUNS, old


def _forget_replies(database: Database, before: datetime) -> int:
    key = tuple_(_REPLIES.c.person_id, _REPLIES.c.key_hash)
    old = select(_REPLIES.c.person_id, _REPLIES.c.key_hash).where(_REPLIES.c.at < before).limit(BATCH)
    with database.write() as session:
        return changed(session, delete(_REPLIES).where(key.in_(old)))


def _delete(database: Database, of: Any, chosen: Any) -> int:
    with database.write() as session:
        ids = list(session.execute(chosen.limit(BATCH)).scalars())
        if ids:
            session.execute(delete(of).where(of.c.id.in_(ids)))
    return len(ids)
