"""The built-in kinds of task, each a thin call of what the core has, and when they run.

Handlers import what they need when they run: who only enqueues must not load the matcher.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jobswipe import clock
from jobswipe.errors import ConflictError
from jobswipe.observability.logs import logger
from jobswipe.tasks import ledger
from jobswipe.tasks.kinds import task
from jobswipe.tasks.schedule import scheduled

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from jobswipe.models import Source
    from jobswipe.tasks.context import TaskContext

SKILLS_A_RUN = 10_000
"""Postings whose skills one task reads anew at most: a worker that is to stop, or other work, does not wait long."""


@scheduled("ingest", cron="*/5 * * * *", kind="ingest.due")
@task("ingest.due", attempts=3)
def ingest_due(context: TaskContext, _payload: dict[str, Any]) -> None:
    """A task for each source that is due; one that waits already is not asked for twice."""
    from jobswipe.sources import catalog

    with context.commit() as session:
        for source in catalog.due(session, clock.now()):
            ledger.enqueue(
                session, "ingest.source", {"source_id": source.id}, dedupe_key=str(source.id), lane=_host(source)
            )


def poll_now(session: Session, source: Source, now: datetime) -> int:
    """Have a source polled as soon as a worker is free; the task's id. Raises ConflictError."""
    if not source.polled or source.state != "active":
        what = "is paused: resume it" if source.polled else "came from files: add its address"
        raise ConflictError(f"Source {source.id} {what} before it can be polled.")
    source.next_due_at = now
    session.add(source)
    session.flush()
    return ledger.enqueue(
        session, "ingest.source", {"source_id": source.id}, dedupe_key=str(source.id), lane=_host(source)
    )


def _host(source: Source) -> str:
    """The lane of a source: boards of one host are polled one after the other, whoever polls them."""
    return f"host:{urlsplit(source.url or '').hostname or source.kind}"


@task("ingest.source", attempts=3, limit=3 * 3600)
def ingest_source(context: TaskContext, payload: dict[str, Any]) -> None:
    """Poll one source. What goes wrong at the board is the source's own failure, with its own backoff."""
    from jobswipe.models import Source
    from jobswipe.postings.poll import poll
    from jobswipe.sources import registry

    with context.database.read() as session:
        source = session.get(Source, payload["source_id"])
        if source is None or source.state != "active" or not source.polled:
            return
        if source.next_due_at is not None and source.next_due_at > clock.now():
            return  # it was polled meanwhile
    # Whoever polled this host last may be another process: its pace holds from poll to poll, too.
    time.sleep(registry.adapter(source.kind).POLICY.spacing)
    for _ in poll(context.database, context.settings, [source]):
        pass  # what became of it is in the source's run, and in the log


@scheduled("index", cron="*/10 * * * *", kind="index.follow")
@task("index.follow", attempts=3, concurrency=1)
def index_follow(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Bring this machine's text index to the store's present state."""
    from jobswipe.matching.index import TextIndex

    with context.database.read() as session:
        TextIndex(context.settings.index_dir).refresh(session, wait=30)


@scheduled("lake", cron="15 * * * *", kind="lake.append")
@task("lake.append", attempts=3, concurrency=1)
def lake_append(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Write to the lake what the store has and the lake has not."""
    from jobswipe.analytics.lake import Lake

    Lake(context.settings.lake_dir).append(context.database)


@scheduled("expire", cron="35 * * * *", kind="postings.expire")
@task("postings.expire", attempts=3, concurrency=1)
def postings_expire(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Close the open postings whose own last day has passed."""
    from jobswipe.postings.lifecycle import close_expired

    with context.commit() as session:
        close_expired(session, clock.now())


@scheduled("skills", cron="25 * * * *", kind="skills.refresh")
@task("skills.refresh", attempts=3, concurrency=1)
def skills_refresh(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Read skills anew that an older edition found, some batches of postings; for the rest a further task is asked."""
    from jobswipe.postings import reskill

    looked = changed = 0
    left = True
    while looked < SKILLS_A_RUN and not context.stopping:
        with context.database.read() as session:
            texts = reskill.outdated(session)
        if not texts:
            left = False
            break
        found = reskill.reread(texts)
        with context.step() as session:
            changed += reskill.apply(session, found)
        looked += len(found)
    if looked:
        logger("tasks").info("skills_refreshed", looked=looked, changed=changed, left=left)
    with context.commit() as session:
        if left:
            ledger.enqueue(session, "skills.refresh", {}, dedupe_key="rest")


@scheduled("preferences", cron="40 * * * *", kind="preferences.refresh")
@task("preferences.refresh", attempts=3, concurrency=1)
def preferences_refresh(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Mend what was learned where it does not agree with the log of verdicts, each person in a transaction."""
    from jobswipe.matching import relearn

    after = mended = 0
    while not context.stopping:
        with context.database.read() as session:
            persons = relearn.persons(session, after)
            stale = [one for one in persons if relearn.stale(session, one)]
        if not persons:
            break
        for person_id in stale:
            with context.step() as session:
                mended += relearn.mend(session, person_id, clock.now())
        after = persons[-1]
    if mended:
        logger("tasks").info("preferences_refreshed", mended=mended)


@scheduled("snapshot", cron="0 * * * *", kind="snapshot.take")
@task("snapshot.take", attempts=3, concurrency=1)
def snapshot_take(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Keep figures of this moment."""
    from jobswipe.observability import snapshots

    with context.commit() as session:
        snapshots.take(session, context.settings, clock.now().replace(microsecond=0))


@scheduled("cleanup", cron="45 3 * * *", kind="cleanup.old")
@task("cleanup.old", attempts=3, concurrency=1, limit=3 * 3600)
def cleanup_old(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Delete ended tasks, old runs of sources, old figures and beats of dead workers, each batch in a transaction."""
    from jobswipe.tasks import retention

    retention.clean(context.database, context.settings.worker, heartbeat=context.heartbeat)
    with context.commit() as session:
        retention.forget_beats(session, timedelta(days=1))
