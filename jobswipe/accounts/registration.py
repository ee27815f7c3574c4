"""How somebody comes to an account: they ask for one and confirm their address, are invited, or an operator makes it.

Asking costs and answers the same whether or not the address has an account: a person without an account is written
with a code, and what the mail says is decided when it is sent. The account begins when the code comes back together
with the password that was chosen with it. So nobody can occupy an address, and whoever confirms a registration that
somebody else began with their address gets nowhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col, select

from jobswipe.accounts import audit, emails, mail, onetime, passwords, service, throttle
from jobswipe.accounts.principal import Role
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, ForbiddenError, NotFoundError
from jobswipe.models import LOCAL_PERSON_ID, Account, AccountToken, Person
from jobswipe.settings import Settings


def register(
    database: Database,
    settings: Settings,
    email: str,
    password: str,
    name: str,
    now: datetime,
    *,
    invitation: str | None = None,
) -> bool:
    """Whether the account is there already: with an invitation it is, else the address is to be confirmed.

    Raises UsageError, ForbiddenError where the settings do not let them, CodeError for a bad invitation.
    """
    policy = settings.accounts.registration
    if policy == "closed":
        raise ForbiddenError("Nobody can register here: ask the operator for an account.")
    if policy == "invite" and invitation is None:
        raise ForbiddenError("Here an invitation is needed to register: ask an admin for one.")
    address, called = emails.normal(email), service.name_of(name)
    password_hash = passwords.hashed(passwords.check(password, address), settings.accounts)
    with database.write() as session:
        if invitation is not None:
            _accept(session, invitation, address, called, password_hash, now)
            return True
        person_id = service.new_person(session, now)
        code = onetime.issue(
            session,
            person_id,
            "verify_email",
            now,
            timedelta(hours=settings.accounts.verify_hours),
            emails.fingerprint(session, address),
            {"email": address, "name": called, "password_hash": password_hash},
        )
        mail.enqueue(session, "verify", token_id=code.id)
        audit.record(session, "account.registration_asked", actor_id=None, person_id=None)
    return False


def confirm(database: Database, settings: Settings, code: str, password: str, now: datetime) -> int:
    """Begin the account of a registration; the person's id. Raises CodeError, the same for a wrong password."""
    with database.write() as session:
        found = onetime.find(session, code, "verify_email", now)
        about = onetime.opened(session, found)
        attempt = throttle.begin(session, found.email_hash, audit.visitor().address, now)
    if not passwords.verified(password, about["password_hash"], settings.accounts):
        raise onetime.bad_code()
    with database.write() as session:
        throttle.succeeded(session, attempt)
        return _begin(session, onetime.redeem(session, code, "verify_email", now), now).person_id


def confirm_newest(session: Session, email: str, now: datetime) -> Account:
    """Likewise by an operator, who knows that the address is theirs. Raises NotFoundError."""
    statement = select(AccountToken).where(
        AccountToken.email_hash == emails.fingerprint(session, emails.normal(email)),
        AccountToken.purpose == "verify_email",
        col(AccountToken.used_at).is_(None),
        col(AccountToken.expires_at) > now,
    )
    found = session.exec(statement.order_by(col(AccountToken.id).desc()).limit(1)).one_or_none()
    if found is None:
        raise NotFoundError("Nobody waits to have this e-mail address confirmed: let them register again.")
    return _begin(session, onetime.use(session, found, now), now)


def _begin(session: Session, code: AccountToken, now: datetime) -> Account:
    about = onetime.opened(session, code)
    try:
        account = service.create(
            session, code.person_id, about["email"], now,
            name=about["name"], password_hash=about["password_hash"], verified=True,
        )  # fmt: skip
    except ConflictError:  # an account came to be meanwhile
        raise onetime.bad_code() from None
    code.sealed = None
    session.add(code)
    session.flush()
    audit.record(session, "account.created", actor_id=account.person_id, person_id=account.person_id, by="registration")
    return account


