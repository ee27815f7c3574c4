"""Sources, their runs, what a run rejected, and what tells that a board is as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime


class Source(SQLModel, table=True):
    """A board that is polled, or that came from files. `board` is the kind's own name of it (slug or URL).

    `poll_every` is in seconds, where somebody set it: no sooner than the kind's terms allow.
    """

    __tablename__ = "source"
    __table_args__ = (
        UniqueConstraint("kind", "board"),
        CheckConstraint("state IN ('active', 'paused')", name="state"),
        Index("ix_source_due", "state", "next_due_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    board: str
    company: str | None = None
    url: str | None = None
    polled: bool = True
    state: str = "active"
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_success_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    next_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    poll_every: int | None = None
    last_error: str | None = None
    failures: int = 0


class SourceRun(SQLModel, table=True):
    """One poll or file of a source. read = stored + unchanged + merged + rejected.

    `fields`: of the `postings` that it read anew, how many said each field (`filled`); null where it read none anew.
    """

    __tablename__ = "source_run"
    __table_args__ = (
        CheckConstraint("status IN ('running', 'complete', 'partial', 'not_modified', 'failed')", name="status"),
        Index("ix_source_run_source_id_id", "source_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(sa_column_args=[ForeignKey("source.id", ondelete="CASCADE")])
    status: str = "running"
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    read: int = 0
    stored: int = 0
    unchanged: int = 0
    merged: int = 0
    rejected: int = 0
    changed: int = 0
    closed: int = 0
    reopened: int = 0
    fields: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    error: str | None = None


class SourceRejection(SQLModel, table=True):
    """A record of a run that was not stored, with its reason. At most `MAX_REJECTIONS` are kept for a run."""

    __tablename__ = "source_rejection"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(sa_column_args=[ForeignKey("source_run.id", ondelete="CASCADE")], index=True)
    record: str
    reason: str


class HttpValidator(SQLModel, table=True):
    """ETag and Last-Modified of a source's URL at the answer that is stored; `reader` is the version that read it."""

    __tablename__ = "http_validator"

    source_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("source.id", ondelete="CASCADE")])
    url: str = Field(primary_key=True)
    etag: str | None = None
    last_modified: str | None = None
    reader: str


class SourcePayload(SQLModel, table=True):
    """A payload of the last complete run of a source. `reader` is the version that read it."""

    __tablename__ = "source_payload"

    source_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("source.id", ondelete="CASCADE")])
    digest: str = Field(primary_key=True, index=True)
    run_id: int = Field(sa_column_args=[ForeignKey("source_run.id", ondelete="CASCADE")], index=True)
    reader: str
