"""The outbox: rows written in the transaction of what they tell of, listed, given another try, cleaned up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from jobswipe.db.changed import changed
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import NOTIFICATION_KINDS, NOTIFICATION_STATES, Notification, metadata
from jobswipe.notifications.preferences import Preferences
from jobswipe.security import vault

_LEFT = "There were too many at once, and the digest that would take them along is off."
OPEN = ("waiting", "failed")
"""States in which a row is still to be sent."""
PLACE = "notification.sealed"
PRIVATE = ("text", "reasons", "matched_skills")
"""What of a payload is the person's own, or was made from their resume: kept encrypted."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A notification with its whole payload."""

    id: int
    kind: str
    subject: str
    state: str
    gathered: bool
    digest_id: int | None
    payload: dict[str, Any]
    outcomes: dict[str, str]
    created_at: datetime
    next_try_at: datetime
    attempts: int
    settled_at: datetime | None
    seen_at: datetime | None
    last_error: str | None


def put(
    session: Session,
    person_id: int,
    preferences: Preferences,
    kind: str,
    subject: str,
    payload: dict[str, Any],
    now: datetime,
    *,
    late: bool = False,
) -> bool:
    """Write a row unless the person does not want the kind; whether it is new.

    A `late` row waits for the digest even where the person wants the kind at once; without a digest it is kept unsent.
    """
    mode = preferences.kind(kind).mode
    if mode == "off":
        return False
    digest = preferences.kind("digest").mode != "off"
    gathered = digest and (late or mode == "digest")
    left = late and not digest
    private = {name: payload[name] for name in PRIVATE if payload.get(name)}
    public = {name: value for name, value in payload.items() if name not in private}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    values = Notification(
        person_id=person_id,
        kind=kind,
        subject=subject,
        state="suppressed" if left else "waiting",
        settled_at=now if left else None,
        last_error=_LEFT if left else None,
        gathered=gathered,
        payload=public,
        created_at=now,
        next_try_at=now,
        sealed=vault.of(session).seal(session, person_id, PLACE, private) if private else None,
    ).model_dump(exclude={"id"})
    table = metadata.tables["notification"]
    statement = dialect.insert(table).on_conflict_do_nothing(index_elements=["person_id", "kind", "subject"])
    return session.execute(statement.values(**values).returning(table.c.id)).first() is not None


def listing(
    session: Session,
    person_id: int,
    *,
    state: str | None = None,
    kind: str | None = None,
    seen: bool | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Told]:
    """The person's notifications, the latest first, from the one before `before` on.

    Raises UsageError for an unknown state or kind.
    """
    if state is not None and state not in NOTIFICATION_STATES:
        raise UsageError(f"No state {state!r}: choose one of {', '.join(NOTIFICATION_STATES)}.")
    if kind is not None and kind not in NOTIFICATION_KINDS:
        raise UsageError(f"No kind {kind!r}: choose one of {', '.join(NOTIFICATION_KINDS)}.")
    statement = select(Notification).where(Notification.person_id == person_id)
    if state is not None:
        statement = statement.where(Notification.state == state)
    if kind is not None:
        statement = statement.where(Notification.kind == kind)
    if seen is not None:
        statement = statement.where(col(Notification.seen_at).is_not(None) == seen)
    if before is not None:
        statement = statement.where(col(Notification.id) < before)
    rows = session.exec(statement.order_by(col(Notification.id).desc()).limit(limit)).all()
    return [told(session, row) for row in rows]


def payload(session: Session, row: Notification) -> dict[str, Any]:
    """A row's whole payload."""
    if row.sealed is None:
        return row.payload
    private: dict[str, Any] = vault.of(session).open(session, row.person_id, PLACE, row.sealed)
    return row.payload | private


def told(session: Session, row: Notification) -> Told:
    """A row, opened."""
    return Told(
        id=row.id or 0,
        kind=row.kind,
        subject=row.subject,
        state=row.state,
        gathered=row.gathered,
        digest_id=row.digest_id,
        payload=payload(session, row),
        outcomes=row.outcomes,
        created_at=row.created_at,
        next_try_at=row.next_try_at,
        attempts=row.attempts,
        settled_at=row.settled_at,
        seen_at=row.seen_at,
        last_error=row.last_error,
    )


def get(session: Session, person_id: int, id_: int) -> Told:
    """The person's notification. Raises NotFoundError."""
    return told(session, _row(session, person_id, id_))


def _row(session: Session, person_id: int, id_: int) -> Notification:
    statement = select(Notification).where(Notification.id == id_, Notification.person_id == person_id)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFoundError(f"No notification {id_}: your list of them ('jobswipe notification list') shows which are.")
    return found


def mark(session: Session, person_id: int, id_: int, now: datetime, *, seen: bool) -> Told:
    """Note that the person saw it, or take that back. Raises NotFoundError."""
    row = _row(session, person_id, id_)
    row.seen_at = (row.seen_at or now) if seen else None
    session.add(row)
    session.flush()
    return told(session, row)


def mark_all(session: Session, person_id: int, upto: int, now: datetime) -> int:
    """Note that the person saw all up to that one; how many were new to them."""
    statement = update(Notification).where(
        col(Notification.person_id) == person_id, col(Notification.id) <= upto, col(Notification.seen_at).is_(None)
    )
    return changed(session, statement.values(seen_at=now))


def retry(session: Session, person_id: int, ids: Sequence[int], now: datetime) -> int:
    """Try dead and failed rows again from now on, all of them where no ids are given; how many.

    Raises NotFoundError for an id that is not the person's, ConflictError for one that is not dead or failed.
    """
    for id_ in ids:
        state = _row(session, person_id, id_).state
        if state not in ("dead", "failed"):
            raise ConflictError(f"Notification {id_} is {state}: only dead and failed ones are tried again.")
    statement = select(Notification).where(
        Notification.person_id == person_id, col(Notification.state).in_(("dead", "failed"))
    )
    if ids:
        statement = statement.where(col(Notification.id).in_(list(ids)))
    count = 0
    for row in list(session.exec(statement.with_for_update())):
        # What was sent on a channel stays sent; what a channel refused is open again.
        row.outcomes = {channel: what for channel, what in row.outcomes.items() if what == "sent"}
        row.state, row.attempts, row.next_try_at, row.settled_at = "waiting", 0, now, None
        session.add(row)
        count += 1
    session.flush()
    return count


def prune(session: Session, before: datetime) -> int:
    """Forget rows that were settled before a moment; how many. A retention policy calls it."""
    return changed(
        session,
        delete(Notification).where(
            col(Notification.state).not_in(OPEN),
            col(Notification.settled_at) < before,
        ),
    )


def waiting(session: Session) -> tuple[int, datetime | None]:
    """How many rows are still to be sent (digests' gathered ones aside), and since when the oldest is due."""
    statement = select(func.count(col(Notification.id)), func.min(col(Notification.next_try_at))).where(
        col(Notification.state).in_(OPEN), col(Notification.gathered).is_(False)
    )
    count, oldest = session.exec(statement).one()
    return int(count), oldest
