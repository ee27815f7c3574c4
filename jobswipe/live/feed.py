"""Reads what happened since a moment: a few indexed look-ups, however many watch.

Nothing is written for it: tasks, runs and notifications have their own moments. What was read is remembered for
OVERLAP, so that the next reading may look back that far and still tell each change once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import Session

from jobswipe import clock
from jobswipe.live.event import OVERLAP, Event
from jobswipe.models import Notification, Source, SourceRun
from jobswipe.models.base import table
from jobswipe.notifications.render import headline
from jobswipe.tasks.ledger import TASKS, state_is

MOST = 500
"""Changes of a kind that one reading tells; where there are more, it tells that some were missed."""
LOOK_BACK = 5_000
"""Rows at the end of a table among which a first reading looks; who was away for long is told no more than these."""

_T, _R, _S, _N = TASKS.c, table(SourceRun).c, table(Source).c, table(Notification).c
_TASK = (_T.id, _T.kind, _T.state, _T.attempts, _T.payload, _T.created_at, _T.started_at, _T.finished_at)
_RUN = (
    _R.id, _R.source_id, _S.kind, _S.board, _R.status, _R.read, _R.stored, _R.unchanged, _R.merged, _R.rejected,
    _R.closed, _R.error, _R.finished_at,
)  # fmt: skip


class Feed:
    """One reader's place. `read` is called again and again, by one thread at a time.

    What is there at the first reading and is older than `since` is not told; what appears later and says that it is
    older was committed late, and is.
    """

    def __init__(self, since: datetime) -> None:
        self._from: datetime | None = since
        self._since = since - OVERLAP
        self._seen: dict[str, datetime] = {}
        self._tasks, self._runs, self._notifications = (_Floor(one.id) for one in (_T, _R, _N))
        self._running: set[int] = set()

    def read(self, session: Session, persons: Collection[int], *, operators: bool, tasks: bool) -> list[Event]:
        """What has happened since the last call, in its order.

        `persons`: who watches their own; `operators`: somebody watches polls; `tasks`: somebody watches tasks.
        """
        now = clock.now()
        since = self._since
        found: list[Event] = []
        if tasks:
            found += self._read_tasks(session, since, now)
        if operators:
            found += self._read_runs(session, since, now)
        if persons:
            found += self._read_notifications(session, since, persons, now)
        fresh = sorted((one for one in found if one.key not in self._seen), key=lambda one: (one.at, one.key))
        self._seen = {key: at for key, at in self._seen.items() if at >= now - 2 * OVERLAP}
        self._seen |= {one.key: max(one.at, now) for one in fresh}
        self._since = max(since, now - OVERLAP)
        begin, self._from = self._from, None
        return [one for one in fresh if begin is None or one.at >= begin]

    def _read_tasks(self, session: Session, since: datetime, now: datetime) -> Iterator[Event]:
        floor = self._tasks.at(session, now)
        made = select(*_TASK).where(_T.id > floor, _T.created_at > since).order_by(_T.id.desc())
        rows = _some(session, made)
        for row in rows:
            yield _task(row, "pending", 0, row.created_at)
        counts = [len(rows)]
        running = _some(session, select(*_TASK).where(state_is("running"), _T.started_at > since))
        for row in running:
            yield _task(row, "running", row.attempts, row.started_at)
        for state in ("done", "dead", "cancelled"):
            ended = select(*_TASK).where(state_is(state), _T.finished_at > since).order_by(_T.finished_at.desc())
            rows = _some(session, ended)
            counts.append(len(rows))
            for row in rows:
                yield _task(row, state, row.attempts, row.finished_at)
        if max(counts) >= MOST:
            yield _missed("task", now)

    def _read_runs(self, session: Session, since: datetime, now: datetime) -> Iterator[Event]:
        """Polls that run, as far as they are, and those that have ended."""
        statement = (
            select(*_RUN)
            .join_from(table(SourceRun), table(Source), _S.id == _R.source_id)
            .where(or_(_R.id > self._runs.at(session, now), _R.id.in_(sorted(self._running))))
            .order_by(_R.id.desc())
        )
        rows = _some(session, statement)
        if len(rows) >= MOST:
            yield _missed("ingest", now)
        self._running = {row.id for row in rows if row.status == "running"}
        for row in rows:
            if row.status == "running" or row.finished_at > since:
                yield _run(row, now)

    def _read_notifications(
        self, session: Session, since: datetime, persons: Collection[int], now: datetime
    ) -> Iterator[Event]:
        statement = (
            select(_N.id, _N.person_id, _N.kind, _N.state, _N.payload, _N.created_at)
            .where(
                _N.id > self._notifications.at(session, now), _N.person_id.in_(sorted(persons)), _N.created_at > since
            )
            .order_by(_N.id.desc())
        )
        rows = _some(session, statement)
        for row in rows:
            yield _notification(row)
        if len(rows) >= MOST:
            yield _missed("notification", now)


class _Floor:
    """The id up to which nothing can appear any more in a table: the highest one of OVERLAP ago."""

    def __init__(self, column: Any) -> None:
        self._column = column
        self._highest: deque[tuple[datetime, int]] = deque()

    def at(self, session: Session, now: datetime) -> int:
        newest: int = session.execute(select(func.coalesce(func.max(self._column), 0))).scalar_one()
        if not self._highest:
            self._highest.append((now - OVERLAP, max(newest - LOOK_BACK, 0)))
        self._highest.append((now, newest))
        while len(self._highest) > 1 and self._highest[1][0] <= now - OVERLAP:
            self._highest.popleft()
        return self._highest[0][1]


def _some(session: Session, statement: Select[Any]) -> list[Any]:
    return list(session.execute(statement.limit(MOST)))


def _task(row: Any, state: str, attempts: int, at: datetime) -> Event:
    owner = row.payload.get("person_id")
    return Event(
        type="task",
        key=f"task:{row.id}:{state}:{int(at.timestamp() * 1000)}",
        at=at,
        person_id=owner if isinstance(owner, int) else None,
        data={"task_id": row.id, "kind": row.kind, "state": state, "attempts": attempts},
    )


def _run(row: Any, now: datetime) -> Event:
    counts = {name: getattr(row, name) for name in ("read", "stored", "unchanged", "merged", "rejected", "closed")}
    return Event(
        type="ingest",
        key=f"ingest:{row.id}:{row.status}:{row.read}",
        at=row.finished_at or now,
        person_id=None,
        data={"run_id": row.id, "source_id": row.source_id, "source": f"{row.kind}:{row.board}", "status": row.status}
        | counts
        | {"error": row.error},
    )


def _notification(row: Any) -> Event:
    data = {"notification_id": row.id, "kind": row.kind, "state": row.state, "about": headline(row.kind, row.payload)}
    known = {name: row.payload.get(name) for name in ("posting_id", "application_id") if name in row.payload}
    match = {name: row.payload.get(name) for name in ("title", "company", "url", "score")}
    is_match = row.kind == "strong_match"
    return Event(
        type="match" if is_match else "notification",
        key=f"notification:{row.id}",
        at=row.created_at,
        person_id=row.person_id,
        data=data | known | (match if is_match else {}),
    )


def _missed(what: str, now: datetime) -> Event:
    """That there was more than can be told: whoever needs it all looks at the list."""
    return Event(type="missed", key=f"missed:{what}:{int(now.timestamp())}", at=now, person_id=None, data={"of": what})
