"""The sources that a store follows: add, find, list, pause, change, remove, and which are due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from jobswipe.db.insert import insert_missing
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import Posting, Source, SourceRejection, SourceRun
from jobswipe.models.base import table
from jobswipe.postings.clusters import show_one
from jobswipe.postings.rows import lock_changes
from jobswipe.sources import registry
from jobswipe.sources.urls import is_web

MAX_BACKOFF = timedelta(days=1)
"""The longest that a failing source waits for its next try."""
MAX_BOARD = 1000
"""Letters of a board's slug or address."""
LONGEST_EVERY = timedelta(days=30)
"""The longest time between two polls that can be set."""


def resolve(url: str, kind: str | None = None) -> tuple[str, str]:
    """The kind and the board that an address means, or a slug of a kind that is named. Raises UsageError."""
    resolved, board = registry.resolve_url(url) if kind is None or "://" in url else (kind, url)
    if kind is not None:
        resolved = registry.adapter(kind).KIND
    if len(board) > MAX_BOARD or not board.isprintable() or ".." in board.split("/") or board.split() != [board]:
        raise UsageError(f"{board[:100]!r} is no board: give its careers URL, as https://jobs.lever.co/acme.")
    return resolved, board


def add(session: Session, kind: str, board: str, now: datetime, *, company: str | None = None) -> Source:
    """Follow a board. Raises UsageError for an unknown kind, ConflictError when it is followed already.

    Spellings of one board are one source: names in upper or lower case, addresses with another scheme or a last slash.
    """
    adapter = registry.adapter(kind)
    board = _plain_address(board) if is_web(board) else board.strip()
    found = find(session, adapter.KIND, board) or _spelled_otherwise(session, adapter.KIND, board)
    source = found or _made(session, adapter.KIND, board, now)
    # Where two add one board at once, the second waits here and then sees what the first did.
    session.refresh(source, with_for_update=True)
    if source.polled:
        paused = source.state == "paused"
        hint = (
            f"and paused: resume it ('jobswipe source resume {name(source)}')"
            if paused
            else f"(source {source.id}): have it polled ('jobswipe ingest {name(source)}')"
        )
        raise ConflictError(f"{name(source)} is followed already {hint}.")
    source.polled, source.state, source.next_due_at = True, "active", now
    source.url = adapter.board_url(source.board)
    source.company = company or source.company
    session.add(source)
    session.flush()
    return source


def for_files(session: Session, kind: str, board: str, now: datetime, *, company: str | None = None) -> Source:
    """The source that files of `board` belong to; it is made when new, and is not polled unless it was added."""
    return find(session, kind, board) or _made(session, kind, board, now, company=company)


def _made(session: Session, kind: str, board: str, now: datetime, *, company: str | None = None) -> Source:
    """The source of that name, which this transaction or one of another process makes. It is not polled."""
    values = {"kind": kind, "board": board, "company": company, "polled": False, "state": "active", "created_at": now}
    insert_missing(session, table(Source), [values | {"failures": 0}], ["kind", "board"])
    return session.exec(_named(kind, board)).one()


def _plain_address(url: str) -> str:
    """The address without what does not change the page: upper case in scheme and host, default port, fragment."""
    parts = urlsplit(url.strip())
    scheme, netloc = parts.scheme.lower(), parts.netloc.lower()
    netloc = netloc.removesuffix(":443" if scheme == "https" else ":80")
    return urlunsplit((scheme, netloc, parts.path or "/", parts.query, ""))


def _spelled_otherwise(session: Session, kind: str, board: str) -> Source | None:
    def folded(one: str) -> str:
        return one.partition("://")[2].rstrip("/") if is_web(one) else one.lower()

    everywhere = session.exec(select(Source).where(Source.kind == kind).order_by(col(Source.id)))
    return next((one for one in everywhere if folded(one.board) == folded(board)), None)


def find(session: Session, kind: str, board: str) -> Source | None:
    return session.exec(_named(kind, board)).one_or_none()


def _named(kind: str, board: str) -> SelectOfScalar[Source]:
    return select(Source).where(Source.kind == kind, Source.board == board)


def name(source: Source) -> str:
    """How people write a source: kind:board."""
    return f"{source.kind}:{source.board}"


def named(session: Session, text: str) -> Source:
    """The source that `text` names: "kind:board", a board's slug alone, or its number. Raises NotFoundError."""
    kind, _, board = text.partition(":")
    found = list(session.exec(select(Source).where(Source.kind == kind, Source.board == board))) if board else []
    if not found:
        found = list(session.exec(select(Source).where((Source.board == text) | (Source.url == text))))
    if not found and text.isdigit():
        found = list(session.exec(select(Source).where(Source.id == int(text))))
    if len(found) > 1:
        raise NotFoundError(f"{text!r} names {len(found)} sources: write one of {', '.join(map(name, found))}.")
    if not found:
        raise NotFoundError(
            f"No source {text!r}: 'jobswipe source list' shows them, 'jobswipe source add URL' adds one."
        )
    return found[0]


