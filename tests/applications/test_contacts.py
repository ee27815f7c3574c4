"""Contacts of an application: kept encrypted, each person's own, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from jobswipe.applications import contacts, service
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, InputError, NotFoundError, UsageError
from jobswipe.models import Person

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def database(database_url: str, home: Path) -> Iterator[Database]:
    found = Database(database_url)
    with found.write() as session:
        for number in (1, 2):
            session.merge(Person(id=number, created_at=NOW))
    yield found
    found.dispose()


def _opened(session: Session, person_id: int = 1) -> int:
    return service.add(session, person_id, NOW, "Data Engineer", None, None).id or 0


def test_a_contact_is_kept_changed_and_forgotten(database: Database) -> None:
    with database.write() as session:
        number = _opened(session)
        made = contacts.add(session, 1, number, contacts.Person(name="  Sample Recruiter ", phone=" "), NOW)
    assert (made.name, made.phone) == ("Sample Recruiter", None)
    with database.write() as session:
        contacts.change(session, 1, made.id, contacts.Person(name="Sample", email="sample@example.com"), number)
    with database.read() as session:
        (found,) = contacts.listing(session, 1, number)
        assert (found.id, found.name, found.email) == (made.id, "Sample", "sample@example.com")
    with database.write() as session:
        contacts.remove(session, 1, made.id)
        assert contacts.listing(session, 1, number) == []


def test_contacts_are_each_persons_own(database: Database) -> None:
    with database.write() as session:
        number, other = _opened(session), _opened(session, 2)
        made = contacts.add(session, 1, number, contacts.Person(name="Sample"), NOW)
    with database.write() as session:
        for attempt in (
            lambda: contacts.listing(session, 2, number),
            lambda: contacts.add(session, 2, number, contacts.Person(name="x"), NOW),
            lambda: contacts.change(session, 2, made.id, contacts.Person(name="x")),
            lambda: contacts.remove(session, 2, made.id),
            lambda: contacts.remove(session, 2, made.id, other),
        ):
            with pytest.raises(NotFoundError):
                attempt()


def test_what_is_no_contact_is_refused(database: Database) -> None:
    with database.write() as session:
        number = _opened(session)
        for whom in (
            contacts.Person(name=" "),
            contacts.Person(name="x" * 201),
            contacts.Person(name="x", email="a b@example.com"),
            contacts.Person(name="x", email="example.com"),
            contacts.Person(name="x", note="y" * 2001),
        ):
            with pytest.raises(UsageError):
                contacts.add(session, 1, number, whom, NOW)
        with pytest.raises(InputError):
            contacts.add(session, 1, number, contacts.Person(name="a\0b"), NOW)
        for _ in range(contacts.MOST):
            contacts.add(session, 1, number, contacts.Person(name="x"), NOW)
        with pytest.raises(UsageError, match="at most 50"):
            contacts.add(session, 1, number, contacts.Person(name="x"), NOW)


def test_a_move_from_where_it_is_not_is_refused(database: Database) -> None:
    with database.write() as session:
        number = _opened(session)
        service.move(session, 1, number, "applied", NOW, expected="saved")
        with pytest.raises(ConflictError, match="in stage applied, not in saved"):
            service.move(session, 1, number, "screen", NOW, expected="saved")
        service.remove(session, 1, number)
        with pytest.raises(NotFoundError):
            service.get(session, 1, number)
