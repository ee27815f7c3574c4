"""Texts that were drafted for an application: every version is kept, with what in it the resume does not back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

DRAFT_KINDS = ("cover-letter", "answer")


class ApplicationDocument(SQLModel, table=True):
    """A draft. `question` is empty for a cover letter, `model` null for a template.

    `flags` are the claims that no fact backs, `facts` the numbered facts that the draft was made from.
    """

    __tablename__ = "application_document"
    __table_args__ = (
        UniqueConstraint("application_id", "kind", "question", "version"),
        CheckConstraint(f"kind IN {DRAFT_KINDS}", name="kind"),
    )

    id: int | None = Field(default=None, primary_key=True)
    application_id: int = Field(sa_column_args=[ForeignKey("application.id", ondelete="CASCADE")])
    kind: str
    question: str = ""
    version: int
    language: str
    model: str | None = None
    flags: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    facts: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    text: str = Field(sa_column=Column(Text, nullable=False))
