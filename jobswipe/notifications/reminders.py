"""Follow-ups that a person wants to be reminded of: add, list, take back, and tell when they are due."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlmodel import Session, col, select

from jobswipe.applications import service
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import Application, ApplicationReminder
from jobswipe.notifications import outbox
from jobswipe.notifications.events import PURSUED
from jobswipe.notifications.preferences import reachable
from jobswipe.security import vault

MORNING = time(9)
"""The local time of a reminder for which only a day was given."""
MAX_TEXT = 500
PLACE = "application_reminder.sealed"
_AHEAD = re.compile(r"(\d{1,4})\s*(h|d|w)", re.IGNORECASE)


class Reminder(msgspec.Struct, frozen=True, kw_only=True):
    """A follow-up, opened. `done_at`: it was told, or taken back."""

    id: int
    application_id: int
    due_at: datetime
    text: str | None
    created_at: datetime
    done_at: datetime | None


def moment(text: str, tz: ZoneInfo, now: datetime) -> datetime:
    """The moment that a person writes: "3d", "2w", "12h", "2026-12-01", "2026-12-01 14:30". Raises UsageError.

    A day alone is its morning; a time that the clock skips is the one after it.
    """
    local = now.astimezone(tz)
    ahead = _AHEAD.fullmatch(text.strip())
    try:
        if ahead and ahead[2].lower() == "h":
            found = now + timedelta(hours=int(ahead[1]))
        elif ahead:
            days = int(ahead[1]) * (7 if ahead[2].lower() == "w" else 1)
            found = datetime.combine(local.date() + timedelta(days=days), MORNING, tz)
        elif len(text.strip()) == 10:
            found = datetime.combine(date.fromisoformat(text.strip()), MORNING, tz)
        else:
            given = datetime.fromisoformat(text.strip())
            found = given.replace(tzinfo=tz) if given.tzinfo is None else given
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(f"{text!r} is no time: write 3d, 2w, 12h, 2026-12-01 or '2026-12-01 14:30'.") from None
    if found <= now:
        raise UsageError(f"{text!r} is past: give a time that is still to come.")
    if found.year > local.year + 10:
        raise UsageError(f"{text!r} is more than ten years ahead: give an earlier time.")
    return found


def add(
    session: Session, person_id: int, application_id: int, due_at: datetime, text: str | None, now: datetime
) -> Reminder:
    """Remind of an application. Raises NotFoundError, UsageError for a text that is too long."""
    service.get(session, person_id, application_id)
    text = (text or "").strip() or None
    if text and len(text) > MAX_TEXT:
        raise UsageError(f"A reminder's text has at most {MAX_TEXT} letters.")
    return keep(session, person_id, application_id, due_at, text, now)


def keep(
    session: Session,
    person_id: int,
    application_id: int,
    due_at: datetime,
    text: str | None,
    created_at: datetime,
    done_at: datetime | None = None,
) -> Reminder:
    """Store a reminder that was checked."""
    row = ApplicationReminder(application_id=application_id, due_at=due_at, created_at=created_at, done_at=done_at)
    if text:
        row.sealed = vault.of(session).seal(session, person_id, PLACE, text)
    session.add(row)
    session.flush()
    return opened(session, person_id, row)


def opened(session: Session, person_id: int, row: ApplicationReminder) -> Reminder:
    """A row with its text."""
    return Reminder(
        id=row.id or 0,
        application_id=row.application_id,
        due_at=row.due_at,
        text=None if row.sealed is None else vault.of(session).open(session, person_id, PLACE, row.sealed),
        created_at=row.created_at,
        done_at=row.done_at,
    )


def listing(session: Session, person_id: int) -> list[tuple[Reminder, Application]]:
    """The person's open reminders with their applications, the next first."""
    statement = (
        select(ApplicationReminder, Application)
        .join(Application, col(Application.id) == col(ApplicationReminder.application_id))
        .where(Application.person_id == person_id, col(ApplicationReminder.done_at).is_(None))
        .order_by(col(ApplicationReminder.due_at), col(ApplicationReminder.id))
    )
    return [(opened(session, person_id, row), application) for row, application in session.exec(statement).all()]


def cancel(session: Session, person_id: int, reminder_id: int, now: datetime) -> Reminder:
    """Take a reminder back. Raises NotFoundError, ConflictError when it was told or taken back already."""
    reminder = session.get(ApplicationReminder, reminder_id)
    application = session.get(Application, reminder.application_id) if reminder else None
    if reminder is None or application is None or application.person_id != person_id:
        raise NotFoundError(f"No reminder {reminder_id}.", hint="'jobswipe application reminders' shows them")
    if reminder.done_at is not None:
        raise ConflictError(f"Reminder {reminder_id} is done already.")
    reminder.done_at = now
    session.add(reminder)
    return opened(session, person_id, reminder)


def tell_due(session: Session, now: datetime) -> int:
    """Write the reminders that are due into the outbox; how many.

    One whose application has ended is done without a word; one of a person without a channel stays open.
    """
    persons = reachable(session)
    if not persons:
        return 0
    statement = (
        select(ApplicationReminder, Application)
        .join(Application, col(Application.id) == col(ApplicationReminder.application_id))
        .where(
            col(ApplicationReminder.done_at).is_(None),
            ApplicationReminder.due_at <= now,
            col(Application.person_id).in_(list(persons)),
        )
        .order_by(col(ApplicationReminder.id))
        .with_for_update(of=ApplicationReminder, skip_locked=True)
    )
    told = 0
    for reminder, application in list(session.exec(statement).all()):
        reminder.done_at = now
        session.add(reminder)
        if application.stage not in PURSUED:
            continue
        payload = {
            "application_id": application.id,
            "posting_id": application.posting_id,
            "title": application.title,
            "company": application.company,
            "url": application.url,
            "stage": application.stage,
            "text": opened(session, application.person_id, reminder).text,
        }
        told += outbox.put(
            session,
            application.person_id,
            persons[application.person_id],
            "follow_up",
            f"reminder:{reminder.id}",
            payload,
            now,
        )
    session.flush()
    return told
