"""API keys: made, shown once, found by keyed hash, revoked. Services never commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlmodel import Session, col, select

from jobswipe.accounts.principal import SCOPES, Principal, Role, scopes_of
from jobswipe.db.ids import parts
from jobswipe.db.straight import Straight
from jobswipe.errors import NotFoundError, UsageError
from jobswipe.models import LOCAL_PERSON_ID, Account, ApiKey
from jobswipe.models.base import table
from jobswipe.security import tokens, vault

PREFIX = "jobswipe"
MAX_KEYS = 50
"""Keys that one person has at a time, revoked ones not counted."""
USED_EVERY = timedelta(minutes=1)
"""How exactly it is known when a key was last used."""
_SHOWN = 8
_PLACE = "api_key.key"
_KEY, _ACCOUNT = table(ApiKey), table(Account)
# Made once: building a statement costs as much as running it.
_HOLDERS = (
    sql.select(
        _KEY.c.key_hash,
        _KEY.c.id,
        _KEY.c.person_id,
        _KEY.c.scopes,
        _KEY.c.expires_at,
        _KEY.c.last_used_at,
        _ACCOUNT.c.role,
        _ACCOUNT.c.disabled_at,
    )
    .select_from(_KEY.outerjoin(_ACCOUNT, _ACCOUNT.c.person_id == _KEY.c.person_id))
    .where(_KEY.c.revoked_at.is_(None))
)
_HOLDER = Straight(_HOLDERS.where(_KEY.c.key_hash == sql.bindparam("hash")))
_SOME_HOLDERS = _HOLDERS.where(_KEY.c.key_hash.in_(sql.bindparam("hashes", expanding=True)))


class Known(NamedTuple):
    """Whose key a text is. `used_at`: when it was last noted as used."""

    principal: Principal
    used_at: datetime | None


def create(
    session: Session,
    person_id: int,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and the text that its holder shows; it is not stored. Raises UsageError."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown:
        raise UsageError(f"No scope {unknown[0]!r}: there are {', '.join(SCOPES)}.")
    if not wanted:
        raise UsageError("An API key needs a scope.")
    if not name.strip() or len(name) > 100:
        raise UsageError("An API key needs a name of at most 100 letters.")
    if expires_at is not None and expires_at <= now:
        raise UsageError("An API key cannot have expired when it is made.")
    if len(listing(session, person_id)) >= MAX_KEYS:
        raise UsageError(f"There are {MAX_KEYS} API keys: revoke one first.")
    text = tokens.make(PREFIX)
    key = ApiKey(
        person_id=person_id,
        name=name.strip(),
        prefix=text[: len(PREFIX) + 1 + _SHOWN],
        key_hash=vault.of(session).fingerprint(_PLACE, text),
        scopes=wanted,
        created_at=now,
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key, text


def listing(session: Session, person_id: int) -> list[ApiKey]:
    """The person's keys that are not revoked, the newest first."""
    statement = select(ApiKey).where(ApiKey.person_id == person_id, col(ApiKey.revoked_at).is_(None))
    return list(session.exec(statement.order_by(col(ApiKey.id).desc())))


def get(session: Session, person_id: int, key_id: int) -> ApiKey:
    """A key that is not revoked. Raises NotFoundError."""
    statement = select(ApiKey).where(
        ApiKey.id == key_id, ApiKey.person_id == person_id, col(ApiKey.revoked_at).is_(None)
    )
    key = session.exec(statement).one_or_none()
    if key is None:
        raise NotFoundError(f"No API key {key_id}.")
    return key


def revoke(session: Session, person_id: int, key_id: int, now: datetime) -> ApiKey:
    """From now on the key is refused. Raises NotFoundError."""
    key = get(session, person_id, key_id)
    key.revoked_at = now
    session.add(key)
    session.flush()
    return key


def revoke_all(session: Session, person_id: int, now: datetime) -> int:
    """From now on all keys of the person are refused; how many that were."""
    found = listing(session, person_id)
    for key in found:
        key.revoked_at = now
        session.add(key)
    session.flush()
    return len(found)


def rotate(session: Session, person_id: int, key_id: int, now: datetime, overlap: timedelta) -> tuple[ApiKey, str]:
    """A new key with the name, scopes and lifetime of another, which is taken for `overlap` longer at most.

    Raises NotFoundError, and UsageError for one that has expired.
    """
    old = get(session, person_id, key_id)
    if old.expires_at is not None and old.expires_at <= now:
        raise UsageError(f"The API key {key_id} has expired: make a new one.")
    lasts = now + (old.expires_at - old.created_at) if old.expires_at is not None else None
    made, text = create(session, person_id, old.name, old.scopes, now, expires_at=lasts)
    until = now + overlap
    old.expires_at = until if old.expires_at is None else min(old.expires_at, until)
    session.add(old)
    session.flush()
    return made, text


def used(session: Session, key_ids: Sequence[int], now: datetime) -> None:
    """Note that they are used, at most once in `USED_EVERY`."""
    before = _KEY.c.last_used_at
    for some in parts(key_ids):
        session.execute(
            sql.update(_KEY)
            .where(_KEY.c.id.in_(some), before.is_(None) | (before < now - USED_EVERY))
            .values(last_used_at=now)
        )


def authenticate(session: Session, text: str, now: datetime) -> Known | None:
    """Whose key it is; None for one that is unknown, revoked, expired, or of a disabled account."""
    if not tokens.well_formed(text, PREFIX):
        return None
    rows = _HOLDER.rows(session, {"hash": vault.of(session).fingerprint(_PLACE, text)})
    return _known(rows[0], now) if rows else None


def authenticate_all(session: Session, texts: Sequence[str], now: datetime) -> dict[str, Known]:
    """The same for many at once, by their texts: only those that hold."""
    texts_of = {vault.of(session).fingerprint(_PLACE, text): text for text in texts}
    out = {}
    for some in parts(list(texts_of)):
        for row in session.connection().execute(_SOME_HOLDERS, {"hashes": some}):
            if (known := _known(row, now)) is not None:
                out[texts_of[row[0]]] = known
    return out


def _known(row: Any, now: datetime) -> Known | None:
    _, key_id, person_id, scopes, expires_at, used_at, role, disabled_at = row
    if disabled_at is not None or (expires_at is not None and expires_at <= now):
        return None
    who = Principal(person_id=person_id, role=role_of(person_id, role), key_id=key_id, scopes=frozenset(scopes))
    return Known(who, used_at)


def role_of(person_id: int, role: Role | None) -> Role:
    """Whoever uses the command line on the machine owns it: without an account they may all that their key says."""
    if role is not None:
        return role
    return "admin" if person_id == LOCAL_PERSON_ID else "user"


def default_scopes(role: Role) -> list[str]:
    """What a key has when nothing is said: all of the role, but nothing that changes the account itself."""
    return [scope for scope in scopes_of(role) if scope not in ("account:write", "users:write")]
