"""A person's resumes in the store: import, list, show, correct, choose the active one. Services never commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlmodel import Session, col, select

from jobswipe import skills
from jobswipe.errors import NotFoundError, ResumeError, StorageError, UsageError
from jobswipe.models import Person, Resume, ResumeCorrection
from jobswipe.observability import measure, redact
from jobswipe.observability.context import span
from jobswipe.observability.logs import logger
from jobswipe.resumes import limits
from jobswipe.resumes.document import Correction, anchor, apply
from jobswipe.resumes.extract import extract
from jobswipe.resumes.facts import ResumeFacts, facts
from jobswipe.resumes.parse import ParsedResume, parse

_log = logger(__name__)
MAX_RESUMES = 50
"""Resumes that one person keeps."""


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
    parsed = parse(extract(path, own))
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ResumeError(f"{path} cannot be read: {error.strerror}.") from None
    return ReadResume(name or own, digest, parsed)


def _read_bytes(data: bytes, name: str) -> ReadResume:
    parsed = parse(extract(data, name))
    return ReadResume(name, hashlib.sha256(data).hexdigest(), parsed)


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
    resume = found or Resume(person_id=person_id, name=read.name, sha256=read.sha256, imported_at=now)
    resume.sha256, resume.imported_at = read.sha256, now
    resume.document, resume.text = read.document, read.parsed.text
    session.add(resume)
    session.flush()
    _activate(session, known, resume)
    return resume, found is None


def listing(session: Session, person_id: int) -> list[Resume]:
    """The person's resumes, the latest import first."""
    statement = select(Resume).where(Resume.person_id == person_id)
    return list(session.exec(statement.order_by(col(Resume.imported_at).desc(), col(Resume.id).desc())))


def get(session: Session, person_id: int, resume_id: int | None = None) -> Resume:
    """A resume by number, or the active one. Raises NotFoundError with what to do."""
    statement = select(Resume).where(Resume.person_id == person_id)
    statement = statement.where(Resume.id == resume_id) if resume_id is not None else statement.where(Resume.active)
    found = session.exec(statement).first()
    if found is None and resume_id is not None:
        raise NotFoundError(f"No resume {resume_id}.", hint="'jobswipe resume list' shows them")
    if found is None:
        raise NotFoundError("No resume yet.", hint="'jobswipe resume import FILE' brings one")
    return found


def use(session: Session, person_id: int, resume_id: int) -> Resume:
    """Make a resume the active one."""
    chosen = get(session, person_id, resume_id)
    _activate(session, listing(session, person_id), chosen)
    return chosen


def remove(session: Session, person_id: int, resume_id: int) -> Resume:
    """Forget a resume and its corrections; the latest of the others becomes active."""
    gone = get(session, person_id, resume_id)
    session.delete(gone)
    session.flush()
    rest = listing(session, person_id)
    if gone.active and rest:
        _activate(session, rest, rest[0])
    return gone


def corrected(session: Session, resume: Resume) -> dict[str, Any]:
    """The JSON Resume document with the person's corrections."""
    _protect(resume.document)
    return apply(resume.document, _corrections(session, resume))


def correct(session: Session, resume: Resume, path: str, value: Any, now: datetime) -> None:
    """Correct a field; the correction outlives a re-import. Raises UsageError for a bad path or value."""
    made = anchor(resume.document, path, value)
    session.add(
        ResumeCorrection(resume_id=resume.id or 0, path=made.path, anchor=made.anchor, value=made.value, at=now)
    )
    session.flush()


def active_facts(session: Session, person_id: int, now: datetime) -> ResumeFacts | None:
    """What matching needs of the active resume; None when there is none."""
    statement = select(Resume).where(Resume.person_id == person_id, Resume.active)
    resume = session.exec(statement).first()
    return facts(corrected(session, resume), now) if resume else None


def active_skill_names(session: Session, person_id: int) -> list[str]:
    """The taxonomy's names of the active resume's skills."""
    statement = select(Resume).where(Resume.person_id == person_id, Resume.active)
    resume = session.exec(statement).first()
    if resume is None:
        return []
    known = facts(corrected(session, resume))
    return sorted({skill.name for skill in skills.extract("\n".join([*known.skills, known.text]))})


def _corrections(session: Session, resume: Resume) -> list[Correction]:
    statement = select(ResumeCorrection).where(ResumeCorrection.resume_id == resume.id)
    return [
        Correction(path=one.path, value=one.value, anchor=one.anchor)
        for one in session.exec(statement.order_by(col(ResumeCorrection.id)))
    ]


def _activate(session: Session, known: list[Resume], chosen: Resume) -> None:
    for one in known:
        one.active = one.id == chosen.id
        session.add(one)
    chosen.active = True
    session.add(chosen)
    session.flush()
