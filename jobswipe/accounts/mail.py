"""What the system sends by mail: asked for as a task that holds numbers only, written and addressed when it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from sqlmodel import Session

from jobswipe.accounts import apikeys, onetime, service
from jobswipe.errors import SettingsError
from jobswipe.models import Account, AccountToken, LoginSession
from jobswipe.tasks import ledger

if TYPE_CHECKING:
    from jobswipe.settings import Settings

KIND = "account.mail"
AN_HOUR = 3
"""Mails about a registration that one address gets."""
What = Literal["verify", "reset", "change_email", "invite", "new_sign_in", "password_changed", "email_changed"]

_ASK = "If you did not ask for this, do nothing."
_ALARM = "If this was not you, set a new password now and look through your sessions and API keys."


@dataclass(frozen=True)
class Mail:
    """A mail that is ready. `code` is the row whose text it holds."""

    to: str
    title: str
    body: str
    code: AccountToken | None = None


def enqueue(session: Session, what: What, **numbers: int | None) -> None:
    """Have a mail sent once the caller's transaction is committed. `numbers` are ids of what it is about."""
    ledger.enqueue(session, KIND, {"mail": what, **numbers}, priority=10)


def write(session: Session, payload: dict[str, Any], settings: Settings, now: datetime) -> Mail | None:
    """The mail of a task; None where it has become pointless."""
    what = payload["mail"]
    if "token_id" in payload:
        code = session.get(AccountToken, payload["token_id"])
        if code is None or code.sealed is None:
            return None
        about = onetime.opened(session, code)
        if what == "email_changed":
            body = f"Your account has another e-mail address from now on; this one is not used any more. {_ALARM}"
            return Mail(about["before"], "JobSwipe: your e-mail address was changed", body)
        if code.used_at is not None or code.expires_at <= now or "token" not in about:
            return None
        return _with_code(session, what, code, about, settings, now)
    account = session.get(Account, payload["person_id"])
    if account is None:
        return None
    to = service.identity(session, account).email
    if what == "password_changed":
        body = f"Your password was changed, and your other sessions have ended. {_keys(session, account)}{_ALARM}"
        return Mail(to, "JobSwipe: your password was changed", body)
    begun = session.get(LoginSession, payload["session_id"])
    if begun is None:
        return None
    where = _where(session, begun)
    body = f"Somebody signed in to your account from a device that had not been seen before{where}. {_ALARM}"
    return Mail(to, "JobSwipe: a new sign-in", body)


def _keys(session: Session, account: Account) -> str:
    """That a new password leaves API keys as they are."""
    count = len(apikeys.listing(session, account.person_id))
    return f"{count} API {'key goes' if count == 1 else 'keys go'} on. " if count else ""


def _with_code(
    session: Session, what: str, code: AccountToken, about: dict[str, Any], settings: Settings, now: datetime
) -> Mail | None:
    to, text = str(about["email"]), link(settings, what, str(about["token"]))
    until = f"It is valid until {code.expires_at:%Y-%m-%d %H:%M} UTC, once."
    if what in ("verify", "change_email"):
        purpose: onetime.Purpose = "verify_email" if what == "verify" else "change_email"
        if onetime.recent(session, code.email_hash, purpose, now - timedelta(hours=1)) > AN_HOUR:
            return None
        if service.by_fingerprint(session, code.email_hash) is not None:
            body = (
                "Somebody tried to register with your e-mail address, or to make it theirs. You have an account with "
                "it already, and nothing was changed. If it was you and you do not know your password, ask for a new "
                "one."
            )
            return Mail(to, "JobSwipe: you have an account already", body)
        body = f"Confirm your e-mail address with this code:\n\n{text}\n\n{until} {_ASK}"
        return Mail(to, "JobSwipe: confirm your e-mail address", body, code)
    if what == "invite":
        body = f"You are invited to JobSwipe{_at(settings)}. Register with this code:\n\n{text}\n\n{until}"
        return Mail(to, "JobSwipe: an invitation", body, code)
    body = f"Set a new password with this code:\n\n{text}\n\n{until} {_ASK}"
    return Mail(to, "JobSwipe: a new password", body, code)


def link(settings: Settings, what: str, code: str) -> str:
    """A code as it is given to people: within the address of the operator's page where there is one."""
    page = settings.accounts.page
    return code if page is None else page.replace("{purpose}", what).replace("{code}", code)


def address(settings: Settings, to: str) -> str:
    """The address in Apprise's form that sends to somebody. Raises SettingsError, without the address in it."""
    from jobswipe.notifications.services import schema_of

    url = settings.mail.url.get_secret_value() if settings.mail.url is not None else ""
    if schema_of(url) not in ("mailto", "mailtos"):
        raise SettingsError(
            "JOBSWIPE_MAIL_URL is no mail server: write it as mailtos://USER:PASSWORD@smtp.example.com:587."
        )
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode({'from': settings.mail.sender, 'to': to})}"


def _at(settings: Settings) -> str:
    return f" at {settings.server.public_url}" if settings.server.public_url else ""


def _where(session: Session, begun: LoginSession) -> str:
    from jobswipe.accounts.sessions import shown

    found = shown(session, begun)
    agent = "".join(letter if letter.isprintable() else " " for letter in found.agent or "")
    parts = [
        f"at {found.created_at:%Y-%m-%d %H:%M} UTC",
        found.address and f"from {found.address}",
        agent and f"by {agent}",
    ]
    return " (" + ", ".join(part for part in parts if part) + ")"
