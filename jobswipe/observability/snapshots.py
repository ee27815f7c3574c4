"""Figures of the store at one moment, kept so that people can look back: a few numbers, none about a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from jobswipe.db.insert import insert_missing
from jobswipe.models import (
    NOTIFICATION_STATES,
    STAGES,
    Application,
    MetricSnapshot,
    Notification,
    Posting,
    Source,
    Swipe,
    TaskRun,
)
from jobswipe.models.base import table
from jobswipe.models.tasks import TASK_STATES
from jobswipe.notifications.events import BROKEN_AFTER
from jobswipe.observability import index_lag
from jobswipe.observability.task_figures import age_of_oldest, alive
from jobswipe.settings import Settings
from jobswipe.tasks import ledger

VERDICTS = ("like", "save", "dislike", "skip", "undo")
_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


class Figure(NamedTuple):
    """`label` is empty where there is one value only."""

    figure: str
    label: str
    value: float


def take(session: Session, settings: Settings, at: datetime) -> int:
    """Store the present figures under the moment `at`; answers how many. Those that are there already stay."""
    rows = [{"at": at, **one._asdict()} for one in figures(session, settings)]
    insert_missing(session, table(MetricSnapshot), rows, ["at", "figure", "label"])
    return len(rows)


def figures(session: Session, settings: Settings) -> Iterator[Figure]:
    """The present figures. The index's lag is that of this machine."""
    yield from _counted(session, "postings", Posting.state, ("open", "closed"))
    shown = select(func.count()).where(Posting.state == "open", col(Posting.shown).is_(True))
    yield Figure("openings", "", session.exec(shown).one())
    yield from _sources(session)
    yield from _counted(session, "swipes", Swipe.verdict, VERDICTS)
    yield from _counted(session, "applications", Application.stage, STAGES)
    yield from _counted(session, "notifications", Notification.state, NOTIFICATION_STATES)
    yield from _counted(session, "tasks", TaskRun.state, TASK_STATES)
    depth = ledger.depth(session)
    waiting = sum(one.count for one in depth if one.state in ("pending", "queued"))
    yield Figure("queue_depth", "", waiting)
    yield Figure("queue_oldest_age_seconds", "", age_of_oldest(depth))
    yield Figure("workers", "", len(alive(ledger.beats(session), settings)))
    yield Figure("index_lag_changes", "", index_lag.lag(session, settings.index_dir))
    size = session.connection().execute(text(_SIZE[session.get_bind().dialect.name])).scalar_one()
    yield Figure("database_bytes", "", size)


def _counted(session: Session, figure: str, column: Any, labels: tuple[str, ...]) -> Iterator[Figure]:
    """Rows by a column's value: every value that there may be, those of no row too."""
    counts: dict[str, int] = dict(session.exec(select(column, func.count()).group_by(column)).all())
    for label in labels:
        yield Figure(figure, label, counts.get(label, 0))


def _sources(session: Session) -> Iterator[Figure]:
    polled = session.exec(select(Source.state, Source.failures).where(col(Source.polled).is_(True))).all()
    active = [failures for state, failures in polled if state == "active"]
    broken = sum(failures >= BROKEN_AFTER for failures in active)
    yield Figure("sources", "healthy", len(active) - broken)
    yield Figure("sources", "broken", broken)
    yield Figure("sources", "paused", sum(state == "paused" for state, _ in polled))
