"""The keys of personal data: that the store's exist, and each person's own, wrapped."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime


class StoreKey(SQLModel, table=True):
    """That there is an encryption key of this number (0: the secret); `proof` tells whether a configured one is it."""

    __tablename__ = "store_key"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    proof: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)


class PersonKey(SQLModel, table=True):
    """A person's data key, wrapped by the store key `version` (see `jobswipe.security.vault`)."""

    __tablename__ = "person_key"

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    version: int = Field(index=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)
