"""The checks of the worker's side: queue, heartbeat, schedule, Ollama. Importing it registers them."""

from __future__ import annotations

from jobswipe.observability.checks import require_file
from jobswipe.observability.health import Finding, Subject, register
from jobswipe.observability.slo import TASK_START_SECONDS
from jobswipe.observability.task_figures import age_of_oldest, alive
from jobswipe.tasks import ledger, schedule
from jobswipe.tasks.queue import Queue


def queue(subject: Subject) -> Finding:
    """Whether the queue answers, and whether tasks wait longer than they may. Without it work is kept in the ledger."""
    require_file(subject.database)
    found = Queue(subject.settings.queue_url)
    try:
        found.size()
    finally:
        found.close()
    with subject.database.read() as session:
        depth = ledger.depth(session)
    waiting = sum(one.count for one in depth if one.state in ("pending", "queued"))
    age = age_of_oldest(depth)
    if age > TASK_START_SECONDS:
        return Finding(
            status="warn",
            value=waiting,
            unit="tasks",
            output=f"A task waits for {age:.0f} s: start 'jobswipe worker', or more of them.",
        )
    return Finding(value=waiting, unit="tasks")


def worker(subject: Subject) -> Finding:
    """Whether a worker lives, where one is needed: while nothing is due, none has to."""
    require_file(subject.database)
    with subject.database.read() as session:
        beats = ledger.beats(session)
        age = age_of_oldest(ledger.depth(session))
    living = alive(beats, subject.settings)
    if living:
        return Finding(value=len(living), unit="workers")
    if age > TASK_START_SECONDS:
        return Finding(
            status="fail", value=0, unit="workers", output="Tasks wait, and no worker runs: start 'jobswipe worker'."
        )
    if beats:
        return Finding(
            status="warn",
            value=0,
            unit="workers",
            output=f"Worker {beats[0].worker} ended without a word ({beats[0].beat_at:%Y-%m-%d %H:%M} UTC): start it.",
        )
    return Finding(value=0, unit="workers")


def freshness(subject: Subject) -> Finding:
    """Whether each entry of the schedule came to its end within twice its period."""
    require_file(subject.database)
    with subject.database.read() as session:
        found = schedule.freshness(session)
    late = [one.name for one in found if one.stale]
    if late:
        return Finding(
            status="warn",
            value=len(late),
            unit="overdue",
            output=f"The schedule's {', '.join(late)} did not succeed in time: 'jobswipe task list' shows why.",
        )
    return Finding(value=len(found), unit="entries")


def ollama(subject: Subject) -> Finding:
    """Whether the server that writes drafts answers and has the model; without it drafts are templates."""
    from jobswipe.drafts.ollama import ollama_status

    status, version, said = ollama_status(subject.settings.ollama)
    return Finding(status=status, version=version, output=said if status == "warn" or version is None else None)


register("queue", queue)
register("worker", worker)
register("schedule", freshness, required=False)
register("ollama", ollama, required=False)
