"""The relay: from the ledger to the queue what is due, and back into the ledger what was lost on the way.

It keeps a window of ids in the queue; the rest waits in the ledger, where priorities, limits and lanes are looked at
each turn. Each limit holds exactly: one relay at a time counts what is queued or running and hands over what fits.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, update
from sqlmodel import Session

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import QueueError
from jobswipe.settings import QueueSettings
from jobswipe.tasks import kinds, ledger
from jobswipe.tasks.ledger import TASKS, state_is
from jobswipe.tasks.queue import Queue, queue_name

BATCH = 500
"""Ids that one transaction hands over at most."""
ALIVE = timedelta(minutes=5)
"""A worker whose last beat is older serves its queue no more."""
EMPTY_AFTER = timedelta(seconds=2)
"""An id that is in the ledger's window for so long, while the queue is empty, was lost."""
JUMP = timedelta(seconds=60)
"""A row that was changed later than now by more than this tells that the clock was set back."""
_PAGES = 20
_ONE_RELAY = text("SELECT pg_try_advisory_xact_lock(7204118)")

_C = TASKS.c


class Due(NamedTuple):
    id: int
    kind: str
    rank: int
    lane: str | None


class Relay:
    """Hands over the tasks of `only` (None: of all kinds, unknown ones too) to one queue."""

    def __init__(
        self, database: Database, queue: Queue, settings: QueueSettings, only: Sequence[str] | None = None
    ) -> None:
        self.database, self.queue, self.settings = database, queue, settings
        self.only = tuple(only) if only else None
        self._lead: float | None = None

    def turn(self) -> int:
        """Hand over what is due and fits; answers how many. Raises QueueError: then all of it waits in the ledger."""
        with self.database.read() as session:
            highest = session.execute(select(_C.rank).where(*self._due()).order_by(_C.rank).limit(1)).scalar()
        if highest is None:
            return 0
        self.queue.size()  # a queue that is down must not leave rows that say they are in it
        with self.database.write() as session:
            if self.database.dialect == "postgresql" and not session.execute(_ONE_RELAY).scalar():
                return 0  # another worker's relay is at it
            batch = self._choose(session, highest)
            if batch:
                session.execute(
                    update(TASKS)
                    .where(_C.id.in_([one.id for one in batch]), state_is("pending"))
                    .values(state="queued", worker=self.queue.name, changed_at=clock.now())
                )
        try:
            self.queue.put([(one.id, -one.rank) for one in batch])
        except QueueError:
            with self.database.write() as session:
                ledger.unqueue(session, [one.id for one in batch])
            raise
        return len(batch)

    def _due(self) -> tuple[Any, ...]:
        mine = (_C.kind.in_(self.only),) if self.only else ()
        return (state_is("pending"), _C.run_at <= clock.now(), *mine)

    def _choose(self, session: Session, highest: int) -> list[Due]:
        counts: Counter[str] = Counter()
        queued: Counter[int] = Counter()
        by_rank = select(_C.kind, _C.state, _C.rank, func.count()).group_by(_C.kind, _C.state, _C.rank)
        for kind, state, rank, count in session.execute(by_rank.where(state_is("queued", "running"))):
            counts[kind] += count
            queued[rank] += count if state == "queued" else 0

        def room(rank: int) -> int:
            # A window full of what goes later does not keep out what goes first.
            return self.settings.window - sum(count for other, count in queued.items() if other <= rank)

        rooms = {one.name: one.concurrency - counts[one.name] for one in kinds.everything() if one.concurrency}
        lanes = set(
            session.execute(select(_C.lane).where(state_is("queued", "running"), _C.lane.is_not(None))).scalars()
        )
        most = min(BATCH, room(highest))
        chosen: list[Due] = []
        # A page may hold work of full kinds and lanes only: what is behind it must not wait for them.
        for _ in range(_PAGES):
            if most <= len(chosen):
                break
            full = [name for name, left in rooms.items() if left <= 0]
            page = self._page(session, most - len(chosen), full, lanes, [one.id for one in chosen])
            before = len(chosen)
            for one in page:
                if len(chosen) >= room(one.rank):
                    return chosen  # what follows goes later still
                if rooms.get(one.kind, 1) > 0 and one.lane not in lanes:
                    chosen.append(one)
                    if one.kind in rooms:
                        rooms[one.kind] -= 1
                    if one.lane is not None:
                        lanes.add(one.lane)
            if len(page) == len(chosen) - before:  # nothing was passed over: this is all there is, or has room
                break
        return chosen

    def _page(self, session: Session, count: int, full: list[str], lanes: set[str], chosen: list[int]) -> list[Due]:
        conditions = list(self._due())
        if full:
            conditions.append(_C.kind.not_in(full))
        if lanes:
            conditions.append(_C.lane.is_(None) | _C.lane.not_in(lanes))
        if chosen:
            conditions.append(_C.id.not_in(chosen))
        rows = session.execute(
            select(_C.id, _C.kind, _C.rank, _C.lane).where(*conditions).order_by(_C.rank, _C.run_at, _C.id).limit(count)
        )
        return [Due(*row) for row in rows]

    def mend(self) -> list[tuple[int, str]]:
        """Take back what was lost: expired leases, ids that never arrived, times of a clock that was set back.

        Answers (id, new state) of the tasks whose attempt was lost. Raises QueueError when the queue is down; the
        leases are seen to all the same.
        """
        with self.database.write() as session:
            if self._clock_jumped():
                mend_clock(session)
            ended = ledger.return_expired(session, self.settings)
        self._hand_again()
        return ended

    def _clock_jumped(self) -> bool:
        """Whether the clock was set back since the last look; at the first look it may have been before."""
        lead = clock.now().timestamp() - time.monotonic()
        before, self._lead = self._lead, lead
        return before is None or lead < before - JUMP.total_seconds()

    def _hand_again(self) -> None:
        """Ids that were lost on the way go back into the ledger, and with the next turn into the queue.

        Waiting long is not being lost: only when the queue holds fewer messages than the ledger says are any missing.
        """
        now = clock.now()
        size = self.queue.size()
        mine = (state_is("queued"), _C.worker == self.queue.name)
        with self.database.read() as session:
            said = session.execute(select(func.count()).where(*mine)).scalar_one()
            strays = session.execute(
                select(_C.worker).where(state_is("queued"), _C.worker != self.queue.name).distinct()
            )
            names = set(strays.scalars())
            fresh = now - ALIVE
            names -= {queue_name(one.kinds) for one in ledger.beats(session) if one.beat_at > fresh} if names else set()
        if said <= size and not names:
            return
        since = now - (EMPTY_AFTER if size == 0 else timedelta(seconds=self.settings.lost))
        with self.database.write() as session:
            back = update(TASKS).values(state="pending", worker=None, changed_at=now)
            if said > size:
                session.execute(back.where(*mine, _C.changed_at < since))
            if names:  # queues of workers that are gone
                session.execute(back.where(state_is("queued"), _C.worker.in_(names), _C.changed_at < now - ALIVE))


def mend_clock(session: Session) -> None:
    """Move what a clock ahead of this one wrote: work must not wait until the clock is there again.

    A task's explicit `run_at` stays what it is; a retry's pause is cut short.
    """
    now = clock.now()
    ahead = _C.changed_at > now + JUMP
    session.execute(
        update(TASKS)
        .where(state_is("pending"), ahead, (_C.run_at <= _C.changed_at) | (_C.attempts > 0))
        .values(run_at=now, changed_at=now)
    )
    session.execute(update(TASKS).where(state_is("queued"), ahead).values(changed_at=now))
    for row in session.execute(select(_C.id, _C.kind).where(state_is("running"), ahead)).all():
        session.execute(
            update(TASKS)
            .where(_C.id == row.id, state_is("running"), ahead)
            .values(changed_at=now, lease_until=now + timedelta(seconds=ledger.lease_of(row.kind)))
        )
