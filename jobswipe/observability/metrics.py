"""Every metric that the processes of a service count themselves. What the store knows is in `store_figures`.

Prefix `jobswipe_`, base units, `_total` on counters; bucket edges stand on the thresholds of `slo`. The rooms do not
touch these objects: they tell `jobswipe.observability.measure`, which is free until `start` or `join` is called.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any, get_args

from prometheus_client import Counter, Gauge, Histogram, values

from jobswipe.observability import measure
from jobswipe.observability.processes import ENVIRONMENT, Group, sweep
from jobswipe.observability.slo import DECK_SECONDS, TASK_START_SECONDS

QUICK = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, DECK_SECONDS, 0.5, 1.0, 2.5, 10.0)
"""Seconds; for queries, requests and what a person waits for."""
LONG = (0.05, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
"""Seconds; for tasks and runs."""
DELAY = (0.1, 0.5, 1.0, 5.0, 15.0, TASK_START_SECONDS, 300.0, 3600.0)
"""Seconds between the moment when a task could start and the moment when it did."""


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"jobswipe_{name}", meaning, labels, registry=None)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    # Of living processes, added up: each shows its own share.
    return Gauge(f"jobswipe_{name}", meaning, labels, registry=None, multiprocess_mode="livesum")


def _histogram(name: str, meaning: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(f"jobswipe_{name}", meaning, labels, registry=None, buckets=buckets)


class Metrics:
    """One process's metrics; the files that they live in are added up by the server of the metrics."""

    def __init__(self) -> None:
        self.requests = _counter(
            "http_requests_total", "Requests served, by route template and status.", "method", "route", "status"
        )
        self.request_seconds = _histogram(
            "http_request_duration_seconds", "Time to serve a request.", QUICK, "method", "route"
        )
        self.requests_running = _gauge("http_requests_in_progress", "Requests that are being served.")
        self.limited = _counter("http_requests_limited_total", "Requests refused by a rate limit.", "limit_class")
        self.limit_store_failures = _counter(
            "limit_store_failures_total", "Requests that the store of the rate limits did not count.", "limit_class"
        )

        self.tasks = _counter("tasks_total", "Claimed tasks by what became of them.", "kind", "state")
        self.task_seconds = _histogram(
            "task_duration_seconds", "Time of one attempt at a task: done or failed.", LONG, "kind", "outcome"
        )
        self.task_delay = _histogram(
            "task_start_delay_seconds", "Time from when a task could start to when it did.", DELAY, "kind"
        )
        self.tasks_running = _gauge("tasks_in_progress", "Tasks that are being run.", "kind")

        self.ingest_runs = _counter("ingest_runs_total", "Runs of sources by how they ended.", "kind", "status")
        self.ingest_read = _counter("ingest_records_read_total", "Records that boards listed.", "kind")
        self.ingest_records = _counter(
            "ingest_records_total",
            "Records by what became of them; stored, unchanged, merged and rejected add up to those read.",
            "kind",
            "outcome",
        )
        self.ingest_seconds = _histogram("ingest_duration_seconds", "Time of a run of a source.", LONG, "kind")
        self.ingest_zero = _counter("ingest_zero_results_total", "Complete runs that listed nothing.", "kind")
        self.understood = _counter("ingest_postings_understood_total", "Postings that were read anew.", "kind")
        self.filled = _counter(
            "ingest_fields_filled_total", "Of those, the ones that say a field; the rate is its fill rate.",
            "kind", "field",
        )  # fmt: skip
        self.outbound_seconds = _histogram(
            "outbound_request_duration_seconds", "Time of a request to the outside, with its redirects.", QUICK,
            "outcome",
        )  # fmt: skip

        self.operations = {
            "match": _histogram("match_duration_seconds", "Time to rank the open postings for a person.", QUICK),
            "deck": _histogram("deck_duration_seconds", "Time to deal the next cards.", QUICK),
            "swipe": _histogram("swipe_duration_seconds", "Time to record a verdict and learn from it.", QUICK),
            "learn": _histogram("learn_duration_seconds", "Time to fit the model to a verdict.", QUICK),
            "resume": _histogram("resume_read_duration_seconds", "Time to read a resume file.", QUICK),
            "index": _histogram("index_refresh_duration_seconds", "Time to bring the index up to date.", QUICK),
            "draft": _histogram("draft_duration_seconds", "Time to write a draft.", LONG),
        }
        assert set(self.operations) == set(get_args(measure.Operation))  # noqa: S101 - a slip of the table above
        self.swipes = _counter("swipes_total", "Verdicts.", "verdict")
        self.resumes = _counter("resumes_read_total", "Resume files by kind and outcome.", "format", "outcome")
        self.notifications = _counter(
            "notifications_total", "Notifications by kind of channel and outcome.", "channel", "outcome"
        )

        self.query_seconds = _histogram(
            "database_query_duration_seconds", "Time of a statement, by its first word.", QUICK, "statement"
        )
        self.pool_timeouts = _counter(
            "database_pool_timeouts_total", "Times that no connection of the pool became free in time."
        )
        self.connections = _gauge("database_connections_in_use", "Connections that are taken from the pool.")

        # What each request asks for many times: the labels are looked up once.
        self.served = cache(self.requests.labels)
        self.served_in = cache(self.request_seconds.labels)
        self.queries = cache(self.query_seconds.labels)


_own = os.getpid()


def _pid() -> int:
    """The number of this process: it is asked for at each count, and the system's answer costs more than the count."""
    return _own


def _forked() -> None:
    global _own
    _own = os.getpid()


os.register_at_fork(after_in_child=_forked)


class Meter:
    """The metrics of this process, and the group that it counts in."""

    def __init__(self, group: Group) -> None:
        self.group = group
        os.environ[ENVIRONMENT] = str(group.directory)
        # prometheus-client decides at its import whether several processes count together. We may come later.
        self._values: Any = values.MultiProcessValue(_pid)
        values.ValueClass = self._values
        self.metrics = Metrics()
        measure.install(self.metrics)

    def stop(self) -> None:
        """Stop measuring in this process; what it counted stays in the group's files."""
        measure.install(None)
        values.ValueClass = values.MutexValue
        self._values.close_all_files()
        if os.environ.get(ENVIRONMENT) == str(self.group.directory):
            del os.environ[ENVIRONMENT]
        self.group.leave()
        sweep(self.group.directory.parent)


def start(base: Path) -> Meter:
    """Begin to measure: this process is the first of its service. `base` is the directory of all groups."""
    from jobswipe.observability import engines

    meter = Meter(Group.begin(base))
    engines.measured()
    return meter


def join() -> Meter | None:
    """Measure along with the process that started this one, where that one measures."""
    from jobswipe.observability import engines

    directory = os.environ.get(ENVIRONMENT)
    if not directory or not Path(directory).is_dir():
        return None
    meter = Meter(Group(Path(directory)))
    engines.measured()
    return meter
