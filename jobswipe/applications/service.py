"""Applications: open one, move it from stage to stage, note what happened. Services never commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlmodel import Session, col, select

from jobswipe.db.insert import insert_missing, next_number
from jobswipe.db.straight import Together, given, parameters
from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import STAGES, Application, ApplicationEvent, Company, Posting, PreferenceModel
from jobswipe.models.base import table
from jobswipe.security import vault

EVENT = "application_event.sealed"
_APPLICATION, _EVENT = table(Application), table(ApplicationEvent)
OPENING = (
    insert(_APPLICATION).values(
        parameters(
            _APPLICATION,
            "id",
            "person_id",
            "posting_id",
            "title",
            "company",
            "url",
            "stage",
            "created_at",
            "updated_at",
        )
    ),
    insert(_EVENT).values(parameters(_EVENT, "application_id", "kind", "to_stage", "at")),
)
"""What opens an application, to go together with what else is to be kept."""
_OPEN = Together(*OPENING)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an application, opened: `opened`, `moved` (stages set) or `note` (text set)."""

    id: int
    application_id: int
    kind: str
    from_stage: str | None
    to_stage: str | None
    text: str | None
    at: datetime


def open_for(session: Session, person_id: int, posting_id: int, now: datetime) -> tuple[Application, bool]:
    """The person's application for a posting, in stage `saved` when new; and whether it is new."""
    found = session.exec(
        select(Application).where(Application.person_id == person_id, Application.posting_id == posting_id)
    ).one_or_none()
    if found is not None:
        return found, False
    posting = session.get(Posting, posting_id)
    if posting is None:
        raise NotFoundError(f"No posting {posting_id}.", hint="'jobswipe match' shows the ids")
    company = session.get(Company, posting.company_id) if posting.company_id else None
    number = open_at(session, person_id, now, posting.title, company.name if company else None, posting.url, posting_id)
    return session.get_one(Application, number), True


def pursue(session: Session, person_id: int, posting_id: int, now: datetime) -> tuple[Application, bool]:
    """The same for whoever holds no lock yet: a verdict may be opening it at this moment."""
    # The row that a verdict locks first.
    fresh = PreferenceModel(person_id=person_id, updated_at=now).model_dump()
    insert_missing(session, table(PreferenceModel), [fresh], ["person_id"])
    held = select(PreferenceModel.person_id).where(PreferenceModel.person_id == person_id)
    session.exec(held.with_for_update()).one()
    return open_for(session, person_id, posting_id, now)


def add(
    session: Session, person_id: int, now: datetime, title: str, company: str | None, url: str | None
) -> Application:
    """An application for an opening that JobSwipe has not polled."""
    if not title.strip():
        raise UsageError("An application needs a title.")
    return session.get_one(Application, open_at(session, person_id, now, title.strip(), company, url, None))


def open_at(
    session: Session,
    person_id: int,
    now: datetime,
    title: str,
    company: str | None,
    url: str | None,
    posting_id: int | None,
) -> int:
    """Open an application, in stage `saved`, for an opening that is known to have none; its number."""
    number = next_number(session, Application)
    _OPEN.later(session, opening(number, person_id, now, title, company, url, posting_id))
    return number


def opening(
    number: int,
    person_id: int,
    now: datetime,
    title: str,
    company: str | None,
    url: str | None,
    posting_id: int | None,
) -> dict[str, Any]:
    """The values of `OPENING` for an application of that number, in stage `saved`."""
    application = {
        "id": number, "person_id": person_id, "posting_id": posting_id, "title": title, "company": company, "url": url,
        "stage": "saved", "created_at": now, "updated_at": now,
    }  # fmt: skip
    event = {"application_id": number, "kind": "opened", "to_stage": "saved", "at": now}
    return given(_APPLICATION, application) | given(_EVENT, event)


