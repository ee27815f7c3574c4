"""The audit log: who did what to which object. Rows are only ever added; the retention of [accounts] removes old ones.

Each event is also a line of the security log, with the address and the agent of whoever asked, once it is committed.
Rows hold numbers of persons, no names and no addresses.
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, event
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.models import AuditEvent
from jobswipe.observability import context, logs


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request comes from: the client's address, what it says it is, and the path that it asks for."""

    address: str | None = None
    agent: str | None = None
    path: str | None = None


_visitor: ContextVar[Visitor] = ContextVar("jobswipe_visitor")
_NOBODY = Visitor()


def visit(visitor: Visitor) -> None:
    """What is recorded from here on, in this context, is done from there."""
    _visitor.set(visitor)


def visitor() -> Visitor:
    """Who was last named by `visit`; a command line has neither address nor agent."""
    return _visitor.get(_NOBODY)


def record(
    session: Session,
    action: str,
    *,
    actor_id: int | None,
    person_id: int | None = None,
    object_kind: str | None = None,
    object_id: str | int | None = None,
    outcome: str = "done",
    **detail: Any,
) -> None:
    """Note that `actor_id` (None: somebody who is not known, or the machine's operator) did `action`, such as
    `account.signed_in`, to what is `person_id`'s. `detail` is plain JSON without personal data and secrets.
    """
    request = context.fields().get("request_id")
    session.add(
        AuditEvent(
            at=clock.now(),
            action=action,
            outcome=outcome,
            actor_id=actor_id,
            person_id=person_id,
            object_kind=object_kind,
            object_id=None if object_id is None else str(object_id),
            request_id=str(request) if request is not None else None,
            detail=detail,
        )
    )
    who, here = actor_id if actor_id is not None else person_id, visitor()

    def write(_session: Session) -> None:
        logs.security(
            action.replace(".", "_"),
            who=None if who is None else str(who),
            source=here.address,
            agent=here.agent,
            path=here.path,
            outcome=outcome,
            object_kind=object_kind,
            object_id=None if object_id is None else str(object_id),
            **detail,
        )

    event.listen(session, "after_commit", write, once=True)


def listing(
    session: Session,
    *,
    before: int | None = None,
    limit: int = 100,
    person_id: int | None = None,
    actor_id: int | None = None,
    action: str | None = None,
) -> list[AuditEvent]:
    """Events, the latest first, those below the id `before`."""
    statement = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(limit)
    if before is not None:
        statement = statement.where(col(AuditEvent.id) < before)
    if person_id is not None:
        statement = statement.where(AuditEvent.person_id == person_id)
    if actor_id is not None:
        statement = statement.where(AuditEvent.actor_id == actor_id)
    if action is not None:
        statement = statement.where(AuditEvent.action == action)
    return list(session.exec(statement))


def prune(session: Session, before: datetime) -> None:
    """Remove what is older than the retention."""
    session.execute(delete(AuditEvent).where(col(AuditEvent.at) < before))
