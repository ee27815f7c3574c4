"""The daily digest: what waits for it becomes one message, at the person's own time of day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from jobswipe.db.changed import changed
from jobswipe.db.engine import Database
from jobswipe.models import Notification, NotificationProfile
from jobswipe.notifications import outbox
from jobswipe.notifications.preferences import Preferences, ensure, reachable, zone
from jobswipe.settings import Settings

MOST = 100
"""Notifications that one digest takes along, the oldest first; what is left goes with the next."""


def gather(database: Database, settings: Settings, now: datetime) -> int:
    """Make the digests that are due today and have something to tell; how many."""
    made = 0
    with database.write() as session:
        for person_id, preferences in reachable(session).items():
            made += _gather_for(session, settings, person_id, preferences, now)
    return made


def _gather_for(session: Session, settings: Settings, person_id: int, preferences: Preferences, now: datetime) -> bool:
    if preferences.kind("digest").mode == "off":
        # It was turned off while something waited for it, and nothing else would ever take that along.
        left = update(Notification).where(*_waiting(person_id))
        session.execute(left.values(state="suppressed", settled_at=now, last_error="The digest is off."))
        return False
    local = now.astimezone(zone(preferences, settings.notify))
    day = local.date().isoformat()
    if local.time() < preferences.digest_at:
        return False
    # Only one process gets today's digest, and no later hour of the day makes a second one.
    ensure(session, person_id, now)
    claimed = changed(
        session,
        update(NotificationProfile)
        .where(
            col(NotificationProfile.person_id) == person_id,
            col(NotificationProfile.digest_day).is_distinct_from(day),
        )
        .values(digest_day=day),
    )
    if not claimed:
        return False
    waiting = select(Notification.id).where(*_waiting(person_id))
    ids = [one for one in session.exec(waiting.order_by(col(Notification.id)).limit(MOST)) if one is not None]
    if not ids or not outbox.put(
        session, person_id, preferences, "digest", f"day:{day}", {"day": day, "count": len(ids)}, now
    ):
        return False
    digest = session.exec(
        select(Notification.id).where(
            Notification.person_id == person_id, Notification.kind == "digest", Notification.subject == f"day:{day}"
        )
    ).one()
    session.execute(update(Notification).where(col(Notification.id).in_(ids)).values(digest_id=digest))
    return True


def _waiting(person_id: int) -> tuple[Any, ...]:
    return (
        col(Notification.person_id) == person_id,
        col(Notification.gathered).is_(True),
        col(Notification.digest_id).is_(None),
        col(Notification.state) == "waiting",
    )


def contents(session: Session, digest_id: int) -> list[Notification]:
    """What a digest tells, in the order of its kinds and of time."""
    statement = select(Notification).where(Notification.digest_id == digest_id).order_by(col(Notification.id))
    return list(session.exec(statement))
