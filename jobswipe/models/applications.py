"""Applications, what happened to them, and whom to talk to about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

STAGES = ("saved", "applied", "screen", "interview", "offer", "rejected", "withdrawn")


class Application(SQLModel, table=True):
    """A person's pursuit of one opening. `posting_id` is null for an opening that JobSwipe has not polled."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("person_id", "posting_id"),
        CheckConstraint(f"stage IN {STAGES}", name="stage"),
        Index("ix_application_person_id_stage", "person_id", "stage"),
        Index("ix_application_posting_id", "posting_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    posting_id: int | None = Field(default=None, sa_column_args=[ForeignKey("posting.id", ondelete="SET NULL")])
    title: str
    company: str | None = None
    url: str | None = None
    stage: str = "saved"
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class ApplicationEvent(SQLModel, table=True):
    """Something that happened: `opened`, `moved` (stages set) or `note` (its text in `sealed`). Append-only."""

    __tablename__ = "application_event"
    __table_args__ = (CheckConstraint("kind IN ('opened', 'moved', 'note')", name="kind"),)

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(sa_column_args=[ForeignKey("application.id", ondelete="CASCADE")], index=True)
    kind: str
    from_stage: str | None = None
    to_stage: str | None = None
    at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ApplicationContact(SQLModel, table=True):
    """Somebody to talk to about an application. `sealed` holds all that is known of them, encrypted."""

    __tablename__ = "application_contact"

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(sa_column_args=[ForeignKey("application.id", ondelete="CASCADE")], index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
