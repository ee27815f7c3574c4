"""What the ledger knows, for a scrape: what waits and how long, which workers live, when each schedule succeeded."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from prometheus_client.core import GaugeMetricFamily, Metric
from sqlmodel import Session

from jobswipe import clock
from jobswipe.models import WorkerBeat
from jobswipe.observability.measure import MAX_VALUES, OTHER
from jobswipe.settings import Settings
from jobswipe.tasks import ledger, schedule


def alive(beats: list[WorkerBeat], settings: Settings) -> list[WorkerBeat]:
    """The workers whose last heartbeat is not older than three of its intervals, or fifteen seconds."""
    longest = timedelta(seconds=max(3 * settings.worker.beat, 15))
    now = clock.now()
    return [one for one in beats if now - one.beat_at <= longest]


def age_of_oldest(depth: list[ledger.Depth]) -> float:
    """Seconds that the longest waiting task could have run already; 0 where none waits."""
    due = [one.oldest_due for one in depth if one.oldest_due is not None]
    return max((clock.now() - min(due)).total_seconds(), 0.0) if due else 0.0


def queue(session: Session, _settings: Settings) -> list[Metric]:
    found = GaugeMetricFamily(
        "jobswipe_queue_tasks",
        "Tasks in the ledger by kind and state: pending, queued, running or dead.",
        labels=["kind", "state"],
    )
    depth = ledger.depth(session)
    # Any number of kinds may be in the ledger, those of packages that are gone too.
    sizes = Counter({one.kind: 0 for one in depth})
    for one in depth:
        sizes[one.kind] += one.count
    shown = {kind for kind, _ in sizes.most_common(MAX_VALUES)}
    counts: Counter[tuple[str, str]] = Counter()
    for one in depth:
        counts[one.kind if one.kind in shown else OTHER, one.state] += one.count
    for key, count in sorted(counts.items()):
        found.add_metric(key, count)
    oldest = GaugeMetricFamily(
        "jobswipe_queue_oldest_age_seconds",
        "How long the longest waiting task could have run already.",
        age_of_oldest(depth),
    )
    depths = GaugeMetricFamily(
        "jobswipe_queue_depth",
        "Tasks that wait for a worker, those for later too.",
        sum(one.count for one in depth if one.state in ("pending", "queued")),
    )
    return [found, depths, oldest]


def workers(session: Session, settings: Settings) -> list[Metric]:
    found = ledger.beats(session)
    living = alive(found, settings)
    return [
        GaugeMetricFamily("jobswipe_workers", "Worker processes with a recent heartbeat.", len(living)),
        GaugeMetricFamily("jobswipe_workers_stale", "Workers that ended without a word.", len(found) - len(living)),
    ]


def schedules(session: Session, _settings: Settings) -> list[Metric]:
    success = GaugeMetricFamily(
        "jobswipe_schedule_last_success_timestamp_seconds",
        "When an entry of the schedule last came to its end; 0 for never.",
        labels=["schedule"],
    )
    stale = GaugeMetricFamily(
        "jobswipe_schedule_overdue", "1 where twice its period has passed since then.", labels=["schedule"]
    )
    for one in schedule.freshness(session)[:MAX_VALUES]:
        success.add_metric([one.name], one.last_success_at.timestamp() if one.last_success_at else 0.0)
        stale.add_metric([one.name], float(one.stale))
    return [success, stale]
