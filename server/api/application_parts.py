"""What belongs to an application: contacts, reminders, and drafts that the worker writes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, post
from litestar import put as put_
from litestar.params import JSONBody

from jobswipe import clock
from jobswipe.applications import contacts, service
from jobswipe.errors import NotFoundError
from server.api.access import ApiRequest, needs, shows
from server.api.applications import DocumentRow, ReminderView
from server.api.params import NO_NUL, Line, PathId, seen

_READ, _WRITE = needs("applications:read"), needs("applications:write")
_OF = "/applications/{application_id:int}"
ShortText = Annotated[str, msgspec.Meta(max_length=contacts.MAX_LINE, pattern=NO_NUL)]


class ContactDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to talk to; only the name must be known."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=contacts.MAX_LINE, pattern=NO_NUL)]
    role: ShortText | None = None
    email: ShortText | None = None
    phone: ShortText | None = None
    note: Annotated[str, msgspec.Meta(max_length=contacts.MAX_NOTE, pattern=NO_NUL)] | None = None


class ContactList(msgspec.Struct, frozen=True, kw_only=True):
    """All contacts of an application, 50 at most."""

    items: list[contacts.Contact]
    next: None = None


class ReminderList(msgspec.Struct, frozen=True, kw_only=True):
    """Reminders that are still to come, the next first."""

    items: list[ReminderView]
    next: None = None


class NewReminder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When: `3d`, `2w`, `12h`, `2026-12-01`, or a moment in ISO 8601 (your time zone where it names none)."""

    due: Annotated[str, msgspec.Meta(min_length=2, max_length=40, pattern=NO_NUL)]
    text: Line | None = None


class DocumentView(DocumentRow, frozen=True, kw_only=True):
    """A draft with its text, and the numbered facts of your resume that it was made from."""

    text: str
    facts: list[str]


class DocumentList(msgspec.Struct, frozen=True, kw_only=True):
    """Drafts, the latest first."""

    items: list[DocumentRow]
    next: None = None


class NewDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to write: a cover letter, or the answer to a question of the form. Default language: the posting's."""

    kind: Literal["cover-letter", "answer"] = "cover-letter"
    question: Annotated[str, msgspec.Meta(max_length=2_000, pattern=NO_NUL)] = ""
    language: Annotated[str, msgspec.Meta(min_length=2, max_length=10, pattern=r"^[a-z-]+$(?!\n)")] | None = None


class AskedDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The task that writes it. The draft is in the list of documents once the task is done."""

    task_id: int


_AT = "2026-03-01T12:00:00Z"
_PERSON = {
    "name": "Sample Recruiter", "role": "Recruiter", "email": "recruiter@example.com", "phone": None, "note": None,
}  # fmt: skip
_CONTACT = {"id": 5, "application_id": 12, "created_at": _AT, **_PERSON}
_REMINDER = {"id": 4, "application_id": 12, "due_at": "2026-03-15T08:00:00Z", "text": "Ask", "created_at": _AT}
_DOCUMENT = {
    "id": 9, "kind": "cover-letter", "question": "", "version": 1, "language": "en", "model": None, "flags": [],
    "created_at": _AT,
}  # fmt: skip


@get(f"{_OF}/contacts", opt=_READ | shows(response={"items": [_CONTACT], "next": None}), sync_to_thread=True)
def list_contacts(request: ApiRequest, application_id: PathId) -> ContactList:
    """Whom to talk to about an application."""
    with request.app.state.database.read() as session:
        return ContactList(items=contacts.listing(session, request.user.person_id, application_id))


@post(f"{_OF}/contacts", opt=_WRITE | shows(request=_PERSON, response=_CONTACT), sync_to_thread=True)
def add_contact(request: ApiRequest, application_id: PathId, data: JSONBody[ContactDetails]) -> contacts.Contact:
    """Keep a contact. It is encrypted in the store."""
    whom = contacts.Person(**msgspec.structs.asdict(data))
    with request.app.state.database.write() as session:
        return contacts.add(session, request.user.person_id, application_id, whom, clock.now())


@put_(f"{_OF}/contacts/{{contact_id:int}}", opt=_WRITE | shows(request=_PERSON, response=_CONTACT), sync_to_thread=True)
def change_contact(
    request: ApiRequest, application_id: PathId, contact_id: PathId, data: JSONBody[ContactDetails]
) -> contacts.Contact:
    """Replace what is known of a contact."""
    whom = contacts.Person(**msgspec.structs.asdict(data))
    with request.app.state.database.write() as session:
        return contacts.change(session, request.user.person_id, contact_id, whom, application_id)


@delete(f"{_OF}/contacts/{{contact_id:int}}", opt=_WRITE | shows(), sync_to_thread=True)
def remove_contact(request: ApiRequest, application_id: PathId, contact_id: PathId) -> None:
    """Forget a contact."""
    with request.app.state.database.write() as session:
        contacts.remove(session, request.user.person_id, contact_id, application_id)


@get("/reminders", opt=_READ | shows(response={"items": [_REMINDER], "next": None}), sync_to_thread=True)
def list_reminders(request: ApiRequest) -> ReminderList:
    """The reminders of all your applications that are still to come."""
    from jobswipe.notifications import reminders

    with request.app.state.database.read() as session:
        found = reminders.listing(session, request.user.person_id)
        return ReminderList(items=[seen(one, ReminderView) for one, _ in found])


@post(
    f"{_OF}/reminders",
    opt=_WRITE | shows(request={"due": "2w", "text": "Ask"}, response=_REMINDER),
    sync_to_thread=True,
)
def add_reminder(request: ApiRequest, application_id: PathId, data: JSONBody[NewReminder]) -> ReminderView:
    """Have yourself reminded, through your notification channels."""
    from jobswipe.notifications import preferences, reminders

    state, person_id, now = request.app.state, request.user.person_id, clock.now()
    with state.database.write() as session:
        tz = preferences.zone(preferences.get(session, person_id), state.settings.notify)
        due = reminders.moment(data.due, tz, now)
        return seen(reminders.add(session, person_id, application_id, due, data.text, now), ReminderView)


@delete(f"{_OF}/reminders/{{reminder_id:int}}", opt=_WRITE | shows(), sync_to_thread=True)
def cancel_reminder(request: ApiRequest, application_id: PathId, reminder_id: PathId) -> None:
    """Take a reminder back. 409 when it was told or taken back already."""
    from jobswipe.notifications import reminders

    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        service.get(session, person_id, application_id)
        done = reminders.cancel(session, person_id, reminder_id, clock.now())
        if done.application_id != application_id:
            raise NotFoundError(f"There is no reminder {reminder_id} of this application.")


@get(f"{_OF}/documents", opt=_READ | shows(response={"items": [_DOCUMENT], "next": None}), sync_to_thread=True)
def list_documents(request: ApiRequest, application_id: PathId) -> DocumentList:
    """The drafts of an application, with the claims in them that your resume does not back."""
    from jobswipe.drafts import service as drafts

    with request.app.state.database.read() as session:
        found = drafts.listing(session, request.user.person_id, application_id)
        return DocumentList(items=[seen(one, DocumentRow) for one in found])


@post(
    f"{_OF}/documents",
    opt=_WRITE | shows(request={"kind": "cover-letter"}, response={"task_id": 77}),
    status_code=202,
    sync_to_thread=True,
)
def ask_for_draft(request: ApiRequest, application_id: PathId, data: JSONBody[NewDraft]) -> AskedDraft:
    """Have a draft written from your resume's facts by the worker: by the model where there is one, or a template."""
    from jobswipe.drafts import jobs
    from jobswipe.resumes import service as resumes

    person_id = request.user.person_id
    with request.app.state.database.write() as session:
        service.get(session, person_id, application_id)
        resumes.get(session, person_id)  # without one there is nothing to write from
        task_id = jobs.ask(
            session, person_id, application_id, kind=data.kind, question=data.question, language=data.language
        )
        return AskedDraft(task_id=task_id)


@get(
    f"{_OF}/documents/{{document_id:int}}",
    opt=_READ | shows(response={**_DOCUMENT, "text": "Dear team, ...", "facts": ["1. Backend Engineer, 2021"]}),
    sync_to_thread=True,
)
def show_document(request: ApiRequest, application_id: PathId, document_id: PathId) -> DocumentView:
    """A draft with its text."""
    from jobswipe.drafts import service as drafts

    with request.app.state.database.read() as session:
        for one in drafts.listing(session, request.user.person_id, application_id):
            if one.id == document_id:
                return seen(one, DocumentView)
    raise NotFoundError(f"There is no draft {document_id} of this application.")


ROUTES = (
    list_contacts,
    add_contact,
    change_contact,
    remove_contact,
    list_reminders,
    add_reminder,
    cancel_reminder,
    list_documents,
    ask_for_draft,
    show_document,
)
