"""What operators look back at: figures of the store, as they were at moments of the past."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime


class MetricSnapshot(SQLModel, table=True):
    """One figure at one moment, such as (`tasks`, `dead`, 3); `label` is empty where a figure has one value only.

    The rows of one moment have the same `at`. No figure is about a person.
    """

    __tablename__ = "metric_snapshot"
    __table_args__ = (Index("uq_metric_snapshot_at", "at", "figure", "label", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    figure: str
    label: str = ""
    value: float
