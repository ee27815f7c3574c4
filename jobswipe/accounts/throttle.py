"""How often somebody may try: failures are counted, and each one beyond the free ones makes the next pause longer.

Three subjects are counted at an attempt to sign in:

- the account as tried from one address, or by one device that signed in before: 5 free, then pauses from 1 s to 15 min;
- the address, whatever accounts it tries: 20 free, then pauses from 1 s to 5 min;
- the account, wherever it is tried from: 30 free, then pauses from 1 s to 1 min. A device that signed in before, or
  that set a new password by mail, is not held by this one: whoever attacks an account slows down strangers alone.

An attempt counts before it is looked at, so that many at once count too; a success takes its counts back. An attempt
during a pause does not count. A subject is forgotten an hour after its last failure. Accounts that do not exist are
counted like others.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from jobswipe.db.insert import insert_missing
from jobswipe.errors import ThrottledError
from jobswipe.models import SignInFailure
from jobswipe.models.base import table
from jobswipe.security import vault

FORGOTTEN = timedelta(hours=1)
_PLACE = "sign_in_failure.subject"
_DEVICE = "sign_in.device"


@dataclass(frozen=True)
class Rule:
    """`free` failures without a pause, then pauses of 1, 2, 4, … seconds, at most `longest`."""

    free: int
    longest: int

    def pause(self, failures: int) -> timedelta:
        over = failures - self.free
        return timedelta(seconds=min(self.longest, 2.0 ** min(over, 20)) if over >= 0 else 0)


HERE = Rule(free=5, longest=900)
ADDRESS = Rule(free=20, longest=300)
ANYWHERE = Rule(free=30, longest=60)


@dataclass(frozen=True)
class Attempt:
    """The subjects that an attempt was counted for; the first is forgotten when it succeeds."""

    subjects: tuple[bytes, ...]


def begin(session: Session, who: bytes, address: str | None, now: datetime, *, device: str | None = None) -> Attempt:
    """Count an attempt at what `who` stands for (an account's e-mail fingerprint). Commit this before the attempt.

    `device` is what `device_of` answered. Raises ThrottledError during a pause.
    """
    here, account = network(address), who.hex()
    place = f"device:{device}" if device else f"from:{here}"
    rules = {_subject(session, f"{account}\0{place}"): HERE}
    if here is not None:
        rules[_subject(session, f"address\0{here}")] = ADDRESS
    if device is None:
        rules[_subject(session, f"{account}\0anywhere")] = ANYWHERE
    _count(session, rules, now)
    return Attempt(tuple(rules))


def begin_own(session: Session, person_id: int, now: datetime) -> Attempt:
    """Likewise for a password or code that somebody who is signed in is asked for again."""
    rules = {_subject(session, f"own\0{person_id}"): HERE}
    _count(session, rules, now)
    return Attempt(tuple(rules))


def succeeded(session: Session, attempt: Attempt) -> None:
    """Take back what `begin` counted."""
    for row in _rows(session, attempt.subjects):
        if row.subject_hash == attempt.subjects[0]:
            session.delete(row)
        else:
            row.failures = max(0, row.failures - 1)
            row.blocked_until = None
            session.add(row)
    session.flush()


def prune(session: Session, now: datetime) -> None:
    """Forget the subjects whose time has passed."""
    session.execute(delete(SignInFailure).where(col(SignInFailure.last_at) < now - FORGOTTEN))


def network(address: str | None) -> str | None:
    """What counts as one address: of IPv6 the /64, which is one household or machine; None where it is not known."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def new_device(session: Session, who: bytes) -> str:
    """A text that a device keeps after a sign-in, to be known at the next one. It lets nobody in."""
    nonce = secrets.token_urlsafe(16)
    return f"{nonce}.{_mark(session, who, nonce)}"


def device_of(session: Session, who: bytes, text: str | None) -> str | None:
    """The device's own number where the text was made for this account, else None."""
    nonce, _, mark = (text or "")[:200].partition(".")
    return nonce if hmac.compare_digest(mark.encode(), _mark(session, who, nonce).encode()) else None


def _mark(session: Session, who: bytes, nonce: str) -> str:
    return vault.of(session).fingerprint(_DEVICE, f"{who.hex()}\0{nonce}").hex()


def _subject(session: Session, text: str) -> bytes:
    return vault.of(session).fingerprint(_PLACE, text)


def _rows(session: Session, subjects: tuple[bytes, ...]) -> list[SignInFailure]:
    # One order for all, so that two attempts do not wait for each other.
    statement = select(SignInFailure).where(col(SignInFailure.subject_hash).in_(subjects))
    statement = statement.order_by(col(SignInFailure.subject_hash)).with_for_update()
    return list(session.exec(statement.execution_options(populate_existing=True)))


def _count(session: Session, rules: dict[bytes, Rule], now: datetime) -> None:
    fresh = [{"subject_hash": one, "failures": 0, "last_at": now} for one in sorted(rules)]
    insert_missing(session, table(SignInFailure), fresh, ["subject_hash"])
    rows = _rows(session, tuple(rules))
    until = max((row.blocked_until for row in rows if row.blocked_until is not None), default=now)
    if until > now:
        wait = (until - now).total_seconds()
        raise ThrottledError(f"Too many attempts: try again in {wait:.0f} s.", retry_after=wait)
    for row in rows:
        row.failures = (row.failures if row.last_at > now - FORGOTTEN else 0) + 1
        row.last_at = now
        pause = rules[row.subject_hash].pause(row.failures)
        row.blocked_until = now + pause if pause else None
        session.add(row)
    session.flush()
