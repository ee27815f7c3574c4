"""The second factor: codes that change every 30 seconds (RFC 6238), each taken once; and the codes for its loss."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime
from typing import Any

import pyotp
from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from jobswipe.accounts import audit, service
from jobswipe.errors import ConflictError, UsageError
from jobswipe.models import Account, RecoveryCode
from jobswipe.security import vault

STEP = 30
"""Seconds."""
AROUND = 1
"""Steps before and after the present one whose codes are taken, too: clocks differ."""
RECOVERY_CODES = 10
_SECRET = 32
"""Base32 digits: 160 bits, as RFC 4226 §4 recommends."""
_PLACE = "account.totp"
_CODE = "recovery_code.code"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_HALF = 6
"""Letters of each half of a recovery code; 59 bits in all."""


def set_up(session: Session, person_id: int) -> tuple[str, str]:
    """A new secret and its otpauth:// address, to be enabled with a code of it. Raises ConflictError, UsageError."""
    account = service.get(session, person_id)
    if account.totp_enabled_at is not None:
        raise ConflictError("Codes are asked for already: switch them off first.")
    if account.password_hash is None:
        raise UsageError("You sign in by another provider: switch a second factor on there, or set a password first.")
    secret = pyotp.random_base32(_SECRET)
    account.totp_sealed = vault.of(session).seal(session, person_id, _PLACE, secret)
    account.totp_step = None
    session.add(account)
    session.flush()
    email = service.identity(session, account).email
    return secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name="JobSwipe")


def enable(session: Session, person_id: int, code: str, now: datetime) -> list[str] | None:
    """Ask for codes from now on; answers the recovery codes, None for a wrong code. Raises ConflictError."""
    account = service.get(session, person_id)
    if account.totp_enabled_at is not None:
        raise ConflictError("Codes are asked for already.")
    if account.totp_sealed is None:
        raise ConflictError("There is nothing to switch on: set it up first.")
    if not verify(session, account, code, now):
        return None
    account.totp_enabled_at = now
    session.add(account)
    session.flush()
    audit.record(session, "totp.enabled", actor_id=person_id, person_id=person_id)
    return new_recovery_codes(session, person_id)


def disable(session: Session, person_id: int, code: str, now: datetime) -> bool:
    """Ask for no codes any more; False for a wrong code, of either kind. Raises ConflictError."""
    account = service.get(session, person_id)
    if account.totp_enabled_at is None:
        raise ConflictError("No codes are asked for.")
    if not verify(session, account, code, now) and not recover(session, person_id, code, now):
        return False
    switch_off(session, account)
    audit.record(session, "totp.disabled", actor_id=person_id, person_id=person_id)
    return True


def switch_off(session: Session, account: Account) -> None:
    """Likewise without a code: for an operator who knows whom they talk to."""
    account.totp_sealed = account.totp_enabled_at = account.totp_step = None
    session.add(account)
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == account.person_id))
    session.flush()


def verify(session: Session, account: Account, code: str, now: datetime) -> bool:
    """Whether it is a code of now that was not used before; from now on it is. Of two at once, one is taken."""
    given = "".join(code.split())
    if account.totp_sealed is None or len(given) != 6 or not given.isascii() or not given.isdigit():
        return False
    generator = pyotp.TOTP(vault.of(session).open(session, account.person_id, _PLACE, account.totp_sealed))
    present = int(now.timestamp()) // STEP
    fitting = [
        step
        for step in range(present - AROUND, present + AROUND + 1)
        if hmac.compare_digest(generator.generate_otp(step), given)
    ]
    if not fitting:
        return False
    step = max(fitting)
    changed = session.execute(
        update(Account)
        .where(
            col(Account.person_id) == account.person_id,
            (col(Account.totp_step).is_(None)) | (col(Account.totp_step) < step),
        )
        .values(totp_step=step)
        .returning(col(Account.person_id))
        .execution_options(synchronize_session=False)
    ).all()
    if changed:
        session.refresh(account)
    return bool(changed)


def new_recovery_codes(session: Session, person_id: int) -> list[str]:
    """Ten codes, shown once; earlier ones end."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    texts = []
    for _ in range(RECOVERY_CODES):
        letters = "".join(secrets.choice(_ALPHABET) for _ in range(2 * _HALF))
        texts.append(f"{letters[:_HALF]}-{letters[_HALF:]}")
    for text in texts:
        session.add(RecoveryCode(person_id=person_id, code_hash=_hash(session, person_id, text)))
    session.flush()
    audit.record(session, "totp.recovery_codes_made", actor_id=person_id, person_id=person_id)
    return texts


def recover(session: Session, person_id: int, code: str, now: datetime) -> bool:
    """Use a recovery code up; False for one that is unknown or used."""
    changed: list[Any] = list(
        session.execute(
            update(RecoveryCode)
            .where(
                col(RecoveryCode.person_id) == person_id,
                col(RecoveryCode.code_hash) == _hash(session, person_id, code),
                col(RecoveryCode.used_at).is_(None),
            )
            .values(used_at=now)
            .returning(col(RecoveryCode.id))
        )
    )
    if changed:
        audit.record(session, "totp.recovery_code_used", actor_id=person_id, person_id=person_id)
    return bool(changed)


def left(session: Session, person_id: int) -> int:
    """Recovery codes that were not used."""
    statement = select(func.count()).where(
        col(RecoveryCode.person_id) == person_id, col(RecoveryCode.used_at).is_(None)
    )
    return int(session.exec(statement).one())


def _hash(session: Session, person_id: int, code: str) -> bytes:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return vault.of(session).fingerprint(_CODE, f"{person_id}\0{plain[:100]}")
