"""Applications: the openings that you pursue, their stages, notes and funnel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar.params import JSONBody, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.applications import contacts, funnel, service
from jobswipe.applications.beside import beside
from jobswipe.errors import UsageError
from server.api.access import ApiRequest, needs, shows
from server.api.params import (
    WEB,
    CursorText,
    Id,
    KeyText,
    Limit,
    Line,
    LongText,
    PathId,
    after,
    claimed,
    cursor,
    once,
    seen,
)

Stage = Literal["saved", "applied", "screen", "interview", "offer", "rejected", "withdrawn"]
_KIND = "applications"
_READ, _WRITE = needs("applications:read"), needs("applications:write")


class ApplicationRow(msgspec.Struct, frozen=True, kw_only=True):
    """An application. `posting_id` is null for an opening that no source lists, or no longer."""

    id: int
    stage: Stage
    title: str
    company: str | None
    url: str | None
    posting_id: int | None
    created_at: datetime
    updated_at: datetime


class ListedApplication(ApplicationRow, frozen=True, kw_only=True):
    """An application of the list: how many `notes` and `documents` it has, and when the next reminder comes due."""

    notes: int
    documents: int
    reminder_at: datetime | None


class ApplicationList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ListedApplication]
    next: str | None


class ApplicationEventView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: `opened`, `moved` (from stage to stage) or `note` (with its text)."""

    id: int
    kind: Literal["opened", "moved", "note"]
    from_stage: Stage | None
    to_stage: Stage | None
    text: str | None
    at: datetime


