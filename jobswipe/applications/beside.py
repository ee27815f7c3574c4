"""What lies beside each application of a list: notes, drafts, the next reminder; counted for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe.models import ApplicationDocument, ApplicationEvent, ApplicationReminder

_BATCH = 500


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """Of one application. `reminder_at` is when the next reminder that is open comes due."""

    notes: int = 0
    documents: int = 0
    reminder_at: datetime | None = None


def beside(session: Session, ids: Sequence[int]) -> dict[int, Beside]:
    """Of each application, by its id; whose they are is for the caller to have seen to."""
    event, document, reminder = ApplicationEvent, ApplicationDocument, ApplicationReminder
    notes = _grouped(session, event.application_id, func.count(), ids, event.kind == "note")
    written = _grouped(session, document.application_id, func.count(), ids, col(document.id).is_not(None))
    due = _grouped(session, reminder.application_id, func.min(reminder.due_at), ids, col(reminder.done_at).is_(None))
    return {
        one: Beside(notes=notes.get(one, 0), documents=written.get(one, 0), reminder_at=due.get(one)) for one in ids
    }


def _grouped(session: Session, key: Any, value: Any, ids: Sequence[int], where: Any) -> dict[int, Any]:
    out: dict[int, Any] = {}
    for start in range(0, len(ids), _BATCH):
        statement = select(key, value).where(key.in_(ids[start : start + _BATCH]), where).group_by(key)
        out.update(dict(session.exec(statement).all()))
    return out
