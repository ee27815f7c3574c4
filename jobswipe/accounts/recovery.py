"""A new password: forgotten and set by a code from a mail, or changed by whoever knows the present one.

Either ends all other sessions, and all API keys where that is asked for: programs go on otherwise. A forgotten password
is asked for without a look at whether there is an account.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from jobswipe.accounts import apikeys, audit, emails, mail, onetime, passwords, service, sessions, signin, throttle
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError
from jobswipe.models import Account, AccountToken
from jobswipe.settings import Settings
from jobswipe.tasks import ledger

MAILS_AN_HOUR = 3
"""Codes for a new password, or to confirm an address, that one address is sent."""


def forgot(session: Session, email: str) -> None:
    """Have a code sent, if there is an account: a task looks. Raises UsageError."""
    email_hash = emails.fingerprint(session, emails.normal(email)).hex()
    ledger.enqueue(session, "account.forgot", {"email_hash": email_hash}, dedupe_key=email_hash)


def send_code(session: Session, settings: Settings, email_hash: bytes, now: datetime) -> None:
    """What the task does: nothing where there is no account, or enough mails were sent."""
    account = service.by_fingerprint(session, email_hash)
    if account is None or account.disabled_at is not None:
        return
    if onetime.recent(session, email_hash, "reset_password", now - timedelta(hours=1)) >= MAILS_AN_HOUR:
        return
    code = reset_code(session, settings, account, now)
    mail.enqueue(session, "reset", token_id=code.id)
    audit.record(session, "account.reset_asked", actor_id=None, person_id=account.person_id)


def reset_code(session: Session, settings: Settings, account: Account, now: datetime) -> AccountToken:
    """A code for a new password; earlier ones end."""
    lifetime = timedelta(minutes=settings.accounts.reset_minutes)
    about = {"email": service.identity(session, account).email}
    return onetime.issue(session, account.person_id, "reset_password", now, lifetime, account.email_hash, about)


def reset(
    database: Database, settings: Settings, code: str, password: str, now: datetime, *, revoke_api_keys: bool = False
) -> str:
    """Set a password by a code; all sessions end. Answers a device's text for the next sign-in (see `throttle`).

    The code came by mail: the address is confirmed with it. Raises CodeError, UsageError.
    """
    with database.read() as session:
        found = onetime.find(session, code, "reset_password", now)
        email = str(onetime.opened(session, found)["email"])
    password_hash = passwords.hashed(passwords.check(password, email), settings.accounts)
    with database.write() as session:
        account = service.get(session, onetime.redeem(session, code, "reset_password", now).person_id)
        if account.disabled_at is not None or account.email_hash != found.email_hash:
            raise onetime.bad_code()
        account.email_verified_at = account.email_verified_at or now
        _set(session, settings, account, password_hash, now, by="reset", revoke_api_keys=revoke_api_keys)
        return throttle.new_device(session, account.email_hash)


def change(
    database: Database,
    settings: Settings,
    person_id: int,
    present: str,
    password: str,
    session_id: int,
    now: datetime,
    *,
    revoke_api_keys: bool = False,
) -> None:
    """Replace the password; all other sessions end. Raises ForbiddenError, ThrottledError, UsageError."""
    with database.read() as session:
        email = service.identity(session, service.get(session, person_id)).email
    chosen = passwords.check(password, email)
    signin.ask_again(database, settings, person_id, present)
    password_hash = passwords.hashed(chosen, settings.accounts)
    with database.write() as session:
        account = service.get(session, person_id)
        _set(
            session, settings, account, password_hash, now, by="password", keep=session_id,
            revoke_api_keys=revoke_api_keys,
        )  # fmt: skip


def ask_for_email(session: Session, settings: Settings, person_id: int, email: str, now: datetime) -> None:
    """Have a new address confirmed; whether another account has it, only its mail says. Raises UsageError."""
    address = emails.normal(email)
    present = service.identity(session, service.get(session, person_id)).email
    code = onetime.issue(
        session,
        person_id,
        "change_email",
        now,
        timedelta(hours=settings.accounts.verify_hours),
        emails.fingerprint(session, address),
        {"email": address, "before": present},
    )
    mail.enqueue(session, "change_email", token_id=code.id)
    audit.record(session, "account.email_change_asked", actor_id=person_id, person_id=person_id)


def confirm_email(session: Session, code: str, now: datetime) -> int:
    """Take the new address; the old one is told. The person's id. Raises CodeError."""
    found = onetime.redeem(session, code, "change_email", now)
    about = onetime.opened(session, found)
    if service.by_fingerprint(session, found.email_hash) is not None:
        raise onetime.bad_code()
    account = service.get(session, found.person_id)
    who = service.identity(session, account)
    if who.email != about["before"]:
        raise onetime.bad_code()
    service.seal(session, account, service.Identity(email=about["email"], name=who.name))
    account.email_verified_at = now
    session.add(account)
    mail.enqueue(session, "email_changed", token_id=found.id)
    audit.record(session, "account.email_changed", actor_id=found.person_id, person_id=found.person_id)
    return found.person_id


def _set(
    session: Session,
    settings: Settings,
    account: Account,
    password_hash: str,
    now: datetime,
    *,
    by: str,
    revoke_api_keys: bool,
    keep: int | None = None,
) -> None:
    if account.disabled_at is not None:
        raise ConflictError("This account is disabled.")
    account.password_hash, account.password_changed_at = password_hash, now
    session.add(account)
    ended = sessions.revoke_all(session, account.person_id, now, but=keep)
    revoked = apikeys.revoke_all(session, account.person_id, now) if revoke_api_keys else 0
    if settings.mail.url is not None:
        mail.enqueue(session, "password_changed", person_id=account.person_id)
    audit.record(
        session, "account.password_changed", actor_id=account.person_id, person_id=account.person_id, by=by,
        sessions_ended=ended, api_keys_revoked=revoked,
    )  # fmt: skip
