"""Accounts: made, found, shown, renamed, given a role, disabled, deleted. Services never commit."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import delete
from sqlmodel import Session, col, select

from jobswipe.accounts import audit, emails, sessions
from jobswipe.accounts.principal import Role, role_named
from jobswipe.db.insert import insert_missing
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import LOCAL_PERSON_ID, Account, Person
from jobswipe.models.base import table
from jobswipe.security import vault

LONGEST_NAME = 200
_PLACE = "account"


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What is encrypted of an account."""

    email: str
    name: str = ""


def name_of(text: str) -> str:
    """A person's name as it is kept: as given, without blanks around. Raises UsageError."""
    found = text.strip()
    if len(found) > LONGEST_NAME or any(ord(letter) < 32 or ord(letter) == 127 for letter in found):
        raise UsageError(f"A name is one line of at most {LONGEST_NAME} characters.")
    return found


def new_person(session: Session, now: datetime) -> int:
    """A person without an account; their id."""
    made = Person(created_at=now)
    session.add(made)
    session.flush()
    assert made.id is not None  # noqa: S101 - for the type checker: it was flushed
    return made.id


def create(
    session: Session,
    person_id: int,
    email: str,
    now: datetime,
    *,
    name: str = "",
    password_hash: str | None = None,
    role: Role = "user",
    verified: bool = False,
) -> Account:
    """The account of a person. `email` is in its normal form. Raises ConflictError where one has it, or the person."""
    email_hash = emails.fingerprint(session, email)
    if session.get(Account, person_id) is not None:
        raise ConflictError(f"Person {person_id} has an account already.")
    sealed = vault.of(session).seal(session, person_id, _PLACE, {"email": email, "name": name_of(name)})
    made = Account(
        person_id=person_id,
        email_hash=email_hash,
        sealed=sealed,
        password_hash=password_hash,
        role=role,
        created_at=now,
        email_verified_at=now if verified else None,
        password_changed_at=now if password_hash else None,
    )
    # Two at once with one address: the second one finds the first one's row.
    insert_missing(session, table(Account), [made.model_dump()], ["email_hash"])
    stored = session.get(Account, person_id)
    if stored is None:
        raise ConflictError("There is an account with this e-mail address already.")
    return stored


def by_email(session: Session, email: str) -> Account | None:
    """`email` is in its normal form."""
    return by_fingerprint(session, emails.fingerprint(session, email))


def by_fingerprint(session: Session, email_hash: bytes) -> Account | None:
    return session.exec(select(Account).where(Account.email_hash == email_hash)).one_or_none()


def named(session: Session, email: str) -> Account:
    """The account of an address, as an operator types it. Raises NotFoundError."""
    found = by_email(session, emails.normal(email))
    if found is None:
        raise NotFoundError("There is no account with this e-mail address: 'jobswipe user list' shows all.")
    return found


def get(session: Session, person_id: int) -> Account:
    """Raises NotFoundError."""
    found = session.get(Account, person_id)
    if found is None:
        raise NotFoundError(f"There is no account {person_id}.")
    return found


def identity(session: Session, account: Account) -> Identity:
    opened = vault.of(session).open(session, account.person_id, _PLACE, account.sealed)
    return msgspec.convert(opened, Identity)


def seal(session: Session, account: Account, who: Identity) -> None:
    """Keep another e-mail (in its normal form) or name. The caller has seen that no other account has the e-mail."""
    account.sealed = vault.of(session).seal(session, account.person_id, _PLACE, msgspec.to_builtins(who))
    account.email_hash = emails.fingerprint(session, who.email)
    session.add(account)
    session.flush()


def rename(session: Session, person_id: int, name: str) -> Account:
    """Raises UsageError, NotFoundError."""
    account = get(session, person_id)
    seal(session, account, Identity(email=identity(session, account).email, name=name_of(name)))
    return account


def listing(session: Session, *, after: int = 0, limit: int = 100) -> list[Account]:
    """Accounts in the order of their numbers, those beyond `after`."""
    statement = select(Account).where(col(Account.person_id) > after).order_by(col(Account.person_id)).limit(limit)
    return list(session.exec(statement))


def set_role(session: Session, person_id: int, role: str, *, actor_id: int | None) -> Account:
    """Raises UsageError, NotFoundError, ConflictError for the last admin, unless the machine's operator (None) asks."""
    account = get(session, person_id)
    if role_named(role) != account.role:
        before = account.role
        if before == "admin" and actor_id is not None:
            _not_the_last(session, person_id)
        account.role = role
        session.add(account)
        session.flush()
        audit.record(
            session, "account.role_changed", actor_id=actor_id, person_id=person_id, object_kind="account",
            object_id=person_id, before=before, after=role,
        )  # fmt: skip
    return account


def set_disabled(session: Session, person_id: int, disabled: bool, now: datetime, *, actor_id: int | None) -> Account:
    """A disabled account's sessions end, its keys are refused. Raises NotFoundError, ConflictError as `set_role`."""
    account = get(session, person_id)
    if disabled != (account.disabled_at is not None):
        if disabled and account.role == "admin" and actor_id is not None:
            _not_the_last(session, person_id)
        account.disabled_at = now if disabled else None
        session.add(account)
        if disabled:
            sessions.revoke_all(session, person_id, now)
        session.flush()
        audit.record(
            session, "account.disabled" if disabled else "account.enabled", actor_id=actor_id, person_id=person_id,
            object_kind="account", object_id=person_id,
        )  # fmt: skip
    return account


def remove(session: Session, person_id: int, now: datetime, *, actor_id: int | None) -> None:
    """Delete an account and everything of its person; what was encrypted for them can be opened no more.

    The bare number stays, so that it never becomes another's: the audit log knows people by it. Raises NotFoundError,
    and ConflictError as `set_role`.
    """
    account = get(session, person_id)
    if account.role == "admin" and account.disabled_at is None and actor_id is not None:
        _not_the_last(session, person_id)
    vault.of(session).forget(session, person_id)
    session.expunge_all()
    session.execute(delete(Person).where(col(Person.id) == person_id))
    session.add(Person(id=person_id, created_at=now))
    session.flush()
    audit.record(
        session, "account.deleted", actor_id=actor_id, person_id=person_id, object_kind="account", object_id=person_id
    )


def _not_the_last(session: Session, person_id: int) -> None:
    """Somebody must be able to manage accounts. The rows are locked: two admins cannot demote each other at once."""
    statement = select(Account.person_id).where(Account.role == "admin", col(Account.disabled_at).is_(None))
    others = [one for one in session.exec(statement.with_for_update()) if one != person_id]
    if not others:
        raise ConflictError("This is the last admin: make another one first.")


def role_of(session: Session, person_id: int) -> Role:
    """The role of a person; whoever has the machine has all of its own data. Raises NotFoundError."""
    if person_id == LOCAL_PERSON_ID and session.get(Account, person_id) is None:
        return "admin"
    role: Role = get(session, person_id).role  # type: ignore[assignment]  # a constraint of the table holds it
    return role
