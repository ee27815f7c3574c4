"""What becomes of a posting after it was stored: closed when a complete poll lists it no more, or at its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import literal_column, update
from sqlmodel import Session, col, select

from jobswipe.models import Posting
from jobswipe.notifications import events
from jobswipe.postings.clusters import show_one
from jobswipe.postings.rows import lock_changes
from jobswipe.postings.store import add_version


def close_missing(session: Session, source_id: int, run_id: int, keep: Iterable[str], now: datetime) -> int:
    """Close the source's open postings that run `run_id` did not see; answers how many.

    `keep` are external ids of records that were listed but could not be read: they are not gone.
    """
    kept = set(keep)
    gone = [
        (posting_id, cluster_id)
        for posting_id, cluster_id, external_id in session.exec(
            select(Posting.id, Posting.cluster_id, Posting.external_id).where(
                Posting.source_id == source_id, Posting.state == "open", Posting.last_run_id != run_id
            )
        )
        if external_id not in kept and posting_id is not None
    ]
    return _close(session, gone, now)


def close_expired(session: Session, now: datetime, limit: int = 5000) -> int:
    """Close up to `limit` open postings whose own `valid_through` has passed; answers how many.

    A board that still lists one does not open it again, unless with a later end.
    """
    expired = session.exec(
        select(Posting.id, Posting.cluster_id)
        .where(literal_column("state = 'open'"), col(Posting.valid_through) < now)
        .order_by(col(Posting.valid_through))
        .limit(limit)
    )
    return _close(session, [(posting_id, cluster) for posting_id, cluster in expired if posting_id is not None], now)


def _close(session: Session, gone: Sequence[tuple[int, int | None]], now: datetime) -> int:
    if not gone:
        return 0
    counter = lock_changes(session)
    news = []
    for posting_id, _ in gone:
        counter.value += 1
        session.execute(
            update(Posting)
            .where(col(Posting.id) == posting_id)
            .values(state="closed", closed_at=now, shown=False, change_seq=counter.value)
        )
        number = add_version(session, posting_id, "closed", ["state"], {"state": "open"}, now)
        news.append(events.Change(posting_id=posting_id, number=number, kind="closed"))
    counter.value = show_one(session, {cluster_id for _, cluster_id in gone if cluster_id is not None}, counter.value)
    session.add(counter)
    events.postings(session, news, now)
    return len(gone)
