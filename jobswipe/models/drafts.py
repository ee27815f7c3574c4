"""Texts that were drafted for an application: every version is kept, with what in it the resume does not back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

DRAFT_KINDS = ("cover-letter", "answer")


class ApplicationDocument(SQLModel, table=True):
    """A draft. `model` is null for a template.

    `sealed` holds the question, the text, the claims that no fact backs, and the facts that it was made from,
    encrypted; `question_hash` is a keyed hash of the question, by which the versions of one answer are counted.
    """

    __tablename__ = "application_document"
    __table_args__ = (
        # Its name by the convention would be longer than Postgres has names.
        UniqueConstraint(
            "application_id", "kind", "question_hash", "version", name="uq_application_document_kind_version"
        ),
        CheckConstraint(f"kind IN {DRAFT_KINDS}", name="kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(sa_column_args=[ForeignKey("application.id", ondelete="CASCADE")])
    kind: str
    question_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    version: int
    language: str
    model: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
