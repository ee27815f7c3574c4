"""Sessions of signed-in people: begun with a new token each time, ended by time or by hand. Services never commit."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sql
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from jobswipe.accounts.audit import Visitor
from jobswipe.accounts.principal import Principal, Role
from jobswipe.errors import NotFoundError
from jobswipe.models import Account, LoginSession
from jobswipe.models.base import table
from jobswipe.security import tokens, vault
from jobswipe.security.vault import Vault
from jobswipe.settings import AccountsSettings

PREFIX = "session"
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used."""
KEPT = timedelta(days=7)
"""For which an ended session's row is kept."""
MOST = 100
"""Sessions of one person at a time; beyond, the one that was used least recently ends."""
_LONGEST_AGENT = 300
_PLACE = "login_session.token"
_SEALED = "login_session"
_CSRF = "login_session.csrf"
_SESSION, _ACCOUNT = table(LoginSession), table(Account)
# Made once: building a statement costs as much as running it.
_HOLDER = (
    sql.select(_SESSION.c.id, _SESSION.c.person_id, _SESSION.c.last_seen_at, _ACCOUNT.c.role)
    .select_from(_SESSION.join(_ACCOUNT, _ACCOUNT.c.person_id == _SESSION.c.person_id))
    .where(
        _SESSION.c.token_hash == sql.bindparam("hash"),
        _SESSION.c.revoked_at.is_(None),
        _SESSION.c.expires_at > sql.bindparam("now"),
        _SESSION.c.last_seen_at > sql.bindparam("active"),
        _ACCOUNT.c.disabled_at.is_(None),
    )
)


class Known(NamedTuple):
    """Whose session a token is of. `seen_at`: when it was last noted as used."""

    principal: Principal
    seen_at: datetime


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its owner sees it."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None


def start(
    session: Session, person_id: int, now: datetime, settings: AccountsSettings, visitor: Visitor
) -> tuple[LoginSession, str]:
    """A session, and the token that its holder shows; it is not stored."""
    store = vault.of(session)
    text = tokens.make(PREFIX)
    about = {"address": visitor.address, "agent": (visitor.agent or "")[:_LONGEST_AGENT] or None}
    made = LoginSession(
        person_id=person_id,
        token_hash=store.fingerprint(_PLACE, text),
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=settings.session_days),
        sealed=store.seal(session, person_id, _SEALED, about),
    )
    session.add(made)
    session.flush()
    for one in _live(session, person_id, now, settings)[MOST:]:
        one.revoked_at = now
        session.add(one)
    session.flush()
    return made, text


def authenticate(session: Session, text: str, now: datetime, settings: AccountsSettings) -> Known | None:
    """Whose session it is; None for one that is unknown, ended, or of a disabled account."""
    if not tokens.well_formed(text, PREFIX):
        return None
    session.flush()
    shown = {"hash": vault.of(session).fingerprint(_PLACE, text), "now": now, "active": _idle_since(now, settings)}
    row = session.connection().execute(_HOLDER, shown).one_or_none()
    if row is None:
        return None
    session_id, person_id, seen_at, role = row
    found: Role = role
    return Known(Principal(person_id=person_id, role=found, session_id=session_id), seen_at)


def seen(session: Session, session_id: int, now: datetime) -> None:
    """Note that it is used, at most once in `SEEN_EVERY`."""
    session.execute(
        update(LoginSession)
        .where(col(LoginSession.id) == session_id, col(LoginSession.last_seen_at) < now - SEEN_EVERY)
        .values(last_seen_at=now)
    )


def csrf(store: Vault, text: str) -> str:
    """What a page of ours sends with a session's changes; whoever has not read it cannot make it."""
    return base64.urlsafe_b64encode(store.fingerprint(_CSRF, text)).decode().rstrip("=")


def listing(session: Session, person_id: int, now: datetime, settings: AccountsSettings) -> Iterator[Shown]:
    """The sessions that go on, the one that was used last first."""
    for one in _live(session, person_id, now, settings):
        yield shown(session, one)


def shown(session: Session, one: LoginSession) -> Shown:
    assert one.id is not None  # noqa: S101 - for the type checker: it was stored
    opened = vault.of(session).open(session, one.person_id, _SEALED, one.sealed) if one.sealed else {}
    return Shown(
        id=one.id,
        created_at=one.created_at,
        last_seen_at=one.last_seen_at,
        expires_at=one.expires_at,
        address=opened.get("address"),
        agent=opened.get("agent"),
    )


def revoke(session: Session, person_id: int, session_id: int, now: datetime) -> None:
    """Raises NotFoundError."""
    if not _revoke(session, person_id, now, col(LoginSession.id) == session_id):
        raise NotFoundError(f"No session {session_id}.")


def revoke_token(session: Session, text: str, now: datetime) -> None:
    """End the session of a token, if it is one."""
    fingerprint = vault.of(session).fingerprint(_PLACE, text)
    session.execute(
        update(LoginSession)
        .where(col(LoginSession.token_hash) == fingerprint, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=now)
    )


def revoke_all(session: Session, person_id: int, now: datetime, *, but: int | None = None) -> int:
    """End all of a person's sessions, except one; how many."""
    return _revoke(session, person_id, now, *([col(LoginSession.id) != but] if but is not None else []))


def prune(session: Session, now: datetime) -> None:
    """Forget the sessions that ended long ago."""
    ended = (col(LoginSession.expires_at) < now - KEPT) | (col(LoginSession.revoked_at) < now - KEPT)
    session.execute(delete(LoginSession).where(ended))


def _running(now: datetime, settings: AccountsSettings) -> tuple[Any, ...]:
    return (
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > now,
        col(LoginSession.last_seen_at) > _idle_since(now, settings),
    )


def _idle_since(now: datetime, settings: AccountsSettings) -> datetime:
    """A session that was last used before this has ended."""
    return now - timedelta(hours=settings.idle_hours)


def _live(session: Session, person_id: int, now: datetime, settings: AccountsSettings) -> list[LoginSession]:
    statement = select(LoginSession).where(LoginSession.person_id == person_id, *_running(now, settings))
    return list(session.exec(statement.order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id).desc())))


def _revoke(session: Session, person_id: int, now: datetime, *which: Any) -> int:
    changed = session.execute(
        update(LoginSession)
        .where(col(LoginSession.person_id) == person_id, col(LoginSession.revoked_at).is_(None), *which)
        .values(revoked_at=now)
        .returning(col(LoginSession.id))
    )
    return len(changed.all())
