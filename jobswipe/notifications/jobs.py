"""What the worker does for notifications, and when: look, remind, gather, send, forget. Each a thin call.

Handlers import what they need when they run: who only enqueues must not load the matcher.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from jobswipe import clock
from jobswipe.tasks.kinds import task
from jobswipe.tasks.schedule import scheduled

if TYPE_CHECKING:
    from jobswipe.tasks.context import TaskContext


@scheduled("matches", cron="*/10 * * * *", kind="notify.matches")
@task("notify.matches", attempts=3, concurrency=1)
def notify_matches(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Write the strong matches among new postings into the outbox."""
    from jobswipe.notifications import matches

    matches.find(context.database, context.settings, clock.now())


@scheduled("reminders", cron="*/5 * * * *", kind="notify.reminders")
@task("notify.reminders", attempts=3, concurrency=1)
def notify_reminders(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Write the reminders that are due into the outbox."""
    from jobswipe.notifications import reminders

    with context.commit() as session:
        reminders.tell_due(session, clock.now())


@scheduled("digest", cron="*/5 * * * *", kind="notify.digest")
@task("notify.digest", attempts=3, concurrency=1)
def notify_digest(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Make the digests whose time of day has come."""
    from jobswipe.notifications import digest

    digest.gather(context.database, context.settings, clock.now())


@scheduled("notify", cron="* * * * *", kind="notify.deliver")
@task("notify.deliver", attempts=3, concurrency=1)
def notify_deliver(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Send what is due. A row that could not be sent has its own next try: the task is done all the same."""
    from jobswipe.notifications.deliver import deliver_due
    from jobswipe.observability.logs import logger

    counts = deliver_due(
        context.database,
        context.settings,
        clock.now(),
        beat=context.heartbeat,
        stopping=lambda: context.stopping,
    )
    if counts.failed or counts.dead:
        logger("notify").warning("not_delivered", failed=counts.failed, dead=counts.dead, sent=counts.sent)


@scheduled("forget", cron="50 3 * * *", kind="notify.forget")
@task("notify.forget", attempts=3, concurrency=1)
def notify_forget(context: TaskContext, _payload: dict[str, Any]) -> None:
    """Forget notifications that were settled long ago."""
    from jobswipe.notifications import outbox

    with context.commit() as session:
        outbox.prune(session, clock.now() - timedelta(days=context.settings.notify.keep_days))