def numbered(session: Session, source_id: int) -> Source:
    """The source of that number. Raises NotFoundError."""
    found = session.get(Source, source_id)
    if found is None:
        raise NotFoundError(f"No source {source_id}.")
    return found


def listing(
    session: Session, *, state: str | None = None, kind: str | None = None, after: int = 0, limit: int = 50
) -> list[Source]:
    """The sources in the order in which they were added, from the one after `after` on."""
    statement = select(Source).where(col(Source.id) > after)
    if state is not None:
        statement = statement.where(Source.state == state)
    if kind is not None:
        statement = statement.where(Source.kind == kind)
    return list(session.exec(statement.order_by(col(Source.id)).limit(limit)))


def pause(session: Session, source: Source) -> None:
    """Stop polling; its postings stay."""
    _set_state(session, source, "paused")


def resume(session: Session, source: Source) -> None:
    """Poll it again."""
    _set_state(session, source, "active")


def _set_state(session: Session, source: Source, state: str) -> None:
    source.state = state
    session.add(source)
    session.flush()


def set_every(session: Session, source: Source, seconds: int | None, now: datetime) -> None:
    """Poll it so often from now on; None: as often as its kind's terms allow. Raises UsageError.

    The next poll moves with it, counted from the last good one.
    """
    floor = timedelta(seconds=registry.adapter(source.kind).POLICY.poll_floor)
    if seconds is not None and not floor <= timedelta(seconds=seconds) <= LONGEST_EVERY:
        raise UsageError(
            f"{name(source)} can be polled every {floor // timedelta(seconds=1)} to "
            f"{LONGEST_EVERY // timedelta(seconds=1)} seconds."
        )
    source.poll_every = seconds
    if source.polled and source.failures == 0 and source.last_success_at is not None:
        source.next_due_at = max(now, source.last_success_at + poll_floor(source))
    session.add(source)
    session.flush()


def everything(session: Session) -> list[Source]:
    return list(session.exec(select(Source).order_by(col(Source.kind), col(Source.board))))


def due(session: Session, now: datetime) -> list[Source]:
    """The active, polled sources whose poll floor has passed, longest waiting first."""
    statement = (
        select(Source)
        .where(Source.polled, Source.state == "active", col(Source.next_due_at) <= now)
        .order_by(col(Source.next_due_at), col(Source.id))
    )
    return list(session.exec(statement))


def poll_floor(source: Source) -> timedelta:
    """The least time between two polls of a source: what its kind's terms say, or longer where that was set."""
    return timedelta(seconds=max(registry.adapter(source.kind).POLICY.poll_floor, source.poll_every or 0))


def next_try(source: Source, now: datetime) -> datetime:
    """When to poll a failing source again: the poll floor, doubled for each failure in a row up to a day."""
    floor = poll_floor(source)
    return now + max(floor, min(floor * (1 << min(source.failures, 10)), MAX_BACKOFF))


def remove(session: Session, source: Source) -> int:
    """Forget a source and its postings; answers how many postings went. Swipes on them go too.

    A duplicate of another source that stood behind one of them is shown from now on.
    """
    # The locks in the order in which a run takes them: the source, then the change counter.
    session.exec(select(Source.id).where(Source.id == source.id).with_for_update()).first()
    counter = lock_changes(session)
    of_source = session.exec(select(Posting.id, Posting.cluster_id).where(Posting.source_id == source.id)).all()
    session.delete(source)
    session.flush()
    counter.value = show_one(session, {cluster for _, cluster in of_source if cluster is not None}, counter.value)
    session.add(counter)
    return len(of_source)


def open_counts(session: Session) -> dict[int, int]:
    """Open postings by source id."""
    rows = session.exec(
        select(Posting.source_id, func.count()).where(Posting.state == "open").group_by(col(Posting.source_id))
    )
    return dict(rows.all())


def last_run(session: Session, source_id: int) -> SourceRun | None:
    statement = select(SourceRun).where(SourceRun.source_id == source_id).order_by(col(SourceRun.id).desc())
    return session.exec(statement.limit(1)).one_or_none()


def runs(session: Session, source_id: int, *, before: int | None = None, limit: int = 50) -> list[SourceRun]:
    """The source's runs, the latest first, from the one before `before` on."""
    statement = select(SourceRun).where(SourceRun.source_id == source_id)
    if before is not None:
        statement = statement.where(col(SourceRun.id) < before)
    return list(session.exec(statement.order_by(col(SourceRun.id).desc()).limit(limit)))


def run_of(session: Session, source_id: int, run_id: int) -> SourceRun:
    """A run of the source. Raises NotFoundError."""
    found = session.get(SourceRun, run_id)
    if found is None or found.source_id != source_id:
        raise NotFoundError(f"No run {run_id} of source {source_id}.")
    return found


def rejections(session: Session, run_id: int, limit: int = 100, *, after: int = 0) -> Iterable[SourceRejection]:
    statement = select(SourceRejection).where(SourceRejection.run_id == run_id, col(SourceRejection.id) > after)
    return session.exec(statement.order_by(col(SourceRejection.id)).limit(limit)).all()
