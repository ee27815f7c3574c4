"""A person's channels: add, list, remove. Their addresses are secrets and stay in the store."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from sqlmodel import Session, col, select

from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import NotificationChannel
from jobswipe.notifications import preferences
from jobswipe.notifications.courier import Courier
from jobswipe.notifications.services import schema_of
from jobswipe.security import vault

MOST = 20
"""Channels that one person has."""
PLACE = "notification_channel.sealed"
_NAME = re.compile(r"[\w.-]{1,40}")


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, opened. `url` holds secrets: it is never shown, logged or put into an error."""

    id: int
    name: str
    service: str
    url: str
    created_at: datetime

    def __repr__(self) -> str:
        return f"Channel({self.name!r}, {self.service!r})"


def check_name(name: str) -> None:
    """Raises UsageError for a name that no channel has."""
    if not _NAME.fullmatch(name):
        raise UsageError("A channel's name has up to 40 letters, digits, dots and dashes, such as phone.")


def read(courier: Courier, url: str) -> str:
    """The name of the service that an address is of. Raises UsageError, without the address in it."""
    schema_of(url)
    outcome = courier.check(url)
    if not outcome.ok:
        raise UsageError(outcome.reason or "The channel's address cannot be read.")
    return outcome.service


def add(session: Session, person_id: int, name: str, url: str, service: str, now: datetime) -> Channel:
    """Add a channel whose address was read. Raises UsageError and ConflictError."""
    check_name(name)
    known = listing(session, person_id)
    if any(one.name == name for one in known):
        raise ConflictError(f"There is a channel {name} already: remove it first, or choose another name.")
    if len(known) >= MOST:
        raise UsageError(f"You have {MOST} channels: remove one first ('jobswipe notification channel remove NAME').")
    preferences.ensure(session, person_id, now)
    sealed = vault.of(session).seal(session, person_id, PLACE, url)
    row = NotificationChannel(person_id=person_id, name=name, service=service, created_at=now, sealed=sealed)
    session.add(row)
    session.flush()
    return _opened(session, row)


def listing(session: Session, person_id: int) -> list[Channel]:
    """The person's channels in the order in which they were added."""
    statement = select(NotificationChannel).where(NotificationChannel.person_id == person_id)
    return [_opened(session, row) for row in session.exec(statement.order_by(col(NotificationChannel.id))).all()]


def _opened(session: Session, row: NotificationChannel) -> Channel:
    url = vault.of(session).open(session, row.person_id, PLACE, row.sealed)
    return Channel(id=row.id or 0, name=row.name, service=row.service, url=url, created_at=row.created_at)


def get(session: Session, person_id: int, name: str) -> Channel:
    """A channel by name. Raises NotFoundError with what to do."""
    found = next((one for one in listing(session, person_id) if one.name == name), None)
    if found is None:
        raise NotFoundError(
            f"No channel {name!r}: your list of them ('jobswipe notification channel list') shows which are."
        )
    return found


def numbered(session: Session, person_id: int, channel_id: int) -> Channel:
    """The person's channel of that number. Raises NotFoundError."""
    found = next((one for one in listing(session, person_id) if one.id == channel_id), None)
    if found is None:
        raise NotFoundError(f"No channel {channel_id} of yours.")
    return found


def remove(session: Session, person_id: int, name: str, now: datetime) -> None:
    """Forget a channel, also where preferences name it."""
    session.delete(session.get_one(NotificationChannel, get(session, person_id, name).id))
    session.flush()
    known = preferences.get(session, person_id).to_dict()
    for one in known["kinds"].values():
        if one["channels"] is not None:
            one["channels"] = [channel for channel in one["channels"] if channel != name] or None
    preferences.put(session, person_id, preferences.decode(known), now)


def chosen(session: Session, person_id: int, names: tuple[str, ...] | None) -> list[Channel]:
    """The channels of a kind: those that are named, or all of them."""
    return [one for one in listing(session, person_id) if names is None or one.name in names]
