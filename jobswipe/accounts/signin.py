"""Signing in: a password, and a code where codes are switched on; and a password asked for once more.

Each attempt is counted in a transaction of its own before it is looked at (see `throttle`), and hashing happens in no
transaction. That the e-mail is unknown is told by neither the answer nor its time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from jobswipe import clock
from jobswipe.accounts import audit, emails, mail, passwords, service, sessions, throttle, totp
from jobswipe.accounts.principal import Role
from jobswipe.db.engine import Database
from jobswipe.errors import (
    AccessError,
    ForbiddenError,
    JobSwipeError,
    SecondFactorError,
    ThrottledError,
    UnauthenticatedError,
)
from jobswipe.models import Account
from jobswipe.observability import logs
from jobswipe.security import vault
from jobswipe.settings import Settings


@dataclass(frozen=True)
class SignedIn:
    """A session that has begun. `token` is its proof, `csrf` what changes are sent with, `device` is for next time."""

    person_id: int
    role: Role
    session_id: int
    expires_at: datetime
    token: str
    csrf: str
    device: str


def sign_in(
    database: Database,
    settings: Settings,
    email: str,
    password: str,
    *,
    code: str | None = None,
    recovery_code: str | None = None,
    device: str | None = None,
    replaces: str | None = None,
) -> SignedIn:
    """Begin a session. `device` is what an earlier sign-in gave; `replaces` is the token of a session that ends.

    Raises UsageError, ThrottledError, UnauthenticatedError, SecondFactorError (the password is right, and a code is
    needed), ForbiddenError (the account is disabled: told to nobody who lacks the password).
    """
    now = clock.now()
    address = emails.normal(email)
    with database.write() as session:
        who = emails.fingerprint(session, address)
        device = throttle.device_of(session, who, device)
        attempt = _begin(session, who, now, device)
    with database.read() as session:
        found = service.by_fingerprint(session, who)
        known = found.password_hash if found is not None else None
    right = passwords.verified(password, known, settings.accounts)
    fresh = None
    if right and known is not None and passwords.outdated(known, settings.accounts):
        fresh = passwords.hashed(passwords.normal(password), settings.accounts)
    with database.write() as session:
        account = service.by_fingerprint(session, who)
        if account is None or not right or account.password_hash != known:  # changed meanwhile
            _failed(session, account, "password")
            problem: JobSwipeError = UnauthenticatedError("The e-mail address or the password is wrong.")
        elif account.disabled_at is not None:
            _failed(session, account, "disabled")
            problem = ForbiddenError("This account is disabled: ask the operator.")
        elif account.totp_enabled_at is not None and not code and not recovery_code:
            throttle.succeeded(session, attempt)
            problem = SecondFactorError("A code of your authenticator is needed too, or a recovery code.")
        elif account.totp_enabled_at is not None and not _second(session, account, code, recovery_code, now):
            _failed(session, account, "code")
            problem = UnauthenticatedError("The code is wrong or was used already: wait for the next one.")
        else:
            throttle.succeeded(session, attempt)
            if fresh is not None:
                account.password_hash = fresh
            return enter(session, settings, account, now, by="password", device=device, replaces=replaces)
    raise problem


def enter(
    session: Session,
    settings: Settings,
    account: Account,
    now: datetime,
    *,
    by: str,
    device: str | None = None,
    replaces: str | None = None,
) -> SignedIn:
    """Begin a session of somebody who has proved who they are, always with a new token."""
    if replaces is not None:
        sessions.revoke_token(session, replaces, now)
    visitor = audit.visitor()
    begun, token = sessions.start(session, account.person_id, now, settings.accounts, visitor)
    assert begun.id is not None  # noqa: S101 - for the type checker: it was flushed
    if device is None and account.last_sign_in_at is not None and settings.mail.url is not None:
        mail.enqueue(session, "new_sign_in", person_id=account.person_id, session_id=begun.id)
    account.last_sign_in_at = now
    session.add(account)
    session.flush()
    audit.record(
        session, "account.signed_in", actor_id=account.person_id, person_id=account.person_id, object_kind="session",
        object_id=begun.id, by=by,
    )  # fmt: skip
    role: Role = account.role  # type: ignore[assignment]  # a constraint of the table holds it
    return SignedIn(
        person_id=account.person_id,
        role=role,
        session_id=begun.id,
        expires_at=begun.expires_at,
        token=token,
        csrf=sessions.csrf(vault.of(session), token),
        device=throttle.new_device(session, account.email_hash),
    )


def ask_again(database: Database, settings: Settings, person_id: int, password: str) -> None:
    """Have somebody who is signed in prove it once more. Raises ForbiddenError, ThrottledError."""
    now = clock.now()
    with database.write() as session:
        attempt = throttle.begin_own(session, person_id, now)
    with database.read() as session:
        known = service.get(session, person_id).password_hash
    right = passwords.verified(password, known, settings.accounts)
    with database.write() as session:
        if right:
            throttle.succeeded(session, attempt)
            return
        audit.record(session, "account.asked_again", actor_id=person_id, person_id=person_id, outcome="password")
    raise ForbiddenError("The password is wrong.")


def _begin(session: Session, who: bytes, now: datetime, device: str | None) -> throttle.Attempt:
    visitor = audit.visitor()
    try:
        return throttle.begin(session, who, visitor.address, now, device=device)
    except ThrottledError:
        # A line of the log, no row: whoever tries a thousand times a second must not fill the store.
        logs.security(
            "account_sign_in",
            who=None,
            source=visitor.address,
            agent=visitor.agent,
            path=visitor.path,
            outcome="throttled",
        )
        raise


def _second(session: Session, account: Account, code: str | None, recovery_code: str | None, now: datetime) -> bool:
    if code:
        return totp.verify(session, account, code, now)
    return bool(recovery_code) and totp.recover(session, account.person_id, recovery_code or "", now)


def _failed(session: Session, account: Account | None, outcome: str) -> None:
    """That somebody failed is kept although the request fails."""
    person_id = account.person_id if account is not None else None
    audit.record(session, "account.sign_in_failed", actor_id=None, person_id=person_id, outcome=outcome)


def refused(database: Database, person_id: int | None, outcome: str, error: AccessError) -> AccessError:
    """`error`, after it was recorded that somebody failed."""
    with database.write() as session:
        audit.record(session, "account.sign_in_failed", actor_id=None, person_id=person_id, outcome=outcome)
    return error
