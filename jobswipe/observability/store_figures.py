"""What the store itself knows of postings, sources and the index: read at a scrape, never kept up to date by hand.

A scrape waits for the store no longer than [metrics] store_timeout. Figures are shown again for store_interval seconds,
and a section that takes long is read more rarely, so that scrapes take at most a twentieth of the database's time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.models import Posting, PostingPlace, PostingSkill, Source, SourceRun
from jobswipe.observability import index_lag, task_figures
from jobswipe.observability.logs import logger
from jobswipe.observability.measure import FIELDS, OTHER
from jobswipe.observability.slo import fresh_within
from jobswipe.settings import Settings
from jobswipe.sources import catalog, registry

Read = Callable[[Session, Settings], list[Metric]]
SHARE = 20
"""A section rests so many times as long as its reading took."""
_log = logger(__name__)


class _Section:
    """Figures that are read together, with when they were and how long it took (monotonic seconds)."""

    def __init__(self, name: str, read: Read) -> None:
        self.name = name
        self.read = read
        self.found: list[Metric] = []
        self.read_at = float("-inf")
        self.took = 0.0
        self.sound = False

    def rest(self, interval: float) -> float:
        return max(interval, SHARE * self.took)


class StoreFigures:
    """A collector. One reading at a time: a database that hangs is not asked again and again."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.sections = [_Section(name, read) for name, read in SECTIONS.items()]
        self._reading = threading.Lock()

    def collect(self) -> Iterator[Metric]:
        limits = self.settings.metrics
        done = threading.Event()
        if self._reading.acquire(blocking=False):
            threading.Thread(target=self._read, args=(done,), name="store-figures", daemon=True).start()
            done.wait(limits.store_timeout)
        else:  # another scrape is at it
            deadline = time.monotonic() + limits.store_timeout
            while self._reading.locked() and time.monotonic() < deadline:
                time.sleep(0.01)
        now = time.monotonic()
        up = GaugeMetricFamily(
            "jobswipe_store_up", "Whether the section of these figures could be read in time.", labels=["section"]
        )
        for section in self.sections:
            # Twice its rest: one reading may be late without a gap.
            fresh = now - section.read_at <= 2 * section.rest(limits.store_interval) + limits.store_timeout
            up.add_metric([section.name], float(fresh and section.sound))
            if fresh and section.sound:
                yield from section.found
        yield up

    def _read(self, done: threading.Event) -> None:
        try:
            for section in self.sections:
                started = time.monotonic()
                if started - section.read_at < section.rest(self.settings.metrics.store_interval) and section.sound:
                    continue
                try:
                    with self.database.read() as session:
                        section.found = section.read(session, self.settings)
                    section.sound = True
                except Exception as error:  # noqa: BLE001 - a scrape goes on without what cannot be read
                    said = error.message if isinstance(error, JobSwipeError) else f"{type(error).__name__}: {error}"
                    _log.warning("figures_not_read", section=section.name, error=said)
                    section.sound = False
                section.read_at = time.monotonic()
                section.took = section.read_at - started
        finally:
            self._reading.release()
            done.set()


def _gauge(name: str, meaning: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"jobswipe_{name}", meaning, labels=labels)


def postings(session: Session, _settings: Settings) -> list[Metric]:
    found = _gauge("postings", "Postings in the store.", "state")
    counts: dict[str, int] = dict(session.exec(select(Posting.state, func.count()).group_by(col(Posting.state))).all())
    for state in ("open", "closed"):
        found.add_metric([state], counts.get(state, 0))
    return [found]


def sources(session: Session, settings: Settings) -> list[Metric]:
    """The sources by state, and each of the first ones with its last run; the others are added up as "other"."""
    everything = list(session.exec(select(Source).order_by(col(Source.id))))
    shown = {one.id: catalog.name(one) for one in everything[: settings.metrics.sources]}
    last: Any = select(func.max(SourceRun.id)).group_by(col(SourceRun.source_id))
    runs = {run.source_id: run for run in session.exec(select(SourceRun).where(col(SourceRun.id).in_(last)))}
    open_ = catalog.open_counts(session)
    return [*_states(everything), *_each(everything, shown, runs, open_)]


def _states(everything: list[Source]) -> list[Metric]:
    now = clock.now()
    polled = [one for one in everything if one.polled and one.state == "active"]
    states = _gauge("sources", "Sources by state; failing ones are active, too.", "state")
    states.add_metric(["active"], len(polled))
    states.add_metric(["paused"], sum(one.polled and one.state == "paused" for one in everything))
    states.add_metric(["files"], sum(not one.polled for one in everything))
    states.add_metric(["failing"], sum(one.failures > 0 for one in polled))
    states.add_metric(["due"], sum(one.next_due_at is not None and one.next_due_at <= now for one in polled))
    fresh = _gauge("sources_fresh_ratio", "Share of the active sources that succeeded recently; 1 without sources.")
    fresh.add_metric([], sum(_fresh(one, now) for one in polled) / len(polled) if polled else 1.0)
    return [states, fresh]


