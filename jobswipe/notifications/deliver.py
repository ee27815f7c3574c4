"""Send what is due: claim a row, look whether it still holds, hand it to each channel once, keep what became of it.

At least once: a process that dies between a service's acceptance and the writing of it leaves a row that is sent again
when its lease ends. Short of that, a row goes to each channel once, however many processes deliver at the same time.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import or_, update
from sqlmodel import Session, col, select

from jobswipe.db.changed import changed
from jobswipe.db.engine import Database
from jobswipe.models import Application, Notification, Posting
from jobswipe.notifications import channels, digest, outbox, render
from jobswipe.notifications import preferences as wanted
from jobswipe.notifications.courier import Courier
from jobswipe.notifications.events import PURSUED
from jobswipe.notifications.outbox import OPEN
from jobswipe.observability import measure
from jobswipe.observability.context import span
from jobswipe.settings import NotifySettings, Settings

BUDGET = 300.0
"""Seconds after which a call claims no further row."""
_NO_CHANNEL = "There is no channel for it: 'jobswipe notification channel add' makes one."


class Counts(msgspec.Struct, kw_only=True):
    """Rows by what became of them; `held` until the quiet hours end."""

    sent: int = 0
    failed: int = 0
    dead: int = 0
    suppressed: int = 0
    held: int = 0


class _Work(msgspec.Struct, kw_only=True):
    """A claimed row, ready to be sent. `todo` are (id, name, address) of channels that have not been served."""

    id: int
    token: str
    attempts: int
    outcomes: dict[str, str]
    message: render.Message
    todo: list[tuple[int, str, str]]


class _LostError(Exception):
    """The lease ended and another process has the row: it does the rest."""


def deliver_due(
    database: Database,
    settings: Settings,
    now: datetime,
    *,
    limit: int = 200,
    courier: Courier | None = None,
    jitter: Callable[[], float] = random.random,
    beat: Callable[[], None] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Counts:
    """Send the rows that are due at `now`, at most `limit`, the longest due first. Several processes may do it at once.

    `beat` is called before each row, `stopping` asks whether to leave the rest to the next call. A channel that does
    not answer is left alone for the rest of the call.
    """
    counts = Counts()
    with database.read() as session:
        due = _due(session, now, limit)
    end = time.monotonic() + BUDGET
    resting: dict[int, str] = {}
    with ExitStack() as stack:
        carrier = courier or stack.enter_context(Courier(settings.notify))
        for id_ in due:
            if time.monotonic() > end or stopping():
                break
            beat()
            with suppress(_LostError):
                _deliver(database, settings, id_, now, carrier, counts, resting, jitter)
    return counts


def pause(attempt: int, settings: NotifySettings, jitter: Callable[[], float]) -> timedelta:
    """How long to wait after the given attempt (from 1): doubled each time, the last quarter of it at random."""
    whole = min(settings.first_pause * 2.0 ** min(attempt - 1, 60), settings.longest_pause)
    return timedelta(seconds=whole * (0.75 + 0.25 * jitter()))


def _due(session: Session, now: datetime, limit: int) -> list[int]:
    statement = (
        select(Notification.id)
        .where(*_free(), Notification.next_try_at <= now)
        .order_by(col(Notification.next_try_at), col(Notification.id))
        .limit(limit)
    )
    return [one for one in session.exec(statement) if one is not None]


def _free() -> tuple[Any, ...]:
    # A lease goes by the real clock: it is about processes that live now, whatever moment is being worked on.
    lease = col(Notification.lease_until)
    return (
        col(Notification.state).in_(OPEN),
        col(Notification.gathered).is_(False),
        or_(lease.is_(None), lease < datetime.now(UTC)),
    )


def _lease(settings: Settings) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=settings.notify.timeout + 90)


def _deliver(
    database: Database,
    settings: Settings,
    id_: int,
    now: datetime,
    courier: Courier,
    counts: Counts,
    resting: dict[int, str],
    jitter: Callable[[], float],
) -> None:
    with database.write() as session:
        work = _claim(session, settings, id_, now, counts)
    if work is None:
        return
    reasons: list[str] = []
    for channel_id, name, address in work.todo:
        if channel_id in resting:
            reasons.append(f"{name}: {resting[channel_id]}")
            continue
        with database.write() as session:
            _settle(session, work, lease_until=_lease(settings))
        key = f"notification-{work.id}-{channel_id}"
        service = address.partition(":")[0].lower()
        with span(f"notify {service}", "client"):
            outcome = courier.send(address, work.message.title, work.message.body, key)
        measure.notification(service, "sent" if outcome.ok else "refused" if outcome.permanent else "failed")
        if outcome.ok or outcome.permanent:
            work.outcomes[str(channel_id)] = "sent" if outcome.ok else "refused"
        if not outcome.ok:
            reason = outcome.reason or "It failed."
            reasons.append(f"{name}: {reason}")
            if not outcome.permanent:
                resting[channel_id] = reason
        with database.write() as session:
            _settle(session, work, outcomes=work.outcomes)
    with database.write() as session:
        _finish(session, settings, work, now, " ".join(reasons) or None, counts, jitter)


def _claim(session: Session, settings: Settings, id_: int, now: datetime, counts: Counts) -> _Work | None:
    """Take the row for this process alone and make it ready; None where there is nothing to send, or another has it."""
    token = secrets.token_hex(8)
    mine = update(Notification).where(col(Notification.id) == id_, *_free(), col(Notification.next_try_at) <= now)
    if not changed(session, mine.values(lease_token=token, lease_until=_lease(settings))):
        return None
    row = session.exec(
        select(Notification).where(Notification.id == id_).execution_options(populate_existing=True)
    ).one()
    preferences = wanted.get(session, row.person_id)
    quiet = wanted.quiet_until(preferences, wanted.zone(preferences, settings.notify), now)
    if quiet is not None:
        row.next_try_at, row.lease_token, row.lease_until = quiet, None, None
        session.add(row)
        counts.held += 1
        return None
    inside = _still_holding(session, id_, now)
    kind = preferences.kind(row.kind)
    reason = "You turned this kind off." if kind.mode == "off" else _overtaken(session, row)
    if row.kind == "digest" and not inside:
        reason = reason or "Nothing in it holds any more."
    listed = channels.chosen(session, row.person_id, kind.channels)
    reason = reason or (None if listed else _NO_CHANNEL)
    if reason is not None:
        _end(session, row, "suppressed", now, reason)
        counts.suppressed += 1
        return None
    return _Work(
        id=id_,
        token=token,
        attempts=row.attempts,
        outcomes=dict(row.outcomes),
        message=render.message(row.kind, outbox.payload(session, row), [outbox.told(session, one) for one in inside]),
        todo=[(one.id, one.name, one.url) for one in listed if str(one.id) not in row.outcomes],
    )


def _still_holding(session: Session, digest_id: int, now: datetime) -> list[Notification]:
    """What a digest has to tell; what was overtaken is let go of."""
    inside = []
    for one in digest.contents(session, digest_id):
        reason = _overtaken(session, one)
        if reason is None:
            inside.append(one)
        else:
            one.digest_id = None
            _end(session, one, "suppressed", now, reason)
    return inside


def _overtaken(session: Session, row: Notification) -> str | None:
    """Why there is no point in telling it any more."""
    if row.kind == "strong_match":
        posting = session.get(Posting, row.payload.get("posting_id"))
        return "The posting is gone." if posting is None or posting.state != "open" else None
    if row.kind in ("posting_changed", "posting_closed", "follow_up"):
        application = session.get(Application, row.payload.get("application_id"))
        if application is None or application.stage not in PURSUED:
            return "The application has ended."
    if row.kind == "posting_closed":
        posting = session.get(Posting, row.payload.get("posting_id"))
        if posting is not None and posting.state == "open":
            return "The posting is open again."
        if posting is not None and posting.cluster_id is not None:
            others = select(Posting.id).where(Posting.cluster_id == posting.cluster_id, Posting.state == "open")
            if session.exec(others).first() is not None:
                return "The opening is still listed elsewhere."
    return None


def _settle(session: Session, work: _Work, **values: Any) -> None:
    """Write to the row while it is still ours. Raises _LostError."""
    mine = update(Notification).where(col(Notification.id) == work.id, col(Notification.lease_token) == work.token)
    if not changed(session, mine.values(**values)):
        raise _LostError


def _finish(
    session: Session,
    settings: Settings,
    work: _Work,
    now: datetime,
    reason: str | None,
    counts: Counts,
    jitter: Callable[[], float],
) -> None:
    attempts = work.attempts + 1
    open_ = [one for one in work.todo if str(one[0]) not in work.outcomes]
    refused = "refused" in work.outcomes.values()
    if open_ and attempts < settings.notify.attempts:
        _settle(
            session,
            work,
            state="failed",
            attempts=attempts,
            last_error=reason,
            lease_token=None,
            lease_until=None,
            next_try_at=now + pause(attempts, settings.notify, jitter),
        )
        counts.failed += 1
        return
    state = "dead" if open_ or refused else "sent"
    _settle(session, work, attempts=attempts)
    row = session.exec(
        select(Notification).where(Notification.id == work.id).execution_options(populate_existing=True)
    ).one()
    _end(session, row, state, now, reason or (row.last_error if state == "dead" else None))
    setattr(counts, state, getattr(counts, state) + 1)


def _end(session: Session, row: Notification, state: str, now: datetime, reason: str | None) -> None:
    """The row's last state; what a digest took along ends with it."""
    row.state, row.settled_at, row.last_error = state, now, reason
    row.lease_token, row.lease_until = None, None
    session.add(row)
    session.flush()
    if row.kind == "digest":
        session.execute(
            update(Notification)
            .where(col(Notification.digest_id) == row.id)
            .values(state=state, settled_at=now, last_error=reason)
        )
