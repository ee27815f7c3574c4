"""Companies, postings with their places, skills, versions, and the clusters of duplicates."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime


class Company(SQLModel, table=True):
    """An employer. `key` is the folded name that blocking and deduplication use."""

    __tablename__ = "company"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    name: str


class ChangeCounter(SQLModel, table=True):
    """The last change sequence number. Its row lock makes numbers commit in order, so a reader never skips one."""

    __tablename__ = "change_counter"

    name: str = Field(primary_key=True)
    value: int = Field(default=0, sa_type=BigInteger)


class Cluster(SQLModel, table=True):
    """Postings that are one opening. It shows its open member with the smallest id."""

    __tablename__ = "cluster"

    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Posting(SQLModel, table=True):
    """One posting of one source. `change_seq` grows with every visible change; derived data catches up by it.

    `raw_hash` is of the record as read (an equal one needs no new look), `shown` is false for the members of a cluster
    that stand behind its shown one. `skills_edition` is the edition of the extraction that found its skills, 0 where
    that is not known. The long text is the last column, so that scans of the others stay light.
    """

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        CheckConstraint("workplace IN ('remote', 'hybrid', 'onsite')", name="workplace"),
        CheckConstraint("salary_min IS NULL OR salary_max IS NULL OR salary_min <= salary_max", name="salary_order"),
        Index("ix_posting_change_seq", "change_seq"),
        Index("ix_posting_source_id_state_last_run_id", "source_id", "state", "last_run_id"),
        Index("ix_posting_company_id_title_key", "company_id", "title_key"),
        Index("ix_posting_cluster_id", "cluster_id"),
        Index(
            "ix_posting_valid_through",
            "valid_through",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_posting_skills_edition",
            "skills_edition",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(sa_column_args=[ForeignKey("source.id", ondelete="CASCADE")])
    external_id: str
    company_id: int | None = Field(default=None, sa_column_args=[ForeignKey("company.id")])
    cluster_id: int | None = Field(default=None, sa_column_args=[ForeignKey("cluster.id", ondelete="SET NULL")])
    state: str = "open"
    shown: bool = True
    change_seq: int = Field(sa_type=BigInteger)
    raw_hash: str
    last_run_id: int
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    repost_of_id: int | None = Field(default=None, sa_column_args=[ForeignKey("posting.id", ondelete="SET NULL")])
    requisition_id: str | None = None
    title: str
    title_key: str
    url: str | None = None
    apply_url: str | None = None
    workplace: str | None = None
    remote_countries: list[str] = Field(default_factory=list, sa_type=JSON)
    remote_regions: list[str] = Field(default_factory=list, sa_type=JSON)
    employment_type: str | None = None
    seniority: str | None = None
    salary_min: float | None = None
    salary_max: float | None = None
    salary_currency: str | None = None
    salary_period: str | None = None
    salary_provenance: str | None = None
    salary_quote: str | None = None
    language: str | None = None
    posted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    updated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_through: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attribution: str | None = None
    skills_edition: int = 0
    description_text: str | None = Field(default=None, sa_column=Column(Text))


class PostingPlace(SQLModel, table=True):
    """One of a posting's places, in the source's order."""

    __tablename__ = "posting_place"
    __table_args__ = (Index("ix_posting_place_country_city", "country", "city"),)

    posting_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("posting.id", ondelete="CASCADE")])
    position: int = Field(primary_key=True)
    text: str
    city: str | None = None
    region: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class SkillConcept(SQLModel, table=True):
    """A concept of the skill taxonomy that some posting names. `concept` is the taxonomy's id."""

    __tablename__ = "skill"

    id: int | None = Field(default=None, primary_key=True)
    concept: str = Field(unique=True)
    name: str


class PostingSkill(SQLModel, table=True):
    """A skill that a posting names, best first, with its quote."""

    __tablename__ = "posting_skill"
    __table_args__ = (Index("ix_posting_skill_skill_id", "skill_id"),)

    posting_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("posting.id", ondelete="CASCADE")])
    position: int = Field(primary_key=True)
    skill_id: int = Field(sa_column_args=[ForeignKey("skill.id")])
    quote: str


class PostingVersion(SQLModel, table=True):
    """What a posting said before a change, close or reopening: `before` holds the old value of each changed field."""

    __tablename__ = "posting_version"
    __table_args__ = (UniqueConstraint("posting_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    posting_id: int = Field(sa_column_args=[ForeignKey("posting.id", ondelete="CASCADE")])
    number: int
    at: datetime = Field(sa_type=UtcDateTime)
    kind: str
    changed: list[str] = Field(default_factory=list, sa_type=JSON)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class ClusterMember(SQLModel, table=True):
    """Why a posting belongs to its cluster. Deleting the row (a split) undoes the merge; `split_at` keeps it undone."""

    __tablename__ = "cluster_member"
    __table_args__ = (Index("ix_cluster_member_cluster_id", "cluster_id"),)

    posting_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("posting.id", ondelete="CASCADE")])
    cluster_id: int = Field(sa_column_args=[ForeignKey("cluster.id", ondelete="CASCADE")])
    reason: str
    similarity: float
    joined_at: datetime = Field(sa_type=UtcDateTime)
    split_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