class ReminderView(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder that is still to come."""

    id: int
    application_id: int
    due_at: datetime
    text: str | None
    created_at: datetime


class ClaimFlag(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of a draft that your resume does not back."""

    kind: str
    quote: str
    reason: str


class DocumentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. `question` is empty for a cover letter, `model` null for one from the template."""

    id: int
    kind: Literal["cover-letter", "answer"]
    question: str
    version: int
    language: str
    model: str | None
    flags: list[ClaimFlag]
    created_at: datetime


class ApplicationView(ApplicationRow, frozen=True, kw_only=True):
    """An application with all that belongs to it; events oldest first."""

    events: list[ApplicationEventView]
    reminders: list[ReminderView]
    documents: list[DocumentRow]
    contacts: list[contacts.Contact]


class NewApplication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a posting, by `posting_id` alone; or of any other opening, by its title."""

    posting_id: Id | None = None
    title: Line | None = None
    company: Line | None = None
    url: Annotated[str, msgspec.Meta(max_length=2_000, pattern=WEB)] | None = None


class OpenedApplication(ApplicationRow, frozen=True, kw_only=True):
    """An application; `new` is false where you had one of this posting already."""

    new: bool


class StageMove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to. With `expected_stage` it only moves from there."""

    stage: Stage
    expected_stage: Stage | None = None


class NewNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: LongText


_AT = "2026-03-01T12:00:00Z"
ROW = {
    "id": 12, "stage": "saved", "title": "Backend Engineer", "company": "Example Ltd",
    "url": "https://jobs.example.com/7", "posting_id": 7, "created_at": _AT, "updated_at": _AT,
}  # fmt: skip
_LISTED = {**ROW, "notes": 2, "documents": 1, "reminder_at": "2026-03-15T08:00:00Z"}
_EVENT = {"id": 40, "kind": "opened", "from_stage": None, "to_stage": "saved", "text": None, "at": _AT}
VIEW = {**ROW, "events": [_EVENT], "reminders": [], "documents": [], "contacts": []}


def view(session: Session, person_id: int, application_id: int) -> ApplicationView:
    """An application with all that belongs to it."""
    from jobswipe.drafts import service as drafts
    from jobswipe.notifications import reminders

    row = seen(service.get(session, person_id, application_id), ApplicationRow)
    return ApplicationView(
        **msgspec.structs.asdict(row),
        events=[seen(one, ApplicationEventView) for one in service.events(session, application_id)],
        reminders=[
            seen(one, ReminderView) for one, of in reminders.listing(session, person_id) if of.id == application_id
        ],
        documents=[seen(one, DocumentRow) for one in drafts.listing(session, person_id, application_id)],
        contacts=contacts.listing(session, person_id, application_id),
    )


@get("/applications", opt=_READ | shows(response={"items": [_LISTED], "next": None}), sync_to_thread=True)
def listing(
    request: ApiRequest,
    stage: Annotated[list[Stage] | None, QueryParameter(max_items=7, description="Only these stages.")] = None,
    limit: Limit = 20,
    cursor_: CursorText = None,
) -> ApplicationList:
    """Your applications, the latest opened first."""
    before = after(_KIND, cursor_, Id)
    with request.app.state.database.read() as session:
        found = service.page(session, request.user.person_id, limit, before, stage or ())
        known = beside(session, [one.id or 0 for one in found])
        items = [
            ListedApplication(
                **msgspec.structs.asdict(seen(one, ApplicationRow)), **msgspec.structs.asdict(known[one.id or 0])
            )
            for one in found
        ]
    return ApplicationList(items=items, next=cursor(_KIND, items[-1].id) if len(items) == limit else None)


@post(
    "/applications",
    opt=_WRITE | shows(request={"posting_id": 7}, response={**ROW, "new": True}),
    sync_to_thread=True,
)
def add(request: ApiRequest, data: JSONBody[NewApplication], key: KeyText = None) -> OpenedApplication:
    """Open an application in stage `saved`: of a posting, or of an opening that no source lists."""
    if (data.posting_id is None) == (data.title is None):
        raise UsageError("An application is of a posting (posting_id) or of another opening (title): give one of them.")
    if data.posting_id is not None and (data.company or data.url):
        raise UsageError("The posting says its company and address: leave them out.")
    with request.app.state.database.write() as session:
        return once(claimed(request, session, key, data), OpenedApplication, lambda: _open(request, session, data))


def _open(request: ApiRequest, session: Session, data: NewApplication) -> OpenedApplication:
    person_id, now = request.user.person_id, clock.now()
    if data.posting_id is not None:
        found, new = service.pursue(session, person_id, data.posting_id, now)
    else:
        found, new = service.add(session, person_id, now, data.title or "", data.company, data.url), True
    return OpenedApplication(**msgspec.structs.asdict(seen(found, ApplicationRow)), new=new)


@get(
    "/applications/funnel",
    opt=_READ
    | shows(
        response={
            "steps": [
                {"step": "applications", "count": 8, "percent_of_previous": 40.0},
                {"step": "applied", "count": 4, "percent_of_previous": 50.0},
            ],
            "now": [{"stage": "applied", "applications": 3}],
            "days": [{"from_stage": "saved", "to_stage": "applied", "moves": 4, "median_days": 2.5}],
        }
    ),
    sync_to_thread=True,
)
def show_funnel(request: ApiRequest) -> funnel.Funnel:
    """From openings to offers: how many came how far, in which stage they are now, and the days between stages.

    The numbers are those of the report `funnel`.
    """
    with request.app.state.database.read() as session:
        return funnel.funnel(session, request.user.person_id)


@get("/applications/{application_id:int}", opt=_READ | shows(response=VIEW), sync_to_thread=True)
def show(request: ApiRequest, application_id: PathId) -> ApplicationView:
    """An application with its events, reminders, drafts and contacts."""
    with request.app.state.database.read() as session:
        return view(session, request.user.person_id, application_id)


@post(
    "/applications/{application_id:int}/move",
    opt=_WRITE | shows(request={"stage": "applied", "expected_stage": "saved"}, response=VIEW),
    status_code=200,
    sync_to_thread=True,
)
def move(request: ApiRequest, application_id: PathId, data: JSONBody[StageMove]) -> ApplicationView:
    """Put an application in another stage. 409 when it is there already, or is not where you expected it."""
    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        service.move(session, person_id, application_id, data.stage, clock.now(), expected=data.expected_stage)
        session.flush()
        return view(session, person_id, application_id)


@post(
    "/applications/{application_id:int}/notes",
    opt=_WRITE | shows(request={"text": "They call on Tuesday."}, response=VIEW),
    sync_to_thread=True,
)
def note(request: ApiRequest, application_id: PathId, data: JSONBody[NewNote]) -> ApplicationView:
    """Append a note."""
    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        service.note(session, person_id, application_id, data.text, clock.now())
        session.flush()
        return view(session, person_id, application_id)


@delete("/applications/{application_id:int}", opt=_WRITE | shows(), sync_to_thread=True)
def remove(request: ApiRequest, application_id: PathId) -> None:
    """Delete an application with its notes, contacts, reminders and drafts, for good.

    One that you no longer pursue is moved to `withdrawn` instead: it stays in your funnel.
    """
    with request.app.state.database.write() as session:
        service.remove(session, request.user.person_id, application_id)


ROUTES = (listing, add, show_funnel, show, move, note, remove)
