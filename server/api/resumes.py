"""Resumes: send a file, look at what was understood, correct it, choose the one that postings are ranked for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import JSONBody, QueryParameter
from sqlmodel import Session

from jobswipe import clock
from jobswipe.resumes import limits
from server import options
from server.api.access import ApiRequest, needs, shows
from server.api.params import NO_NUL, PathId, seen
from server.api.resume_document import FieldOrigin, ResumeDocument, origins, view
from server.api.uploads import AROUND, Upload, sent

MAX_BODY = limits.FILE_BYTES + AROUND
"""Bytes of an upload: the file, and what a form puts around it."""
MAX_NAME = 200


class ResumeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A resume. Postings are ranked for the `active` one; `sha256` is of the file."""

    id: int
    name: str
    active: bool
    sha256: str
    imported_at: datetime


class ResumeList(msgspec.Struct, frozen=True, kw_only=True):
    """All of your resumes (50 at most), the latest first."""

    items: list[ResumeRow]
    next: None = None


class ResumeView(ResumeRow, frozen=True, kw_only=True):
    """What was understood of a resume, with your corrections. `fields`: where each came from, by its JSON path."""

    document: ResumeDocument
    fields: dict[str, FieldOrigin]


class ImportedResume(ResumeView, frozen=True, kw_only=True):
    """A resume that was just read. `replaced`: there was one of its name; `notes` say what was left out of it."""

    replaced: bool
    notes: tuple[str, ...]


class ResumeText(msgspec.Struct, frozen=True, kw_only=True):
    """All text of the file, as it was read."""

    id: int
    text: str


class FieldCorrection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field by its path (`basics.email`, `work[0].position`) and what it should say; null takes it away."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=NO_NUL)]
    value: Any


class Corrections(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Corrections in their order; all of them are kept, or none."""

    fields: Annotated[list[FieldCorrection], msgspec.Meta(min_length=1, max_length=200)]


class _Upload(Upload):
    media_type, most = "application/octet-stream", limits.FILE_BYTES
    about = "PDF, DOCX, text, Markdown, JSON Resume or rendercv YAML: told by its content, up to 10 MB."
    shown = "Sample Candidate\nBackend Engineer\ncandidate@example.com\n"


_ROW = {
    "id": 3, "name": "cv.pdf", "active": True,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "imported_at": "2026-03-01T12:00:00Z",
}  # fmt: skip
_VIEW = {
    **_ROW,
    "document": {
        "basics": {"name": "Sample Candidate", "email": "candidate@example.com"},
        "work": [{"name": "Example Ltd", "position": "Backend Engineer", "startDate": "2021-01"}],
    },
    "fields": {"work[0].position": {"confidence": 0.93, "page": 1, "quote": "Backend Engineer"}},
}
_READ, _WRITE = needs("resumes:read"), needs("resumes:write")


@post(
    "/resumes",
    opt=_WRITE | shows(response={**_VIEW, "replaced": False, "notes": []}) | {options.MAX_BODY: MAX_BODY},
    request_max_body_size=MAX_BODY,
    operation_class=_Upload,
)
async def upload(
    request: ApiRequest,
    name: Annotated[
        str | None,
        QueryParameter(min_length=1, max_length=MAX_NAME, description="What to keep it as; default: the file's name."),
    ] = None,
) -> ImportedResume:
    """Send a resume: as the field `file` of a form, or as the body itself. It becomes the active one.

    One of the same name is replaced; corrections to it stay and find their entries again. What a file is, its content
    decides, not its name. It is read in a process of its own under limits of size, time and memory.
    """
    from jobswipe.resumes import service

    data, own = await sent(request)
    called = _name(name or own)
    state, person_id = request.app.state, request.user.person_id

    def read() -> ImportedResume:
        found = service.read_bytes(data, called)
        with state.database.write() as session:
            resume, new = service.store(session, person_id, found, clock.now())
            shown = _view(session, resume)
        return ImportedResume(**_fields(shown), replaced=not new, notes=found.parsed.notes)

    answer: ImportedResume = await state.readers.run(read)
    return answer


def _name(given: str | None) -> str:
    """The last part of a name, without what no name has."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[-MAX_NAME:] or "resume"


@get("/resumes", opt=_READ | shows(response={"items": [_ROW], "next": None}), sync_to_thread=True)
def listing(request: ApiRequest) -> ResumeList:
    """Your resumes, the latest first."""
    from jobswipe.resumes import service

    with request.app.state.database.read() as session:
        return ResumeList(items=[seen(one, ResumeRow) for one in service.listing(session, request.user.person_id)])


@get("/resumes/{resume_id:int}", opt=_READ | shows(response=_VIEW), sync_to_thread=True)
def show(request: ApiRequest, resume_id: PathId) -> ResumeView:
    """What was understood of a resume, with your corrections."""
    from jobswipe.resumes import service

    with request.app.state.database.read() as session:
        return _view(session, service.get(session, request.user.person_id, resume_id))


@get(
    "/resumes/{resume_id:int}/text",
    opt=_READ | shows(response={"id": 3, "text": "Sample Candidate\nBackend Engineer"}),
    sync_to_thread=True,
)
def text(request: ApiRequest, resume_id: PathId) -> ResumeText:
    """The text of the file, without corrections."""
    from jobswipe.resumes import service

    with request.app.state.database.read() as session:
        resume = service.get(session, request.user.person_id, resume_id)
        return ResumeText(id=resume_id, text=resume.text)


@patch(
    "/resumes/{resume_id:int}/fields",
    opt=_WRITE | shows(request={"fields": [{"path": "work[0].position", "value": "Data Engineer"}]}, response=_VIEW),
    sync_to_thread=True,
)
def correct(request: ApiRequest, resume_id: PathId, data: JSONBody[Corrections]) -> ResumeView:
    """Correct fields. Corrections outlive a new version of the file; postings are ranked by them at once."""
    from jobswipe.resumes import service

    with request.app.state.database.write() as session:
        resume = service.get(session, request.user.person_id, resume_id)
        for one in data.fields:
            service.correct(session, resume, one.path, one.value, clock.now())
        return _view(session, resume)


@post("/resumes/{resume_id:int}/use", opt=_WRITE | shows(response=_ROW), status_code=200, sync_to_thread=True)
def use(request: ApiRequest, resume_id: PathId) -> ResumeRow:
    """Make a resume the active one."""
    from jobswipe.resumes import service

    with request.app.state.database.write() as session:
        return seen(service.use(session, request.user.person_id, resume_id), ResumeRow)


@delete("/resumes/{resume_id:int}", opt=_WRITE | shows(), sync_to_thread=True)
def remove(request: ApiRequest, resume_id: PathId) -> None:
    """Delete a resume and its corrections; the latest of the others becomes active."""
    from jobswipe.resumes import service

    with request.app.state.database.write() as session:
        service.remove(session, request.user.person_id, resume_id)


def _view(session: Session, resume: Any) -> ResumeView:
    from jobswipe.resumes import service

    document = service.corrected(session, resume)
    return ResumeView(**_fields(seen(resume, ResumeRow)), document=view(document), fields=origins(document))


def _fields(row: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__struct_fields__}


ROUTES = (upload, listing, show, text, correct, use, remove)
