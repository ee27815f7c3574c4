"""The journey of a source run: records in, batches stored, missing postings closed, and counts that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, case, insert, update
from sqlalchemy import select as sa_select
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, JobSwipeError, PayloadError, UpstreamError
from jobswipe.models import Source, SourceRejection, SourceRun
from jobswipe.models.base import table
from jobswipe.notifications import events
from jobswipe.observability import measure
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger
from jobswipe.postings import lifecycle, repeats, store, validators
from jobswipe.postings.filled import Filled
from jobswipe.postings.normalise import batches
from jobswipe.postings.validators import StoredValidators
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawPosting, Rejection

MAX_REJECTIONS = 1000
"""Rejections of one run that are kept with their reasons; all are counted."""
MAX_REJECTED_SHARE = 0.5
"""A poll of which more cannot be read than this has a changed shape: it closes nothing."""

RUNS, SOURCES = table(SourceRun), table(Source)
_log = logger(__name__)
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
    The latest run of a source has it: one that another process began earlier stops. Raises ConflictError when the
    source is not there any more.
    """

    def __init__(self, database: Database, source: Source, *, batch: int, fetched_at: datetime | None = None) -> None:
        self.database, self.source, self.batch = database, source, batch
        self.now = fetched_at or clock.now()
        self.summary = Summary(source=catalog.name(source))
        self._kept: set[str] = set()
        self._unreadable = 0
        self._filled = Filled()
        with database.write() as session:
            self._id = _begin(session, source, self.now)
            validators.forget(session, source)
            repeats.forget(session, source)

    def feed(
        self, records: Iterable[RawPosting | Rejection], context: ReadContext, progress: Progress | None = None
    ) -> None:
        """Store records batch by batch. An error is kept for `finish`, and whatever follows is not read."""
        summary = self.summary
        try:
            for batch in batches(records, self.batch):
                with span(f"plan {self.source.kind}"), self.database.read() as session:
                    prepared = store.plan(session, self.source, batch, context)
                totals = msgspec.structs.replace(summary.counts)
                with span(f"store {self.source.kind}"), self.database.write() as session:
                    _hold(session, self.source, self._id)
                    totals.add(store.apply(session, self.source, self._id, prepared, self.now, context))
                    _keep_rejections(session, self._id, prepared.rejections, summary.counts.rejected)
                    _save(session, self._id, msgspec.structs.replace(summary, counts=totals))
                summary.counts = totals
                understood = [one.posting for one in prepared.records if one.posting]
                measure.understood(self.source.kind, understood)
                self._filled.add(understood)
                unreadable = [one.record for one in prepared.rejections if one.reason != store.UNLISTED]
                self._unreadable += len(unreadable)
                self._kept.update(unreadable)
                if progress:
                    progress(summary.counts)
        except JobSwipeError as error:
            self.fail(error)

    def fail(self, error: JobSwipeError) -> None:
        """Something of the poll could not be had or read: it will close nothing."""
        self.summary.status = "partial" if self.summary.counts.read else "failed"
        self.summary.error = self.summary.error or error.message

    def finish(self, digests: Sequence[str] = (), fresh: StoredValidators | None = None) -> Summary:
        """Close what a complete poll no longer lists and write the run's outcome.

        What tells the same payloads when they come again is kept: their digests and the validators of the answer. What
        cannot be written is the summary's error.
        """
        summary = self.summary
        try:
            with self.database.write() as session:
                _hold(session, self.source, self._id)
                doubt = self._doubt(session) if summary.error is None else None
                if doubt:
                    self.fail(PayloadError(doubt))
                if summary.error is None:
                    assert self.source.id is not None  # noqa: S101 - a stored source has its id; for the type checker
                    summary.closed = lifecycle.close_missing(session, self.source.id, self._id, self._kept, self.now)
                    repeats.remember(session, self.source, self._id, digests)
                    if fresh is not None:
                        fresh.save(session)
                _finish(session, self.source, self._id, summary, self.now, fields=self._filled.document())
        except JobSwipeError as error:
            summary.closed = 0
            self.fail(error)
        _told(self.source, summary, self.now)
        return summary

    def _doubt(self, session: Session) -> str | None:
        """Why the payload is not believed to be the whole board, in a sentence; None where it is."""
        counts, name = self.summary.counts, self.summary.source
        if counts.read == 0:
            held = catalog.open_counts(session).get(self.source.id or 0, 0)
            return (
                f"{name} lists no postings, though {held} were open: nothing was closed. Look at the board; "
                f"'jobswipe source remove {name}' forgets it."
                if held
                else None
            )
        if self._unreadable > counts.read * MAX_REJECTED_SHARE:
            return (
                f"{self._unreadable} of the {counts.read} records could not be read, so nothing was closed: "
                f"'jobswipe source check {name}' shows the reasons."
            )
        return None


