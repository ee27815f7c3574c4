"""A person's preferences in the store. Services never commit."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from jobswipe.matching.preferences import Preferences, decode
from jobswipe.models import Profile


def get(session: Session, person_id: int) -> Preferences:
    """The person's preferences; empty ones when none were set."""
    found = session.get(Profile, person_id, populate_existing=True)
    return decode(found.preferences) if found else Preferences()


def put(session: Session, person_id: int, preferences: Preferences, now: datetime) -> None:
    """Replace the person's preferences."""
    found = session.get(Profile, person_id) or Profile(person_id=person_id, updated_at=now)
    found.preferences, found.updated_at = preferences.to_dict(), now
    session.add(found)
