"""A person's resumes in the store: import, list, show, correct, choose the active one. Services never commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe import skills
from jobswipe.errors import NotFoundError, ResumeError, StorageError, UsageError
from jobswipe.models import Person, ResumeCorrection
from jobswipe.models import Resume as ResumeRow
from jobswipe.observability import measure, redact
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger
from jobswipe.resumes import limits
from jobswipe.resumes.document import Correction, anchor, apply
from jobswipe.resumes.facts import ResumeFacts, facts
from jobswipe.security import vault

if TYPE_CHECKING:
    from jobswipe.resumes.parse import ParsedResume

_log = logger(__name__)
MAX_RESUMES = 50
"""Resumes that one person keeps."""
PLACE = "resume.sealed"
CORRECTION = "resume_correction.sealed"


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """A stored resume, opened: its file's name and SHA-256, its text, the JSON Resume document before corrections."""

    id: int
    person_id: int
    name: str
    sha256: str
    active: bool
    imported_at: datetime
    document: dict[str, Any]
    text: str


class ReadResume(msgspec.Struct, frozen=True):
    """A file that was read: the parsed resume, its SHA-256, and the name that it goes by."""

    name: str
    sha256: str
    parsed: ParsedResume

    @property
    def document(self) -> dict[str, Any]:
        return self.parsed.document


def read_file(path: Path, name: str | None = None) -> ReadResume:
    """Read a resume file without a store. Raises ResumeError or LimitError with what to do."""
    return _measured(path.name, lambda: _read_file(path, name))


def read_bytes(data: bytes, name: str) -> ReadResume:
    """The same for a file that was sent. Raises StorageError too, where there is no space to read it in."""
    try:
        return _measured(name, lambda: _read_bytes(data, name))
    except OSError as error:
        raise StorageError(f"A resume that was sent could not be read: {error.strerror}.") from error


def _measured(name: str, read: Callable[[], ReadResume]) -> ReadResume:
    form = measure.form(name)
    outcome = "failed"
    try:
        with span("read resume", measured="resume"):
            found = read()
        _protect(found.document)
        outcome = "done"
    finally:
        measure.resume(form, outcome)
        _log.info("resume_read", form=form, outcome=outcome)
    return found


def _protect(document: dict[str, Any]) -> None:
    """From now on no log line of this process says whom the resume is of, whatever an error repeats."""
    basics = document.get("basics") or {}
    redact.protect(basics.get(key) for key in ("name", "email", "phone"))


def _read_file(path: Path, name: str | None) -> ReadResume:
    if path == Path("-"):
        import sys

        return _read_bytes(sys.stdin.buffer.read(limits.FILE_BYTES + 1), name or "stdin")
    # A name that is no UTF-8 comes with surrogates, which no database stores.
    own = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    parsed = _parsed(path, own)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ResumeError(f"{path} cannot be read: {error.strerror}.") from None
    return ReadResume(name or own, digest, parsed)


def _read_bytes(data: bytes, name: str) -> ReadResume:
    parsed = _parsed(data, name)
    return ReadResume(name, hashlib.sha256(data).hexdigest(), parsed)


def _parsed(source: Path | bytes, name: str) -> ParsedResume:
    # Loaded here: whoever asks for a stored resume would wait 0.1 s for the patterns that a file is read by.
    from jobswipe.resumes.extract import extract
    from jobswipe.resumes.parse import parse

    return parse(extract(source, name))


def store(session: Session, person_id: int, read: ReadResume, now: datetime) -> tuple[Resume, bool]:
    """Keep a resume and make it the active one; and whether it is new.

    One of the same name is replaced: its corrections stay and find their entries again.
    """
    # Two imports at once follow one another, or each would leave its own resume active.
    session.exec(select(Person.id).where(Person.id == person_id).with_for_update()).first()
    known = listing(session, person_id)
    found = next((one for one in known if one.name == read.name), None)
    if found is None and len(known) >= MAX_RESUMES:
        raise UsageError(
            f"You have {MAX_RESUMES} resumes, the most that are kept: remove one first.",
            hint="'jobswipe resume remove NUMBER' does it",
        )
    sealed = seal(session, person_id, read.name, read.document, read.parsed.text)
    if found is not None:
        row = session.get_one(ResumeRow, found.id)
        row.sha256, row.imported_at, row.sealed = read.sha256, now, sealed
    else:
        row = ResumeRow(person_id=person_id, sha256=read.sha256, imported_at=now, sealed=sealed)
    session.add(row)
    session.flush()
    _activate(session, person_id, row.id)
    return opened(session, row), found is None