def repeated(
    database: Database,
    source: Source,
    digests: Sequence[str],
    now: datetime,
    fresh: StoredValidators | None = None,
) -> Summary | None:
    """Record a run whose payloads the last complete run of the source read already; None where they are others."""
    with database.write() as session:
        _hold(session, source)  # before the look: another process may be about to read it
        counts = repeats.record(session, source, digests, now)
        if counts is None:
            return None
        if fresh is not None:
            validators.forget(session, source)
            fresh.save(session)
        _succeeded(session, source, now)
    summary = Summary(source=catalog.name(source), counts=counts)
    _told(source, summary, now)
    return summary


def not_modified(database: Database, source: Source) -> Summary:
    """Record a poll that was answered with "not modified": everything is as it was."""
    now = clock.now()
    summary = Summary(source=catalog.name(source), status="not_modified")
    with database.write() as session:
        _finish(session, source, _begin(session, source, now), summary, now)
    _told(source, summary, now)
    return summary


def failed(database: Database, source: Source, error: JobSwipeError) -> Summary:
    """Record a poll that could not be made. A rest that the other side asked for is kept."""
    now = clock.now()
    summary = Summary(source=catalog.name(source), status="failed", error=error.message)
    asked = error.retry_after if isinstance(error, UpstreamError) else None
    with database.write() as session:
        _finish(session, source, _begin(session, source, now), summary, now, rest=timedelta(seconds=asked or 0))
    _told(source, summary, now)
    return summary


def _told(source: Source, summary: Summary, since: datetime) -> None:
    """Say what became of a run that has ended."""
    counts = msgspec.structs.asdict(summary.counts) | {"closed": summary.closed}
    measure.ingest_run(source.kind, summary.status, counts, (clock.now() - since).total_seconds())
    (_log.info if summary.error is None else _log.warning)(
        "run_finished", source=summary.source, status=summary.status, error=summary.error, **counts
    )


# Built once: composing a statement costs more than running it.
_SOURCE_THERE = (
    sa_select(SOURCES.c.id)
    .where(
        SOURCES.c.id == bindparam("source_id"),
        SOURCES.c.kind == bindparam("kind"),
        SOURCES.c.board == bindparam("board"),
    )
    .with_for_update(key_share=True)
)
_RUN_STATUS = sa_select(RUNS.c.status).where(RUNS.c.id == bindparam("run_id")).with_for_update()


def _hold(session: Session, source: Source, run_id: int | None = None) -> None:
    """Have source and run alone until the transaction ends. Raises ConflictError when either was taken away."""
    named = {"source_id": source.id, "kind": source.kind, "board": source.board}
    if session.execute(_SOURCE_THERE, named).first() is None:
        raise ConflictError(f"{catalog.name(source)} was removed while it was being read.")
    if run_id is not None and session.execute(_RUN_STATUS, {"run_id": run_id}).scalar() != "running":
        raise ConflictError(f"Another process began to read {catalog.name(source)} meanwhile: it does the rest.")


def _begin(session: Session, source: Source, now: datetime) -> int:
    _hold(session, source)
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


def _finish(
    session: Session,
    source: Source,
    run_id: int,
    summary: Summary,
    now: datetime,
    *,
    rest: timedelta = timedelta(),
    fields: dict[str, Any] | None = None,
) -> None:
    _save(session, run_id, summary, status=summary.status, finished_at=clock.now(), fields=fields)
    if summary.error is None:
        _succeeded(session, source, now)
        return
    stored = session.get_one(Source, source.id)
    stored.failures, stored.last_error = stored.failures + 1, summary.error
    if stored.polled:
        stored.next_due_at = max(catalog.next_try(stored, now), now + rest)
    session.add(stored)
    events.source_failed(session, stored, catalog.name(stored), now)


_SUCCEEDED = (
    update(SOURCES)
    .where(SOURCES.c.id == bindparam("source_id"))
    .values(
        failures=0,
        last_error=None,
        last_success_at=bindparam("now"),
        next_due_at=case((SOURCES.c.polled, bindparam("due", type_=SOURCES.c.next_due_at.type)), else_=None),
    )
)


def _succeeded(session: Session, source: Source, now: datetime) -> None:
    session.execute(_SUCCEEDED, {"source_id": source.id, "now": now, "due": now + catalog.poll_floor(source)})
