"""Whom to talk to about an application. They are other people: all that is known of them is encrypted."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec
from sqlalchemy import func
from sqlmodel import Session, col, select

from jobswipe.applications import service
from jobswipe.errors import InputError, NotFoundError, UsageError
from jobswipe.models import Application, ApplicationContact
from jobswipe.security import vault

PLACE = "application_contact.sealed"
MOST = 50
"""Contacts of one application."""
MAX_LINE, MAX_NOTE = 200, 2_000
_EMAIL = re.compile(r"[^@\s]{1,100}@[^@\s]{1,100}")


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody; only the name must be known."""

    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    note: str | None = None


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A contact of an application, opened."""

    id: int
    application_id: int
    created_at: datetime
    name: str
    role: str | None
    email: str | None
    phone: str | None
    note: str | None


def known(contact: Contact) -> Person:
    """What is known of a contact."""
    return msgspec.convert({name: getattr(contact, name) for name in Person.__struct_fields__}, Person)


def add(session: Session, person_id: int, application_id: int, whom: Person, now: datetime) -> Contact:
    """Keep a contact. Raises NotFoundError, UsageError for what is no name or address, or for too many."""
    clean = _checked(whom)
    # Two at once follow one another, or both would be the last that is allowed.
    service.get(session, person_id, application_id, lock=True)
    count = select(func.count()).where(ApplicationContact.application_id == application_id)
    if session.exec(count).one() >= MOST:
        raise UsageError(f"An application has at most {MOST} contacts: remove one first.")
    row = ApplicationContact(application_id=application_id, created_at=now, sealed=_seal(session, person_id, clean))
    session.add(row)
    session.flush()
    return _opened(session, person_id, row)


def listing(session: Session, person_id: int, application_id: int) -> list[Contact]:
    """The contacts of an application, in the order in which they came. Raises NotFoundError."""
    service.get(session, person_id, application_id)
    statement = select(ApplicationContact).where(ApplicationContact.application_id == application_id)
    rows = session.exec(statement.order_by(col(ApplicationContact.id))).all()
    return [_opened(session, person_id, row) for row in rows]


def change(
    session: Session, person_id: int, contact_id: int, whom: Person, application_id: int | None = None
) -> Contact:
    """Replace what is known of a contact. Raises NotFoundError, UsageError."""
    clean = _checked(whom)
    row = _row(session, person_id, contact_id, application_id)
    row.sealed = _seal(session, person_id, clean)
    session.add(row)
    session.flush()
    return _opened(session, person_id, row)


def remove(session: Session, person_id: int, contact_id: int, application_id: int | None = None) -> Contact:
    """Forget a contact. Raises NotFoundError, also when it is not of that application."""
    row = _row(session, person_id, contact_id, application_id)
    gone = _opened(session, person_id, row)
    session.delete(row)
    session.flush()
    return gone


def _row(session: Session, person_id: int, contact_id: int, application_id: int | None) -> ApplicationContact:
    statement = (
        select(ApplicationContact)
        .join(Application, col(Application.id) == col(ApplicationContact.application_id))
        .where(ApplicationContact.id == contact_id, Application.person_id == person_id)
    )
    if application_id is not None:
        statement = statement.where(ApplicationContact.application_id == application_id)
    row = session.exec(statement).one_or_none()
    if row is None:
        raise NotFoundError(f"No contact {contact_id}.", hint="'jobswipe application contact list NUMBER' shows them")
    return row


def _checked(whom: Person) -> Person:
    """As it is kept: without white space around, empty texts as none."""
    values = {name: (value or "").strip() or None for name, value in msgspec.structs.asdict(whom).items()}
    for name, value in values.items():
        longest = MAX_NOTE if name == "note" else MAX_LINE
        if value is not None and len(value) > longest:
            raise UsageError(f"The {name} of a contact has at most {longest} letters.")
        if value is not None and "\0" in value:
            raise InputError(f"The {name} of a contact has the character NUL: take it out.")
    if values["name"] is None:
        raise UsageError("A contact needs a name.")
    if values["email"] is not None and not _EMAIL.fullmatch(values["email"]):
        raise UsageError("The e-mail address of a contact looks like name@example.com.")
    return msgspec.convert(values, Person)


def _seal(session: Session, person_id: int, whom: Person) -> bytes:
    return vault.of(session).seal(session, person_id, PLACE, msgspec.to_builtins(whom))


def _opened(session: Session, person_id: int, row: ApplicationContact) -> Contact:
    whom = msgspec.convert(vault.of(session).open(session, person_id, PLACE, row.sealed), Person)
    return Contact(
        id=row.id or 0,
        application_id=row.application_id,
        created_at=row.created_at,
        **msgspec.structs.asdict(whom),
    )
