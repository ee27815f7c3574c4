"""Verdicts that stand: the log of swipes without what was taken back, and which postings they take out of the deck."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jobswipe.models import Posting, Swipe

SKIP_RESTS = 30
"""A skipped card comes back, lower, after this many later verdicts."""


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


def judged(session: Session, person_id: int) -> np.ndarray:
    """Ids of the postings that the deck leaves out, and of those that are the same opening."""
    # Two columns of each: whole rows, with the parts that their cards showed, took most of a deal's time.
    swipes = session.exec(
        select(Swipe.posting_id, Swipe.verdict).where(*_stands(person_id)).order_by(col(Swipe.id))
    ).all()
    latest = {posting_id: (at, verdict) for at, (posting_id, verdict) in enumerate(swipes)}
    ids = [
        posting_id
        for posting_id, (at, verdict) in latest.items()
        if verdict != "skip" or at >= len(swipes) - SKIP_RESTS
    ]
    if not ids:
        return np.zeros(0, np.int64)
    same = list(ids)
    for start in range(0, len(ids), 500):
        clusters = select(Posting.cluster_id).where(col(Posting.id).in_(ids[start : start + 500]))
        found = session.exec(select(Posting.id).where(col(Posting.cluster_id).in_(clusters)))
        same += [id_ for id_ in found if id_ is not None]
    return np.unique(np.array(same, np.int64))
