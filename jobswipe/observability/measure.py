"""What the rooms tell the meter. Free until a server or worker starts it: a single command measures nothing.

Labels are bounded here: a label takes a fixed number of values, and whatever comes later counts as "other".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from jobswipe.observability.metrics import Metrics

Operation = Literal["match", "deck", "swipe", "learn", "resume", "index", "draft"]

MAX_VALUES = 100
"""Values that a label takes in one process."""
OTHER = "other"

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FIELDS = (
    "company", "apply_url", "places", "workplace", "employment_type", "seniority", "salary", "skills",
    "description_text", "language", "posted_at",
)  # fmt: skip
"""Fields of a posting whose filling is watched; what an employer may leave out has a rate, too."""

FORMS = frozenset({"pdf", "docx", "txt", "md", "json", "yaml", "yml"})

_metrics: Metrics | None = None


class Values:
    """The values that a label has taken so far."""

    def __init__(self, most: int = MAX_VALUES) -> None:
        self.most = most
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        if value in self._seen:
            return value
        if len(self._seen) >= self.most:
            return OTHER
        self._seen.add(value)
        return value


_routes, _task_kinds, _source_kinds, _channels = Values(200), Values(), Values(), Values()


def install(metrics: Metrics | None) -> None:
    global _metrics
    _metrics = metrics


def active() -> bool:
    return _metrics is not None


def request(method: str, route: str, status: int, seconds: float) -> None:
    """A served HTTP request. `route` is the template ("/postings/{id}"), never the path as it came."""
    if _metrics is not None:
        method, route = method if method in METHODS else OTHER, _routes(route)
        _metrics.served(method, route, str(status) if 100 <= status < 600 else OTHER).inc()
        _metrics.served_in(method, route).observe(seconds)


def request_running(change: int) -> None:
    if _metrics is not None:
        _metrics.requests_running.inc(change)


def limited(limit_class: str) -> None:
    """A request was refused because its client or user had made too many."""
    if _metrics is not None:
        _metrics.limited.labels(limit_class).inc()


def limit_store_failed(limit_class: str) -> None:
    """A request could not be counted: it was let through, or refused where the class is "auth"."""
    if _metrics is not None:
        _metrics.limit_store_failures.labels(limit_class).inc()


def task_attempt(kind: str, outcome: str, seconds: float) -> None:
    """An attempt at a task that ended: outcome done or failed."""
    if _metrics is not None:
        _metrics.task_seconds.labels(_task_kinds(kind), outcome).observe(seconds)


def task_running(kind: str, change: int) -> None:
    if _metrics is not None:
        _metrics.tasks_running.labels(_task_kinds(kind)).inc(change)


def task_started(kind: str, delay: float) -> None:
    """A task was claimed `delay` seconds after it could have been. A clock that was set back gives 0."""
    if _metrics is not None:
        _metrics.task_delay.labels(_task_kinds(kind)).observe(max(delay, 0.0))


def task_state(kind: str, state: str) -> None:
    """What became of a claimed task: done, retry, dead, cancelled, given_back or lease_lost."""
    if _metrics is not None:
        _metrics.tasks.labels(_task_kinds(kind), state).inc()


def ingest_run(kind: str, status: str, counts: Mapping[str, int], seconds: float) -> None:
    """A run of a source ended. `counts` are its records by what became of them, with `read` and `closed`."""
    if _metrics is None:
        return
    kind = _source_kinds(kind)
    _metrics.ingest_runs.labels(kind, status).inc()
    _metrics.ingest_seconds.labels(kind).observe(max(seconds, 0.0))
    for outcome, count in counts.items():
        if outcome == "read":
            _metrics.ingest_read.labels(kind).inc(count)
            if status == "complete" and not count:
                _metrics.ingest_zero.labels(kind).inc()
        else:
            _metrics.ingest_records.labels(kind, outcome).inc(count)


def understood(kind: str, postings: Iterable[Any]) -> None:
    """Postings that were read anew: which of their fields have a value."""
    if _metrics is None:
        return
    kind = _source_kinds(kind)
    total, filled = 0, dict.fromkeys(FIELDS, 0)
    for one in postings:
        total += 1
        for name in FIELDS:
            if getattr(one, name, None):
                filled[name] += 1
    if total:
        _metrics.understood.labels(kind).inc(total)
        for name, count in filled.items():
            _metrics.filled.labels(kind, name).inc(count)


def outbound(outcome: str, seconds: float) -> None:
    """A request to the outside: outcome is a status class ("2xx") or refused, limit, failed."""
    if _metrics is not None:
        _metrics.outbound_seconds.labels(outcome).observe(seconds)


def operation(name: Operation, seconds: float) -> None:
    if _metrics is not None:
        _metrics.operations[name].observe(seconds)


def swipe(verdict: str) -> None:
    if _metrics is not None:
        _metrics.swipes.labels(verdict).inc()


def form(filename: str) -> str:
    """What kind of file a resume is by its name; anything unusual is "other": a name may be a person's."""
    ending = filename.rpartition(".")[2].lower()
    return ending if ending in FORMS else OTHER


def resume(kind: str, outcome: str) -> None:
    """A resume file of a `form` was read (done) or refused (failed)."""
    if _metrics is not None:
        _metrics.resumes.labels(kind, outcome).inc()


def notification(channel: str, outcome: str) -> None:
    """A notification through a kind of channel (mailto, ntfy, ...): sent, refused or failed."""
    if _metrics is not None:
        _metrics.notifications.labels(_channels(channel), outcome).inc()


def query(statement: str, seconds: float) -> None:
    if _metrics is not None:
        _metrics.queries(statement).observe(seconds)


def connection(change: int) -> None:
    """A connection was taken from the database's pool (1) or given back (-1)."""
    if _metrics is not None:
        _metrics.connections.inc(change)


def pool_timeout() -> None:
    """No connection of the pool became free in time."""
    if _metrics is not None:
        _metrics.pool_timeouts.inc()
