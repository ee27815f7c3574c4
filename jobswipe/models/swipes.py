"""The append-only log of verdicts, and the preference model that is learned from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

Verdict = Literal["like", "dislike", "save", "skip"]
SwipeReason = Literal["company", "place", "pay", "level", "field", "other"]
"""Why a posting is disliked; "other" says nothing to the learner."""


class Swipe(SQLModel, table=True):
    """One verdict. Rows are never changed or deleted; an `undo` is a row that names the swipe it takes back.

    `score` and `parts` are as the card showed them, `deck_position` counts from 1, `explored` marks a card shown to
    learn rather than for its score. `evidence` is what the verdict taught besides the posting's own features, exactly:
    the unlearned log-odds (`base`) and the raw values of `jobswipe.matching.design.DENSE`.
    """

    __tablename__ = "swipe"
    __table_args__ = (
        CheckConstraint("verdict IN ('like', 'dislike', 'save', 'skip', 'undo')", name="verdict"),
        CheckConstraint("(verdict = 'undo') = (undoes_id IS NOT NULL)", name="undo_names_its_swipe"),
        Index("ix_swipe_person_id_posting_id", "person_id", "posting_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    posting_id: int = Field(sa_column_args=[ForeignKey("posting.id", ondelete="CASCADE")])
    verdict: str
    undoes_id: int | None = Field(default=None, unique=True, sa_column_args=[ForeignKey("swipe.id")])
    at: datetime = Field(sa_type=UtcDateTime)
    score: float | None = None
    parts: dict[str, float] | None = Field(default=None, sa_type=JSON)
    evidence: dict[str, float] | None = Field(default=None, sa_type=JSON)
    model_version: int = 0
    deck_position: int | None = None
    explored: bool = False
    reason: str | None = None


class PreferenceModel(SQLModel, table=True):
    """A person's learned model: opaque `state` of `jobswipe.matching.learn`, `version` grows with each change of it.

    `skills_edition` is the oldest edition of the skills that it was learned from.
    """

    __tablename__ = "preference_model"

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    version: int = 0
    last_swipe_id: int | None = None
    skills_edition: int = 0
    updated_at: datetime = Field(sa_type=UtcDateTime)
    state: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False))
    summary: dict[str, Any] | None = Field(default=None, sa_type=JSON)