def move(
    session: Session, person_id: int, application_id: int, stage: str, now: datetime, *, expected: str | None = None
) -> Application:
    """Put an application in a stage.

    Raises UsageError for an unknown stage, ConflictError when it is there already or is not in the `expected` one.
    """
    if stage not in STAGES:
        raise UsageError(f"No stage {stage!r}: choose one of {', '.join(STAGES)}.")
    application = get(session, person_id, application_id, lock=True)
    if expected is not None and application.stage != expected:
        raise ConflictError(
            f"Application {application_id} is in stage {application.stage}, not in {expected}: look at it again."
        )
    if application.stage == stage:
        raise ConflictError(f"Application {application_id} is in stage {stage} already.")
    keep_event(session, application, now, "moved", from_stage=application.stage, to_stage=stage)
    application.stage, application.updated_at = stage, now
    session.add(application)
    return application


def note(session: Session, person_id: int, application_id: int, text: str, now: datetime) -> Application:
    """Append a note."""
    if not text.strip():
        raise UsageError("A note needs a text.")
    application = get(session, person_id, application_id)
    keep_event(session, application, now, "note", text=text.strip())
    application.updated_at = now
    session.add(application)
    return application


def get(session: Session, person_id: int, application_id: int, *, lock: bool = False) -> Application:
    """The person's application, with `lock` until the transaction ends. Raises NotFoundError."""
    statement = select(Application).where(Application.id == application_id, Application.person_id == person_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    application = session.exec(statement).one_or_none()
    if application is None:
        raise NotFoundError(f"No application {application_id}.", hint="'jobswipe application list' shows them")
    return application


def remove(session: Session, person_id: int, application_id: int) -> None:
    """Delete an application with its notes, contacts, reminders and drafts, for good; `withdrawn` keeps it instead."""
    session.delete(get(session, person_id, application_id))
    session.flush()


def page(
    session: Session, person_id: int, limit: int, before: int | None = None, stages: Sequence[str] = ()
) -> list[Application]:
    """The person's applications, the latest opened first; those of a smaller id than `before`."""
    statement = select(Application).where(Application.person_id == person_id)
    if before is not None:
        statement = statement.where(col(Application.id) < before)
    if stages:
        statement = statement.where(col(Application.stage).in_(stages))
    return list(session.exec(statement.order_by(col(Application.id).desc()).limit(limit)))


def listing(session: Session, person_id: int, stage: str | None = None) -> list[Application]:
    """The person's applications, the latest change first."""
    if stage is not None and stage not in STAGES:
        raise UsageError(f"No stage {stage!r}: choose one of {', '.join(STAGES)}.")
    statement = select(Application).where(Application.person_id == person_id)
    if stage is not None:
        statement = statement.where(Application.stage == stage)
    return list(session.exec(statement.order_by(col(Application.updated_at).desc(), col(Application.id).desc())))


def events(session: Session, application_id: int) -> list[Event]:
    """What happened to an application, oldest first."""
    statement = (
        select(ApplicationEvent, Application.person_id)
        .join(Application, col(Application.id) == col(ApplicationEvent.application_id))
        .where(ApplicationEvent.application_id == application_id)
        .order_by(col(ApplicationEvent.id))
    )
    return [_opened(session, row, person_id) for row, person_id in session.exec(statement)]


def _opened(session: Session, row: ApplicationEvent, person_id: int) -> Event:
    sealed = row.sealed
    return Event(
        id=row.id or 0,
        application_id=row.application_id,
        kind=row.kind,
        from_stage=row.from_stage,
        to_stage=row.to_stage,
        text=None if sealed is None else vault.of(session).open(session, person_id, EVENT, sealed),
        at=row.at,
    )


def keep_event(
    session: Session,
    application: Application,
    now: datetime,
    kind: str,
    *,
    from_stage: str | None = None,
    to_stage: str | None = None,
    text: str | None = None,
) -> None:
    """Append what happened to an application."""
    if application.id is None:
        raise ConflictError("The application is not stored yet.")
    event = ApplicationEvent(application_id=application.id, kind=kind, from_stage=from_stage, to_stage=to_stage, at=now)
    if text is not None:
        event.sealed = vault.of(session).seal(session, application.person_id, EVENT, text)
    session.add(event)
