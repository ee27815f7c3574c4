"""The journey of a source run: records in, batches stored, missing postings closed, and counts that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import insert, update
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError, PayloadError
from jobswipe.models import Source, SourceRejection, SourceRun
from jobswipe.postings import lifecycle, store
from jobswipe.postings.rows import table
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting, Rejection

MAX_REJECTIONS = 1000
"""Rejections of one run that are kept with their reasons; all are counted."""
MAX_REJECTED_SHARE = 0.5
"""A poll of which more is rejected than this has a changed shape: it closes nothing."""

RUNS = table(SourceRun)
_NOTHING = dict.fromkeys(("read", "stored", "unchanged", "merged", "rejected", "changed", "closed", "reopened"), 0)

Progress = Callable[[store.Counts], None]
"""Called after each batch with the run's counts so far."""


class Summary(msgspec.Struct, kw_only=True):
    """What a run did. `error` is one sentence when the run did not complete."""

    source: str
    status: str = "complete"
    counts: store.Counts = msgspec.field(default_factory=store.Counts)
    closed: int = 0
    error: str | None = None


class Run:
    """One poll or file set of a source on its way into the store.

    Feed it records, any number of times, then finish it. An error ends it as partial or failed; what was stored before
    stays. Postings that it did not list are closed only when it ran to its end, read something and understood most.
    """

    def __init__(self, database: Database, source: Source, *, batch: int, fetched_at: datetime | None = None) -> None:
        self.database, self.source, self.batch = database, source, batch
        self.now = fetched_at or clock.now()
        self.summary = Summary(source=catalog.name(source))
        self._kept: set[str] = set()
        with database.write() as session:
            self._id = _begin(session, source, self.now)

    def feed(
        self, records: Iterable[RawPosting | Rejection], context: ReadContext, progress: Progress | None = None
    ) -> None:
        """Store records batch by batch. An error is kept for `finish`, and whatever follows is not read."""
        summary = self.summary
        try:
            for batch in _batches(iter(records), self.batch):
                with self.database.read() as session:
                    prepared = store.plan(session, self.source, batch, context)
                with self.database.write() as session:
                    counts = store.apply(session, self.source, self._id, prepared, self.now, context)
                    _keep_rejections(session, self._id, prepared.rejections, summary.counts.rejected)
                    summary.counts.add(counts)
                    _save(session, self._id, summary)
                self._kept.update(one.record for one in prepared.rejections if one.reason != store.UNLISTED)
                if progress:
                    progress(summary.counts)
        except JobSwipeError as error:
            self.fail(error)

    def fail(self, error: JobSwipeError) -> None:
        """Something of the poll could not be had or read: it will close nothing."""
        self.summary.status = "partial" if self.summary.counts.read else "failed"
        self.summary.error = self.summary.error or error.message

    def finish(self) -> Summary:
        """Close what a complete poll no longer lists, and write the run's outcome."""
        summary = self.summary
        with self.database.write() as session:
            if summary.error is None and _trustworthy(summary.counts):
                assert self.source.id is not None  # noqa: S101 - a stored source has its id; for the type checker
                summary.closed = lifecycle.close_missing(session, self.source.id, self._id, self._kept, self.now)
            _finish(session, self.source, self._id, summary, self.now)
        return summary


def not_modified(database: Database, source: Source) -> Summary:
    """Record a poll that was answered with "not modified": everything is as it was."""
    now = clock.now()
    summary = Summary(source=catalog.name(source), status="not_modified")
    with database.write() as session:
        _finish(session, source, _begin(session, source, now), summary, now)
    return summary


def failed(database: Database, source: Source, error: JobSwipeError) -> Summary:
    """Record a poll that could not be made."""
    now = clock.now()
    summary = Summary(source=catalog.name(source), status="failed", error=error.message)
    with database.write() as session:
        _finish(session, source, _begin(session, source, now), summary, now)
    return summary


def _batches(records: Iterator[RawPosting | Rejection], size: int) -> Iterator[Sequence[RawPosting | Rejection]]:
    while batch := list(islice(records, size)):
        yield batch


def _trustworthy(counts: store.Counts) -> bool:
    return counts.read > 0 and counts.rejected <= counts.read * MAX_REJECTED_SHARE


def _begin(session: Session, source: Source, now: datetime) -> int:
    # A run that was killed left its row running: whatever it stored stands, and this run completes the work.
    session.execute(
        update(RUNS)
        .where(RUNS.c.source_id == source.id, RUNS.c.status == "running")
        .values(status="failed", finished_at=now, error="The run was interrupted.")
    )
    started = session.execute(
        insert(RUNS).returning(RUNS.c.id), {**_NOTHING, "source_id": source.id, "status": "running", "started_at": now}
    )
    return int(started.scalar_one())


def _save(session: Session, run_id: int, summary: Summary, **more: Any) -> None:
    values = msgspec.structs.asdict(summary.counts) | {"closed": summary.closed, "error": summary.error} | more
    session.execute(update(RUNS).where(RUNS.c.id == run_id).values(**values))


def _keep_rejections(session: Session, run_id: int, rejections: list[Rejection], before: int) -> None:
    room = max(0, MAX_REJECTIONS - before)
    session.add_all(
        SourceRejection(run_id=run_id, record=rejection.record[:200], reason=rejection.reason)
        for rejection in rejections[:room]
    )


def _finish(session: Session, source: Source, run_id: int, summary: Summary, now: datetime) -> None:
    _save(session, run_id, summary, status=summary.status, finished_at=clock.now())
    stored = session.get(Source, source.id)
    if stored is None:
        raise PayloadError(f"{summary.source} was removed while it was being read.")
    if summary.error is None:
        stored.failures, stored.last_error, stored.last_success_at = 0, None, now
    else:
        stored.failures, stored.last_error = stored.failures + 1, summary.error
    if stored.polled:
        stored.next_due_at = catalog.next_due(stored, now)
    session.add(stored)
