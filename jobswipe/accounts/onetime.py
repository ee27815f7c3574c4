"""Single-use codes that are sent to somebody: made, kept as keyed hashes, bound to a purpose, redeemed once.

The code itself is sealed in its row until the mail with it was sent, and no longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, update
from sqlmodel import Session, col, select

from jobswipe.errors import CodeError
from jobswipe.models import AccountToken
from jobswipe.security import tokens, vault

Purpose = Literal["verify_email", "change_email", "reset_password", "invite"]
PREFIXES: dict[Purpose, str] = {
    "verify_email": "verify",
    "change_email": "email",
    "reset_password": "reset",
    "invite": "invite",
}
"""What a code begins with says what it is for; it is of no use for anything else."""
_PLACE = "account_token.token"
_SEALED = "account_token"
_TOKEN = "token"  # noqa: S105 - a key's name


def issue(
    session: Session,
    person_id: int,
    purpose: Purpose,
    now: datetime,
    lifetime: timedelta,
    email_hash: bytes,
    about: dict[str, Any],
    *,
    role: str | None = None,
) -> AccountToken:
    """A new code; `opened` has its text until `sent`. Earlier codes of the person for that purpose end, but invitations
    of others do not.
    """
    earlier = update(AccountToken).where(
        col(AccountToken.person_id) == person_id,
        col(AccountToken.purpose) == purpose,
        col(AccountToken.used_at).is_(None),
    )
    if purpose == "invite":
        earlier = earlier.where(col(AccountToken.email_hash) == email_hash)
    session.execute(earlier.values(used_at=now))
    store = vault.of(session)
    text = tokens.make(PREFIXES[purpose])
    made = AccountToken(
        person_id=person_id,
        purpose=purpose,
        token_hash=_hash(session, purpose, text),
        email_hash=email_hash,
        created_at=now,
        expires_at=now + lifetime,
        role=role,
        sealed=store.seal(session, person_id, _SEALED, {**about, _TOKEN: text}),
    )
    session.add(made)
    session.flush()
    return made


def opened(session: Session, token: AccountToken) -> dict[str, Any]:
    """What the code is about; `token` is its text, until the mail was sent."""
    found: dict[str, Any] = vault.of(session).open(session, token.person_id, _SEALED, token.sealed or b"")
    return found


def sent(session: Session, token: AccountToken) -> None:
    """Forget the text: from now on only whoever got the mail has it."""
    about = opened(session, token)
    about.pop(_TOKEN, None)
    token.sealed = vault.of(session).seal(session, token.person_id, _SEALED, about)
    session.add(token)
    session.flush()


def find(session: Session, text: str, purpose: Purpose, now: datetime) -> AccountToken:
    """A code that could be redeemed. Raises CodeError, the same for unknown, used, old and of another purpose."""
    found = None
    if tokens.well_formed(text, PREFIXES[purpose]):
        statement = select(AccountToken).where(
            AccountToken.token_hash == _hash(session, purpose, text),
            AccountToken.purpose == purpose,
            col(AccountToken.used_at).is_(None),
            col(AccountToken.expires_at) > now,
        )
        found = session.exec(statement).one_or_none()
    if found is None:
        raise bad_code()
    return found


def redeem(session: Session, text: str, purpose: Purpose, now: datetime) -> AccountToken:
    """Use a code up: of several who try at once, one succeeds. Raises CodeError."""
    found = find(session, text, purpose, now)
    return use(session, found, now)


def use(session: Session, token: AccountToken, now: datetime) -> AccountToken:
    """Likewise, of a code that was found. Raises CodeError."""
    changed = session.execute(
        update(AccountToken)
        .where(
            col(AccountToken.id) == token.id, col(AccountToken.used_at).is_(None), col(AccountToken.expires_at) > now
        )
        .values(used_at=now)
        .returning(col(AccountToken.id))
    ).all()
    if not changed:
        raise bad_code()
    session.refresh(token)
    return token


def recent(session: Session, email_hash: bytes, purpose: Purpose, since: datetime) -> int:
    """How many codes an address was sent for a purpose."""
    statement = select(func.count()).where(
        col(AccountToken.email_hash) == email_hash,
        col(AccountToken.purpose) == purpose,
        col(AccountToken.created_at) > since,
    )
    return int(session.exec(statement).one())


def bad_code() -> CodeError:
    return CodeError("This code is not valid, or not any more: ask for a new one.")


def _hash(session: Session, purpose: Purpose, text: str) -> bytes:
    return vault.of(session).fingerprint(_PLACE, f"{purpose}\0{text}")
