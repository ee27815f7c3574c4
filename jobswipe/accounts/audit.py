"""The audit log: who did what to which object, written in the transaction of the deed."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from jobswipe import clock
from jobswipe.models import AuditEvent


def record(
    session: Session,
    action: str,
    *,
    actor_id: int | None,
    person_id: int | None = None,
    object_kind: str | None = None,
    object_id: object = None,
    outcome: str = "done",
    **detail: Any,
) -> None:
    """Add an event to the log. `detail` is JSON and holds nothing personal."""
    session.add(
        AuditEvent(
            at=clock.now(),
            action=action,
            outcome=outcome,
            actor_id=actor_id,
            person_id=person_id,
            object_kind=object_kind,
            object_id=None if object_id is None else str(object_id),
            detail=detail,
        )
    )
