"""Accounts: who may do what, by what they prove it, and what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from jobswipe.models.base import UtcDateTime

ROLES = ("user", "analyst", "operator", "admin")
"""Each may what those before it may not."""
TOKEN_PURPOSES = ("verify_email", "change_email", "reset_password", "invite")


class Account(SQLModel, table=True):
    """How a person signs in. `email_hash` finds them, `sealed` holds the e-mail and the name, encrypted.

    `password_hash` is null where only another provider signs them in. `totp_step` is the last time step whose code was
    used; codes are asked for once `totp_enabled_at` is set.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint(f"role IN {ROLES}", name="role"),)

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    email_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    password_hash: str | None = None
    role: str = "user"
    created_at: datetime = Field(sa_type=UtcDateTime)
    email_verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    password_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    totp_enabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    totp_step: int | None = Field(default=None, sa_type=BigInteger)


class ExternalIdentity(SQLModel, table=True):
    """Whom an OpenID provider knows a person as; the subject is kept as a keyed hash."""

    __tablename__ = "external_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject_hash"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")], index=True)
    issuer: str
    subject_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)


class LoginSession(SQLModel, table=True):
    """A signed-in browser or client. The token itself is with the client; `sealed` holds its agent and address."""

    __tablename__ = "login_session"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")], index=True)
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class ApiKey(SQLModel, table=True):
    """A key for programs. The key itself is shown once; `prefix` is its public beginning, by which people tell it."""

    __tablename__ = "api_key"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")], index=True)
    name: str
    prefix: str
    key_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccountToken(SQLModel, table=True):
    """A single-use token that was sent to somebody; `sealed`: what it is about, and the token until it was sent.

    `person_id` is whose it is: of an invitation whoever invites, of a registration the person that it would be.
    `email_hash` is of the address that it was sent to.
    """

    __tablename__ = "account_token"
    __table_args__ = (CheckConstraint(f"purpose IN {TOKEN_PURPOSES}", name="purpose"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")], index=True)
    purpose: str
    token_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    email_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    role: str | None = None
    sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class RecoveryCode(SQLModel, table=True):
    """A code that stands in for a lost authenticator, once."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")], index=True)
    code_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInFailure(SQLModel, table=True):
    """Failed sign-ins of one subject (account, address, both), by keyed hash, whether or not the account exists."""

    __tablename__ = "sign_in_failure"

    subject_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    failures: int = 0
    last_at: datetime = Field(sa_type=UtcDateTime)
    blocked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuditEvent(SQLModel, table=True):
    """Who did what to which object. Append-only; persons are numbers without a foreign key: it outlives them."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_at", "at"),
        Index("ix_audit_event_actor_id_id", "actor_id", "id"),
        Index("ix_audit_event_person_id_id", "person_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    action: str
    outcome: str = "done"
    actor_id: int | None = None
    person_id: int | None = None
    object_kind: str | None = None
    object_id: str | None = None
    request_id: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class IdempotentReply(SQLModel, table=True):
    """What a request with an idempotency key was answered: the same request again is answered the same."""

    __tablename__ = "idempotent_reply"
    __table_args__ = (Index("ix_idempotent_reply_at", "at"),)

    person_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("person.id", ondelete="CASCADE")])
    key_hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    status: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_type=UtcDateTime)
