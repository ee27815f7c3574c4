"""Payloads that the last complete run of their source read already, by digest: what they say is in the store.

Many boards answer without ETag and Last-Modified, and files have neither. A digest of the bytes does the same for both:
the run is recorded as if every record had been read again and found as it was, for a fiftieth of the time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

import msgspec
from sqlalchemy import Integer, bindparam, delete, func, insert, or_, select, update
from sqlmodel import Session, col
from sqlmodel import select as select_models

from jobswipe import clock
from jobswipe.models import Posting, Source, SourcePayload, SourceRejection, SourceRun
from jobswipe.models.base import UtcDateTime, table
from jobswipe.postings.store import Counts
from jobswipe.postings.validators import READER
from jobswipe.sources.base import ReadContext

_POSTINGS, _REJECTIONS = table(Posting), table(SourceRejection)
_RUNS, _PAYLOADS = table(SourceRun), table(SourcePayload)


def digest(payload: bytes, context: ReadContext) -> str:
    """32 hexadecimal digits of a payload and of what else decides how it is read."""
    hashed = blake2b(payload, digest_size=16)
    hashed.update(repr((context.company, context.board, context.url)).encode())
    return hashed.hexdigest()


def sources(session: Session, kind: str) -> dict[str, Source]:
    """The sources of a kind by the digests that their last complete runs read; none for what several have read."""
    statement = (
        select_models(SourcePayload.digest, Source)
        .join(Source, col(Source.id) == col(SourcePayload.source_id))
        .where(Source.kind == kind, SourcePayload.reader == READER)
    )
    found: dict[str, Source | None] = {}
    for one, source in session.exec(statement):
        found[one] = source if one not in found else None
    return {one: source for one, source in found.items() if source is not None}


# Built once: composing a statement costs more than running it.
_READ = select(_RUNS.c.id, _RUNS.c.read, _RUNS.c.rejected, _PAYLOADS.c.digest).where(
    _RUNS.c.id == _PAYLOADS.c.run_id, _PAYLOADS.c.source_id == bindparam("source"), _PAYLOADS.c.reader == READER
)
_COLUMNS = _POSTINGS.c
_NOT_OVER = or_(_COLUMNS.valid_through.is_(None), _COLUMNS.valid_through >= bindparam("now", type_=UtcDateTime))
_STANDING = select(func.count(), func.count().filter(_COLUMNS.state == "closed", _NOT_OVER)).where(
    _COLUMNS.source_id == bindparam("source"), _COLUMNS.last_run_id == bindparam("run")
)
_RECORDED = insert(_RUNS).returning(_RUNS.c.id)
_SEEN = (
    update(_POSTINGS)
    .where(_POSTINGS.c.source_id == bindparam("source"), _POSTINGS.c.last_run_id == bindparam("run"))
    .values(last_run_id=bindparam("again"), last_seen_at=bindparam("now"))
)
_REJECTED = insert(_REJECTIONS).from_select(
    ["run_id", "record", "reason"],
    select(bindparam("again", type_=Integer), _REJECTIONS.c.record, _REJECTIONS.c.reason).where(
        _REJECTIONS.c.run_id == bindparam("run")
    ),
)
_VOUCHED = update(_PAYLOADS).where(_PAYLOADS.c.run_id == bindparam("run")).values(run_id=bindparam("again"))


def record(session: Session, source: Source, digests: Iterable[str], now: datetime) -> Counts | None:
    """Record a run that read what the last complete run of the source had read; answers its counts.

    None where that run read other payloads, or where a posting that it stored was closed since and would be opened
    again: one whose own end has passed would not.
    """
    found = session.execute(_READ, {"source": source.id}).all()
    if not found or {row.digest for row in found} != set(digests):
        return None
    before, read, rejected, _ = found[0]
    unchanged, reopens = session.execute(_STANDING, {"source": source.id, "run": before, "now": now}).one()
    if reopens:
        return None
    counts = Counts(read=read, unchanged=unchanged, merged=read - unchanged - rejected, rejected=rejected)
    run = {"source_id": source.id, "status": "complete", "started_at": now, "finished_at": clock.now(), "closed": 0}
    again = session.execute(_RECORDED, run | msgspec.structs.asdict(counts)).scalar_one()
    session.execute(_SEEN, {"source": source.id, "run": before, "again": again, "now": now})
    if rejected:
        session.execute(_REJECTED, {"run": before, "again": again})
    session.execute(_VOUCHED, {"run": before, "again": again})
    return counts


def remember(session: Session, source: Source, run_id: int, digests: Iterable[str]) -> None:
    """Keep what a complete run read."""
    rows = [
        {"source_id": source.id, "digest": one, "run_id": run_id, "reader": READER} for one in dict.fromkeys(digests)
    ]
    if rows:
        session.execute(insert(_PAYLOADS), rows)


def forget(session: Session, source: Source) -> None:
    """From here on the store is not what the kept digests vouch for."""
    session.execute(delete(SourcePayload).where(col(SourcePayload.source_id) == source.id))
