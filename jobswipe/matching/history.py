"""What a person has judged: the log of their swipes, and the postings that they saved."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from jobswipe.models import Swipe


def history(
    session: Session, person_id: int, limit: int, before: int | None = None, verdict: str | None = None
) -> list[tuple[Swipe, bool]]:
    """Swipes with whether each was taken back, the latest first; those of a smaller id than `before`.

    Rows of `undo` are not listed: what they took back is.
    """
    undo = aliased(Swipe)
    statement = (
        select(Swipe, col(undo.id).is_not(None))
        .outerjoin(undo, col(undo.undoes_id) == col(Swipe.id))
        .where(Swipe.person_id == person_id, Swipe.verdict != "undo")
    )
    if before is not None:
        statement = statement.where(col(Swipe.id) < before)
    if verdict is not None:
        statement = statement.where(Swipe.verdict == verdict)
    return [(swipe, bool(gone)) for swipe, gone in session.exec(statement.order_by(col(Swipe.id).desc()).limit(limit))]


def saved(session: Session, person_id: int, limit: int, before: int | None = None) -> Sequence[Swipe]:
    """Swipes that saved a posting and still are the last word on it, the latest first."""
    undo, later, later_undo = aliased(Swipe), aliased(Swipe), aliased(Swipe)
    standing_later = (
        select(later.id)
        .where(
            later.person_id == person_id,
            later.posting_id == Swipe.posting_id,
            later.verdict != "undo",
            col(later.id) > col(Swipe.id),
            ~select(later_undo.id).where(later_undo.undoes_id == later.id).exists(),
        )
        .exists()
    )
    statement = select(Swipe).where(
        Swipe.person_id == person_id,
        Swipe.verdict == "save",
        ~select(undo.id).where(undo.undoes_id == Swipe.id).exists(),
        ~standing_later,
    )
    if before is not None:
        statement = statement.where(col(Swipe.id) < before)
    return session.exec(statement.order_by(col(Swipe.id).desc()).limit(limit)).all()
