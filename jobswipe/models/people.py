"""A person, their resumes with corrections, and their preferences."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

LOCAL_PERSON_ID = 1


class Person(SQLModel, table=True):
    """Whoever swipes. The embedded default has one, with id 1."""

    __tablename__ = "person"

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Resume(SQLModel, table=True):
    """An imported resume; see `jobswipe.resumes.service`.

    `sealed` holds the file's name, its text, and the JSON Resume document before corrections, encrypted.
    """

    __tablename__ = "resume"
    __table_args__ = (Index("ix_resume_person_id_active", "person_id", "active"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    sha256: str
    active: bool = True
    imported_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ResumeCorrection(SQLModel, table=True):
    """A person's correction to a field. It outlives a re-import.

    `sealed` holds the value and the anchor, which names the entry that it belongs to, encrypted.
    """

    __tablename__ = "resume_correction"

    id: int | None = Field(default=None, primary_key=True)
    resume_id: int = Field(sa_column_args=[ForeignKey("resume.id", ondelete="CASCADE")], index=True)
    path: str
    at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Profile(SQLModel, table=True):
    """What a person wants: the public preferences shape as JSON (see `jobswipe.matching.preferences`)."""

    __tablename__ = "profile"

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    updated_at: datetime = Field(sa_type=UtcDateTime)
