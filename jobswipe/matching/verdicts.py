"""Verdicts that stand: the log of swipes without what was taken back, and which postings they take out of the deck."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import bindparam, func, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jobswipe.db.straight import Straight
from jobswipe.models import Posting, Swipe
from jobswipe.models.base import table

SKIP_RESTS = 30
"""A skipped card comes back, lower, after this many later verdicts."""
_STANDING = text(
    """
    SELECT s.id, s.posting_id, s.verdict = 'skip' FROM swipe s
    WHERE s.person_id = :person AND s.verdict <> 'undo'
        AND NOT EXISTS (SELECT 1 FROM swipe u WHERE u.undoes_id = s.id)
    ORDER BY s.id
    """
)
_SAME = text(
    """
    SELECT DISTINCT s.posting_id, q.id FROM swipe s
    JOIN posting p ON p.id = s.posting_id
    JOIN posting q ON q.cluster_id = p.cluster_id AND q.id <> p.id
    WHERE s.person_id = :person
    """
)
_POSTING = table(Posting).c
_OTHERS = Straight(
    select(_POSTING.id, _POSTING.shown, _POSTING.state).where(
        _POSTING.cluster_id == bindparam("cluster"), _POSTING.id != bindparam("posting")
    )
)


@dataclass(frozen=True)
class Log:
    """The verdicts that stand, oldest first: ids of swipes, of their postings, and whether each is a skip.

    `same` has the other postings of the same opening, by posting.
    """

    swipes: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    postings: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    skips: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))
    same: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.swipes)

    def with_verdict(self, swipe_id: int, posting_id: int, skip: bool, same: tuple[int, ...]) -> Log:
        return Log(
            np.append(self.swipes, swipe_id),
            np.append(self.postings, posting_id),
            np.append(self.skips, skip),
            self.same | {posting_id: same} if same else self.same,
        )

    def without(self, swipe_id: int) -> Log:
        kept = self.swipes != swipe_id
        return Log(self.swipes[kept], self.postings[kept], self.skips[kept], self.same)

    @cached_property
    def judged(self) -> np.ndarray:
        """Ids of the postings that the deck leaves out, and of those that are the same opening; ascending."""
        last = len(self) - 1
        postings, back = np.unique(self.postings[::-1], return_index=True)
        out = postings[~self.skips[last - back] | (back < SKIP_RESTS)]
        others = [one for posting_id in out.tolist() for one in self.same.get(posting_id, ())] if self.same else []
        return np.unique(np.append(out, others).astype(np.int64)) if others else out


def load(session: Session, person_id: int) -> Log:
    """A person's log as stored."""
    session.flush()
    rows = session.connection().execute(_STANDING, {"person": person_id}).all()
    if not rows:
        return Log()
    same: dict[int, tuple[int, ...]] = {}
    for posting_id, other in session.connection().execute(_SAME, {"person": person_id}):
        same[posting_id] = (*same.get(posting_id, ()), other)
    swipes, postings, skips = zip(*rows, strict=True)
    return Log(np.array(swipes, np.int64), np.array(postings, np.int64), np.array(skips, bool), same)


def standing(session: Session, person_id: int) -> list[Swipe]:
    """Swipes that were not taken back, oldest first, without the undo rows."""
    return list(session.exec(select(Swipe).where(*_stands(person_id)).order_by(col(Swipe.id))))


def count(session: Session, person_id: int) -> int:
    """How many swipes stand."""
    return session.exec(select(func.count()).select_from(Swipe).where(*_stands(person_id))).one()


def _stands(person_id: int) -> tuple[Any, ...]:
    undo = aliased(Swipe)
    return (
        Swipe.person_id == person_id,
        Swipe.verdict != "undo",
        ~select(undo.id).where(undo.undoes_id == Swipe.id).exists(),
    )


def same_opening(session: Session, posting_id: int, shown: bool, cluster_id: int | None) -> tuple[int, tuple[int, ...]]:
    """The posting that stands for this one's opening in the deck, and the others of the same opening."""
    if cluster_id is None:
        return posting_id, ()
    rows = _OTHERS.rows(session, {"cluster": cluster_id, "posting": posting_id})
    others = [(id_, shows and state == "open") for id_, shows, state in rows]
    instead = posting_id if shown else next((id_ for id_, stands in others if stands), posting_id)
    return instead, tuple(id_ for id_, _ in others)


def judged(session: Session, person_id: int) -> np.ndarray:
    """Ids of the postings that the deck leaves out, and of those that are the same opening."""
    return load(session, person_id).judged
