"""Warm records: what is kept of each person between requests, so that the next one computes little.

A record says of what state it was made, and every request compares that with the store's watermarks (`look`): a record
is used when it is of this very state, whichever process has changed it. A transaction's own records are its own until
it commits. The least recently used records go when all together are larger than the bound.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from jobswipe.db.straight import connection_of
from jobswipe.matching.candidate import Candidate
from jobswipe.matching.learn import Model
from jobswipe.matching.shortlist import Shortlist
from jobswipe.matching.verdicts import Log

_PENDING = "jobswipe_warm"
_CARD, _REST = 2_500, 8_000
"""Bytes that a card and all else of a record take, as measured on resumes of two pages."""


@dataclass(frozen=True)
class Warm:
    """`person_key`, `log_key`, `list_key` and `cards_key` name the states that the fields after them were made of."""

    person_key: tuple[Any, ...]
    who: Candidate
    log_key: tuple[Any, ...]
    log: Log
    model: Model
    list_key: tuple[Any, ...] = ()
    shortlist: Shortlist | None = None
    cards_key: tuple[Any, ...] = ()
    cards: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """About how much memory the record takes."""
        own = len(self.who.text) + 400 * len(self.who.skills) + 17 * len(self.log)
        cards = _CARD * sum(len(cards) for cards in self.cards.values())
        return _REST + own + self.model.nbytes + cards + (self.shortlist.nbytes if self.shortlist else 0)


class Records:
    """Records by person, `bound` bytes at most (the last one is kept in any case). Threads may share one."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.size = 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, tuple[Warm, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, session: Session, person_id: int) -> Warm | None:
        pending = session.info.get(_PENDING)
        if pending is not None and (self, person_id) in pending:
            found: Warm = pending[self, person_id]
            return found
        with self._lock:
            kept = self._kept.get(person_id)
            if kept is None:
                return None
            self._kept.move_to_end(person_id)
            return kept[0]

    def put(self, session: Session, person_id: int, warm: Warm) -> None:
        """Keep a record; one that a writing transaction made becomes everybody's when it commits."""
        if connection_of(session).get_execution_options().get("jobswipe_write", True):
            session.info.setdefault(_PENDING, {})[self, person_id] = warm
        else:
            self.keep(person_id, warm)

    def keep(self, person_id: int, warm: Warm) -> None:
        size = warm.nbytes
        with self._lock:
            before = self._kept.pop(person_id, None)
            self.size += size - (before[1] if before else 0)
            self._kept[person_id] = (warm, size)
            while self.size > self.bound and len(self._kept) > 1:
                self.size -= self._kept.popitem(last=False)[1][1]


@event.listens_for(Session, "after_commit")
def _committed(session: Session) -> None:
    if not session.in_nested_transaction():
        for (records, person_id), warm in session.info.pop(_PENDING, {}).items():
            records.keep(person_id, warm)


@event.listens_for(Session, "after_soft_rollback")
def _rolled_back(session: Session, _previous: Any) -> None:
    session.info.pop(_PENDING, None)
