"""Short ways to make records and to look at what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from jobswipe.db.engine import Database
from jobswipe.models import Posting, PostingVersion
from jobswipe.postings.ingest import Run, Summary
from jobswipe.sources import catalog
from jobswipe.sources.base import ReadContext
from jobswipe.sources.raw import RawLocation, RawPosting, Rejection

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXT = (
    "<p>We build pumps for small farms and look for a person who likes to keep them running in every weather.</p>"
    "<ul><li>You know Python and SQL</li><li>You write clear notes for the people after you</li></ul>"
    "<p>The team sits together in one room, talks to farmers each week and ships a small change on most days.</p>"
)


def raw(
    external_id: str = "1", title: str = "Pump Engineer", place: str | None = "Berlin, Germany", **more: Any
) -> RawPosting:
    values: dict[str, Any] = {
        "external_id": external_id,
        "title": title,
        "company": "Acme Pumps",
        "url": f"https://jobs.example.com/{external_id}",
        "locations": [RawLocation(text=place)] if place else [],
        "description_html": TEXT,
        "posted_at": "2026-10-20",
    }
    return RawPosting(**values | more)


def ingest(
    database: Database,
    records: Sequence[RawPosting | Rejection],
    *,
    kind: str = "ashby",
    board: str = "acme",
    now: datetime = NOW,
    batch: int = 500,
    interrupted: bool = False,
) -> Summary:
    """One run of a source over records; `interrupted` leaves it as a killed process would."""
    with database.write() as session:
        source = catalog.for_files(session, kind, board, now)
    run = Run(database, source, batch=batch, fetched_at=now)
    run.feed(records, ReadContext(fetched_at=now, board=board))
    return run.summary if interrupted else run.finish()


def postings(database: Database) -> list[Posting]:
    with database.read() as session:
        return list(session.exec(select(Posting).order_by(col(Posting.id))))


def versions(database: Database) -> list[PostingVersion]:
    with database.read() as session:
        return list(session.exec(select(PostingVersion).order_by(col(PostingVersion.id))))


def tally(summary: Summary) -> tuple[int, int, int, int, int]:
    """read, stored, unchanged, merged, rejected; and they add up."""
    counts = summary.counts
    assert counts.read == counts.stored + counts.unchanged + counts.merged + counts.rejected
    return counts.read, counts.stored, counts.unchanged, counts.merged, counts.rejected
