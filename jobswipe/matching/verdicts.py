"""Verdicts that stand: the log of swipes without what was taken back, and which postings they take out of the deck."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jobswipe.models import Posting, Swipe

SKIP_RESTS = 30
"""A skipped card comes back, lower, after this many later verdicts."""


def standing(session: Session, person_id: int) -> list[Swipe]:
    """Swipes that were not taken back, oldest first, without the undo rows."""
    undo = aliased(Swipe)
    statement = (
        select(Swipe)
        .where(
            Swipe.person_id == person_id,
            Swipe.verdict != "undo",
            ~select(undo.id).where(undo.undoes_id == Swipe.id).exists(),
        )
        .order_by(col(Swipe.id))
    )
    return list(session.exec(statement))


def judged(session: Session, person_id: int) -> np.ndarray:
    """Ids of the postings that the deck leaves out, and of those that are the same opening."""
    swipes = standing(session, person_id)
    latest = {swipe.posting_id: (at, swipe.verdict) for at, swipe in enumerate(swipes)}
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
