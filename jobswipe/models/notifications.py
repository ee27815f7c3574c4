"""Notifications: where a person is told (channels), of what and when (profile), the outbox, and reminders."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

NOTIFICATION_KINDS = ("strong_match", "posting_changed", "posting_closed", "follow_up", "source_broken", "digest")
NOTIFICATION_STATES = ("waiting", "sent", "failed", "dead", "suppressed")


class NotificationChannel(SQLModel, table=True):
    """A service that a person is told through. `sealed` is its address, encrypted: it holds secrets."""

    __tablename__ = "notification_channel"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    name: str
    service: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NotificationProfile(SQLModel, table=True):
    """What a person is told and when (see `jobswipe.notifications.preferences`).

    Matches are looked for among postings first seen from `since` on; `matched_seq` is the last change that was looked
    at, `digest_day` the person's own date of the last digest.
    """

    __tablename__ = "notification_profile"

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    since: datetime = Field(sa_type=UtcDateTime)
    matched_seq: int = Field(default=0, sa_type=BigInteger)
    digest_day: str | None = None
    updated_at: datetime = Field(sa_type=UtcDateTime)


class Notification(SQLModel, table=True):
    """One thing that a person is told once: unique by kind and subject, and written with what it tells of.

    `gathered` rows wait for a digest, which `digest_id` then names. `outcomes` holds what became of it on each channel
    (by id): "sent" or "refused"; a channel that is missing is still to be tried. Whoever holds the lease sends it.
    `sealed` is what of the payload is the person's own, encrypted (see `jobswipe.notifications.outbox`).
    `seen_at` is when the person marked it as seen.
    """

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "subject"),
        CheckConstraint(f"kind IN {NOTIFICATION_KINDS}", name="kind"),
        CheckConstraint(f"state IN {NOTIFICATION_STATES}", name="state"),
        Index("ix_notification_state_next_try_at", "state", "next_try_at"),
        Index("ix_notification_digest_id", "digest_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    kind: str
    subject: str
    state: str = "waiting"
    gathered: bool = False
    digest_id: int | None = Field(default=None, sa_column_args=[ForeignKey("notification.id", ondelete="SET NULL")])
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    outcomes: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    next_try_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    lease_token: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_error: str | None = None
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ApplicationReminder(SQLModel, table=True):
    """A follow-up that a person wants to be reminded of. `done_at`: it was told, or taken back; `sealed`: its text."""

    __tablename__ = "application_reminder"
    __table_args__ = (Index("ix_application_reminder_done_at_due_at", "done_at", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(sa_column_args=[ForeignKey("application.id", ondelete="CASCADE")], index=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