def _fresh(source: Source, now: datetime) -> bool:
    try:
        floor = registry.adapter(source.kind).POLICY.poll_floor
    except JobSwipeError:  # of a package that is not installed any more
        floor = 0
    # A source that was just added is not late yet.
    return now - (source.last_success_at or source.created_at) <= timedelta(seconds=fresh_within(floor))


def _each(
    everything: list[Source], shown: dict[int | None, str], runs: dict[int, SourceRun], open_: dict[int, int]
) -> list[Metric]:
    outcomes = ("read", "stored", "unchanged", "merged", "rejected", "changed", "reopened", "closed")
    totals: dict[str, int] = {}
    records: dict[tuple[str, str], int] = {}
    success = _gauge("source_last_success_timestamp_seconds", "When a source last succeeded; 0 for never.", "source")
    failures = _gauge("source_failures", "Failures of a source since it last succeeded.", "source")
    zero = _gauge("source_zero_result", "1 where a source's last run listed nothing.", "source")
    for one in everything:
        name = shown.get(one.id, OTHER)
        totals[name] = totals.get(name, 0) + open_.get(one.id or 0, 0)
        run = runs.get(one.id or 0)
        for outcome in outcomes if run is not None else ():
            records[name, outcome] = records.get((name, outcome), 0) + int(getattr(run, outcome))
        if name == OTHER:
            continue
        success.add_metric([name], one.last_success_at.timestamp() if one.last_success_at else 0.0)
        failures.add_metric([name], one.failures)
        if run is not None:
            # An answer of "not modified" has no records and lists what it did before.
            zero.add_metric([name], float(run.read == 0 and run.status not in ("not_modified", "running", "failed")))
    amount = _gauge("source_open_postings", "Open postings of a source.", "source")
    for name, count in totals.items():
        amount.add_metric([name], count)
    became = _gauge(
        "source_last_run_records", "Records of a source's last run by what became of them.", "source", "outcome"
    )
    for (name, outcome), count in records.items():
        became.add_metric([name, outcome], count)
    return [success, failures, zero, amount, became]


def fields(session: Session, settings: Settings) -> list[Metric]:
    """The share of a source's open postings that say each field: one that falls means that a board has changed."""
    having: dict[str, Any] = {
        "company": col(Posting.company_id).is_not(None),
        "apply_url": col(Posting.apply_url).is_not(None),
        "workplace": col(Posting.workplace).is_not(None),
        "employment_type": col(Posting.employment_type).is_not(None),
        "seniority": col(Posting.seniority).is_not(None),
        "salary": col(Posting.salary_currency).is_not(None),
        "description_text": col(Posting.description_text).is_not(None),
        "language": col(Posting.language).is_not(None),
        "posted_at": col(Posting.posted_at).is_not(None),
        "places": exists().where(col(PostingPlace.posting_id) == col(Posting.id)),
        "skills": exists().where(col(PostingSkill.posting_id) == col(Posting.id)),
    }
    first: Any = select(Source.id).order_by(col(Source.id)).limit(settings.metrics.sources)
    statement: Any = (
        select(Source.kind, Source.board, func.count(), *(func.count().filter(having[name]) for name in FIELDS))
        .join(Posting, col(Posting.source_id) == col(Source.id))
        .where(Posting.state == "open", col(Source.id).in_(first))
        .group_by(col(Source.id), col(Source.kind), col(Source.board))
    )
    found = _gauge("source_filled_ratio", "Share of a source's open postings that say a field.", "source", "field")
    for kind, board, count, *filled in session.exec(statement):
        for name, number in zip(FIELDS, filled, strict=True):
            found.add_metric([f"{kind}:{board}", name], number / count)
    return [found]


def index(session: Session, settings: Settings) -> list[Metric]:
    lag = _gauge("index_lag_changes", "Changes of postings that the text index has not taken yet.")
    lag.add_metric([], index_lag.lag(session, settings.index_dir))
    size = _gauge("index_size_bytes", "Size of the index and the features on disk.")
    size.add_metric([], _size(settings.index_dir))
    return [lag, size]


def _size(directory: Path) -> int:
    total = 0
    for path in directory.rglob("*") if directory.is_dir() else ():
        try:
            total += path.stat().st_size
        except OSError:  # a merge took it away meanwhile
            continue
    return total


SECTIONS: dict[str, Read] = {
    "queue": task_figures.queue,
    "workers": task_figures.workers,
    "schedules": task_figures.schedules,
    "postings": postings,
    "sources": sources,
    "index": index,
    "fields": fields,
}
"""Cheap ones first: what is slow does not keep them from being read in time."""
