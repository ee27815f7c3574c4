"""Applications: open one, move it from stage to stage, note what happened. Services never commit."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from jobswipe.errors import ConflictError, NotFoundError, UsageError
from jobswipe.models import STAGES, Application, ApplicationEvent, Company, Posting


def open_for(session: Session, person_id: int, posting_id: int, now: datetime) -> tuple[Application, bool]:
    """The person's application for a posting, in stage `saved` when new; and whether it is new."""
    found = session.exec(
        select(Application).where(Application.person_id == person_id, Application.posting_id == posting_id)
    ).one_or_none()
    if found is not None:
        return found, False
    posting = session.get(Posting, posting_id)
    if posting is None:
        raise NotFoundError(f"No posting {posting_id}.")
    company = session.get(Company, posting.company_id) if posting.company_id else None
    return open_at(
        session, person_id, now, posting.title, company.name if company else None, posting.url, posting_id
    ), True


def add(
    session: Session, person_id: int, now: datetime, title: str, company: str | None, url: str | None
) -> Application:
    """An application for an opening that JobSwipe has not polled."""
    if not title.strip():
        raise UsageError("An application needs a title.")
    return open_at(session, person_id, now, title.strip(), company, url, None)


def open_at(
    session: Session,
    person_id: int,
    now: datetime,
    title: str,
    company: str | None,
    url: str | None,
    posting_id: int | None,
) -> Application:
    """A new application, in stage `saved`, for an opening that is known to have none."""
    application = Application(
        person_id=person_id,
        posting_id=posting_id,
        title=title,
        company=company,
        url=url,
        created_at=now,
        updated_at=now,
    )
    session.add(application)
    session.flush()
    _event(session, application, now, "opened", to_stage="saved")
    return application


def move(session: Session, person_id: int, application_id: int, stage: str, now: datetime) -> Application:
    """Put an application in a stage. Raises UsageError for an unknown stage, ConflictError when it is there already."""
    if stage not in STAGES:
        raise UsageError(f"No stage {stage!r}: choose one of {', '.join(STAGES)}.")
    application = get(session, person_id, application_id)
    if application.stage == stage:
        raise ConflictError(f"Application {application_id} is in stage {stage} already.")
    _event(session, application, now, "moved", from_stage=application.stage, to_stage=stage)
    application.stage, application.updated_at = stage, now
    session.add(application)
    return application


def note(session: Session, person_id: int, application_id: int, text: str, now: datetime) -> Application:
    """Append a note."""
    if not text.strip():
        raise UsageError("A note needs a text.")
    application = get(session, person_id, application_id)
    _event(session, application, now, "note", text=text.strip())
    application.updated_at = now
    session.add(application)
    return application


def get(session: Session, person_id: int, application_id: int) -> Application:
    application = session.get(Application, application_id)
    if application is None or application.person_id != person_id:
        raise NotFoundError(f"No application {application_id}: 'jobswipe application list' shows them.")
    return application


def listing(session: Session, person_id: int, stage: str | None = None) -> list[Application]:
    """The person's applications, the latest change first."""
    if stage is not None and stage not in STAGES:
        raise UsageError(f"No stage {stage!r}: choose one of {', '.join(STAGES)}.")
    statement = select(Application).where(Application.person_id == person_id)
    if stage is not None:
        statement = statement.where(Application.stage == stage)
    return list(session.exec(statement.order_by(col(Application.updated_at).desc(), col(Application.id).desc())))


def events(session: Session, application_id: int) -> list[ApplicationEvent]:
    """What happened to an application, oldest first."""
    statement = select(ApplicationEvent).where(ApplicationEvent.application_id == application_id)
    return list(session.exec(statement.order_by(col(ApplicationEvent.id))))


def _event(
    session: Session,
    application: Application,
    now: datetime,
    kind: str,
    *,
    from_stage: str | None = None,
    to_stage: str | None = None,
    text: str | None = None,
) -> None:
    if application.id is None:
        raise ConflictError("The application is not stored yet.")
    session.add(
        ApplicationEvent(
            application_id=application.id, kind=kind, from_stage=from_stage, to_stage=to_stage, text=text, at=now
        )
    )