def invite(
    session: Session, inviter_id: int, email: str, role: Role, now: datetime, settings: Settings
) -> tuple[AccountToken, str]:
    """An invitation, and its code; it is sent by mail. Raises UsageError, ForbiddenError, ConflictError."""
    if settings.accounts.registration == "closed":
        raise ForbiddenError("Nobody can register here: set JOBSWIPE_ACCOUNTS_REGISTRATION to invite first.")
    address = emails.normal(email)
    if service.by_email(session, address) is not None:
        raise ConflictError("There is an account with this e-mail address already.")
    made = onetime.issue(
        session,
        inviter_id,
        "invite",
        now,
        timedelta(days=settings.accounts.invite_days),
        emails.fingerprint(session, address),
        {"email": address},
        role=role,
    )
    mail.enqueue(session, "invite", token_id=made.id)
    audit.record(
        session, "invitation.made", actor_id=inviter_id, person_id=None, object_kind="invitation", object_id=made.id,
        role=role,
    )  # fmt: skip
    return made, str(onetime.opened(session, made)["token"])


def invitations(session: Session, now: datetime, *, after: int = 0, limit: int = 100) -> list[AccountToken]:
    """Those that can be accepted, in the order of their numbers, beyond `after`."""
    statement = _open_invitations(now).where(col(AccountToken.id) > after)
    return list(session.exec(statement.order_by(col(AccountToken.id)).limit(limit)))


def invited(session: Session, invitation: AccountToken) -> str:
    """Whom it was sent to."""
    return str(onetime.opened(session, invitation)["email"])


def withdraw(session: Session, invitation_id: int, now: datetime, *, actor_id: int | None) -> None:
    """Raises NotFoundError."""
    found = session.exec(_open_invitations(now).where(AccountToken.id == invitation_id)).one_or_none()
    if found is None:
        raise NotFoundError(f"No invitation {invitation_id}.")
    found.used_at = now
    session.add(found)
    session.flush()
    audit.record(
        session, "invitation.withdrawn", actor_id=actor_id, person_id=None, object_kind="invitation",
        object_id=invitation_id,
    )  # fmt: skip


def _open_invitations(now: datetime) -> Any:
    return select(AccountToken).where(
        AccountToken.purpose == "invite", col(AccountToken.used_at).is_(None), col(AccountToken.expires_at) > now
    )


def _accept(session: Session, code: str, address: str, name: str, password_hash: str, now: datetime) -> None:
    """The account of whoever was invited: the code came to the address, so it is confirmed. Raises CodeError."""
    found = onetime.redeem(session, code, "invite", now)
    if found.email_hash != emails.fingerprint(session, address):
        raise onetime.bad_code()
    role: Role = found.role or "user"  # type: ignore[assignment]  # `invite` wrote it
    try:
        account = service.create(
            session, service.new_person(session, now), address, now,
            name=name, password_hash=password_hash, role=role, verified=True,
        )  # fmt: skip
    except ConflictError:
        raise onetime.bad_code() from None
    found.sealed = None
    session.add(found)
    session.flush()
    audit.record(
        session, "account.created", actor_id=account.person_id, person_id=account.person_id, object_kind="invitation",
        object_id=found.id, by="invitation", role=role,
    )  # fmt: skip


def prune(session: Session, now: datetime) -> int:
    """Forget codes that ended a week ago, and people who never confirmed; how many of these."""
    old = now - timedelta(days=7)
    pending = select(AccountToken.person_id).where(
        AccountToken.purpose == "verify_email", col(AccountToken.expires_at) < now
    )
    forgotten = session.execute(
        delete(Person)
        .where(
            col(Person.id).in_(pending),
            col(Person.id) != LOCAL_PERSON_ID,
            col(Person.id).not_in(select(Account.person_id)),
        )
        .returning(col(Person.id))
        .execution_options(synchronize_session=False)
    ).all()
    ended = (col(AccountToken.expires_at) < old) | (col(AccountToken.used_at) < old)
    session.execute(delete(AccountToken).where(ended))
    return len(forgotten)
