"""Whether credentials that were accepted still hold: asked for many at once, by whoever keeps connections open."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from jobswipe.accounts.apikeys import role_of
from jobswipe.accounts.principal import Principal
from jobswipe.models import Account, ApiKey, LoginSession


def holding(session: Session, principals: Collection[Principal], now: datetime) -> set[Principal]:
    """Those whose key or session is neither revoked nor expired, of an account that is not disabled, in their role."""
    keys = _valid(session, ApiKey, {one.key_id for one in principals if one.key_id is not None}, now)
    sessions = _valid(session, LoginSession, {one.session_id for one in principals if one.session_id is not None}, now)
    statement: Any = select(Account.person_id, Account.role, Account.disabled_at).where(
        col(Account.person_id).in_({one.person_id for one in principals})
    )
    accounts = {person: (role, disabled) for person, role, disabled in session.exec(statement)}
    found = set()
    for one in principals:
        role, disabled = accounts.get(one.person_id, (None, None))
        shown = one.key_id in keys if one.key_id is not None else one.session_id in sessions
        if shown and disabled is None and role_of(one.person_id, role) == one.role:
            found.add(one)
    return found


def _valid(session: Session, model: type[ApiKey | LoginSession], ids: set[int], now: datetime) -> set[int]:
    if not ids:
        return set()
    statement: Any = select(model.id, model.expires_at).where(col(model.id).in_(ids), col(model.revoked_at).is_(None))
    return {id_ for id_, expires_at in session.exec(statement) if expires_at is None or expires_at > now}
