"""How far derived data has followed a store, and whether it is of this store at all."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe.models import Posting


class Watermark(msgspec.Struct, frozen=True, kw_only=True):
    """`seq` is the last change taken, by posting `posting_id` with record `raw_hash`; `first` names the store."""

    seq: int = 0
    posting_id: int | None = None
    raw_hash: str | None = None
    first: str | None = None


def head(session: Session) -> Watermark:
    """The store's present watermark."""
    last = session.exec(
        select(Posting.change_seq, Posting.id, Posting.raw_hash).order_by(col(Posting.change_seq).desc()).limit(1)
    ).first()
    if last is None:
        return Watermark()
    return Watermark(seq=last[0], posting_id=last[1], raw_hash=last[2], first=_first(session))


def belongs(session: Session, mark: Watermark) -> bool:
    """Whether data with this mark was derived from this store; one put back to an earlier state is another."""
    if mark.seq == 0:
        return True
    if mark.first != _first(session):
        return False
    top = session.exec(select(func.max(Posting.change_seq))).one()
    if top is None or top < mark.seq:
        return False
    found = session.exec(select(Posting.change_seq, Posting.raw_hash).where(Posting.id == mark.posting_id)).first()
    if found is None:
        return False
    return found[0] > mark.seq or (found[0] == mark.seq and found[1] == mark.raw_hash)


def _first(session: Session) -> str | None:
    row: Any = session.exec(
        select(Posting.id, Posting.external_id, Posting.first_seen_at).order_by(col(Posting.id)).limit(1)
    ).first()
    return None if row is None else f"{row[0]} {row[1]} {row[2].isoformat()}"