def seal(session: Session, person_id: int, name: str, document: dict[str, Any], text: str) -> bytes:
    """What a resume's row keeps encrypted."""
    _protect(document)
    return vault.of(session).seal(session, person_id, PLACE, [name, document, text])


def opened(session: Session, row: ResumeRow) -> Resume:
    """A row with what is encrypted in it."""
    name, document, text = vault.of(session).open(session, row.person_id, PLACE, row.sealed)
    return Resume(
        id=row.id or 0,
        person_id=row.person_id,
        name=name,
        sha256=row.sha256,
        active=row.active,
        imported_at=row.imported_at,
        document=document,
        text=text,
    )


def listing(session: Session, person_id: int) -> list[Resume]:
    """The person's resumes, the latest import first."""
    return [opened(session, row) for row in _rows(session, person_id)]


def get(session: Session, person_id: int, resume_id: int | None = None) -> Resume:
    """A resume by number, or the active one. Raises NotFoundError with what to do."""
    return opened(session, _row(session, person_id, resume_id))


def use(session: Session, person_id: int, resume_id: int) -> Resume:
    """Make a resume the active one."""
    chosen = _row(session, person_id, resume_id)
    _activate(session, person_id, chosen.id)
    return opened(session, chosen)


def remove(session: Session, person_id: int, resume_id: int) -> Resume:
    """Forget a resume and its corrections; the latest of the others becomes active."""
    row = _row(session, person_id, resume_id)
    gone = opened(session, row)
    session.delete(row)
    session.flush()
    rest = _rows(session, person_id)
    if gone.active and rest:
        _activate(session, person_id, rest[0].id)
    return gone


def corrected(session: Session, resume: Resume) -> dict[str, Any]:
    """The JSON Resume document with the person's corrections."""
    _protect(resume.document)
    return apply(resume.document, [one for one, _ in corrections(session, resume)])


def correct(session: Session, resume: Resume, path: str, value: Any, now: datetime) -> None:
    """Correct a field; the correction outlives a re-import. Raises UsageError for a bad path or value."""
    keep_correction(session, resume, anchor(resume.document, path, value), now)


def keep_correction(session: Session, resume: Resume, made: Correction, at: datetime) -> None:
    """Store a correction that was checked."""
    sealed = vault.of(session).seal(session, resume.person_id, CORRECTION, [made.value, made.anchor])
    session.add(ResumeCorrection(resume_id=resume.id, path=made.path, at=at, sealed=sealed))
    session.flush()


def active_facts(session: Session, person_id: int, now: datetime) -> ResumeFacts | None:
    """What matching needs of the active resume; None when there is none."""
    row = session.exec(select(ResumeRow).where(ResumeRow.person_id == person_id, ResumeRow.active)).first()
    return facts(corrected(session, opened(session, row)), now) if row else None


def active_skill_names(session: Session, person_id: int) -> list[str]:
    """The taxonomy's names of the active resume's skills."""
    row = session.exec(select(ResumeRow).where(ResumeRow.person_id == person_id, ResumeRow.active)).first()
    if row is None:
        return []
    known = facts(corrected(session, opened(session, row)))
    return sorted({skill.name for skill in skills.extract("\n".join([*known.skills, known.text]))})


def corrections(session: Session, resume: Resume) -> list[tuple[Correction, datetime]]:
    """The person's corrections to a resume and when they were made, oldest first."""
    statement = select(ResumeCorrection).where(ResumeCorrection.resume_id == resume.id)
    found = []
    for row in session.exec(statement.order_by(col(ResumeCorrection.id))):
        value, entry = vault.of(session).open(session, resume.person_id, CORRECTION, row.sealed)
        found.append((Correction(path=row.path, value=value, anchor=entry), row.at))
    return found


def _rows(session: Session, person_id: int) -> list[ResumeRow]:
    statement = select(ResumeRow).where(ResumeRow.person_id == person_id)
    return list(session.exec(statement.order_by(col(ResumeRow.imported_at).desc(), col(ResumeRow.id).desc())))


def _row(session: Session, person_id: int, resume_id: int | None) -> ResumeRow:
    statement = select(ResumeRow).where(ResumeRow.person_id == person_id)
    statement = (
        statement.where(ResumeRow.id == resume_id) if resume_id is not None else statement.where(ResumeRow.active)
    )
    found = session.exec(statement).first()
    if found is None and resume_id is not None:
        raise NotFoundError(f"No resume {resume_id}.", hint="'jobswipe resume list' shows them")
    if found is None:
        raise NotFoundError("No resume yet.", hint="'jobswipe resume import FILE' brings one")
    return found


def _activate(session: Session, person_id: int, chosen: int | None) -> None:
    for one in _rows(session, person_id):
        one.active = one.id == chosen
        session.add(one)
    session.flush()
