"""Accounts as a whole: roles, disabling, deleting with all that is somebody's, keys, the audit log, tidying up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from account_support import EMAIL, PASSWORD, account, audited, work
from sqlalchemy import text
from sqlmodel import Session, col, select

from jobswipe import clock
from jobswipe.accounts import apikeys, audit, emails, service, sessions, signin
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, NotFoundError, StorageError, UsageError
from jobswipe.models import Account, Application, AuditEvent, Person, metadata
from jobswipe.security import vault
from jobswipe.settings import Settings


def test_a_dump_shows_no_name_and_no_address(database: Database, settings: Settings) -> None:
    account(database, settings)
    signin.sign_in(database, settings, EMAIL, PASSWORD)
    with database.read() as session:
        for one in metadata.sorted_tables:
            dump = str(session.execute(one.select()).all())
            for personal in ("candidate", "Sample", EMAIL, PASSWORD):
                assert personal not in dump, one.name


def test_deleting_takes_everything_and_gives_the_number_to_nobody(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    signin.sign_in(database, settings, EMAIL, PASSWORD)
    now = clock.now()
    with database.write() as session:
        apikeys.create(session, person_id, "laptop", ["deck:read"], now)
        session.add(Application(person_id=person_id, title="Cook", stage="saved", created_at=now, updated_at=now))
        sealed = service.get(session, person_id).sealed
    with database.write() as session:
        service.remove(session, person_id, now, actor_id=person_id)
    with database.read() as session:
        for one in metadata.sorted_tables:
            if "person_id" in one.columns and one.name != "audit_event":
                rows = session.execute(one.select().where(one.columns.person_id == person_id)).all()
                assert rows == [], one.name
        assert session.get(Person, person_id) is not None  # the bare number
        with pytest.raises(StorageError):
            vault.of(session).open(session, person_id, "account", sealed)
    assert account(database, settings) > person_id
    assert audited(database)[-1] == ("account.deleted", "done")


def test_the_last_admin_stays_unless_the_machines_operator_says_so(database: Database, settings: Settings) -> None:
    first = account(database, settings, role="admin")
    with database.write() as session:
        for change in (
            lambda: service.set_role(session, first, "user", actor_id=99),
            lambda: service.set_disabled(session, first, True, clock.now(), actor_id=99),
            lambda: service.remove(session, first, clock.now(), actor_id=first),
        ):
            with pytest.raises(ConflictError):
                change()
        with pytest.raises(UsageError):
            service.set_role(session, first, "emperor", actor_id=None)
    second = account(database, settings, "other@example.com", role="admin")
    with database.write() as session:
        service.set_role(session, first, "user", actor_id=second)
        service.set_role(session, second, "user", actor_id=None)
    assert [one for one in audited(database) if one[0] == "account.role_changed"] == [
        ("account.role_changed", "done")
    ] * 2


def test_a_disabled_account_is_let_in_by_nothing(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    token = signin.sign_in(database, settings, EMAIL, PASSWORD).token
    with database.write() as session:
        _, key = apikeys.create(session, person_id, "laptop", ["deck:read"], clock.now())
        service.set_disabled(session, person_id, True, clock.now(), actor_id=None)
    with database.read() as session:
        assert sessions.authenticate(session, token, clock.now(), settings.accounts) is None
        assert apikeys.authenticate(session, key, clock.now()) is None
    with database.write() as session:
        service.set_disabled(session, person_id, False, clock.now(), actor_id=None)
    with database.read() as session:
        assert sessions.authenticate(session, token, clock.now(), settings.accounts) is None
        assert apikeys.authenticate(session, key, clock.now()) is not None


def test_a_rotated_key_and_its_successor_overlap(database: Database, settings: Settings) -> None:
    person_id = account(database, settings)
    now, overlap = clock.now(), timedelta(hours=24)
    with database.write() as session:
        old, first = apikeys.create(
            session, person_id, "laptop", ["deck:read"], now, expires_at=now + timedelta(days=30)
        )
        assert old.id is not None
        made, second = apikeys.rotate(session, person_id, old.id, now + timedelta(days=10), overlap)
        assert (made.name, made.scopes, made.expires_at) == ("laptop", ["deck:read"], now + timedelta(days=40))
    with database.read() as session:
        for text_, hours, holds in ((first, 23, True), (first, 25, False), (second, 25, True)):
            later = now + timedelta(days=10, hours=hours)
            assert (apikeys.authenticate(session, text_, later) is not None) is holds
    with database.write() as session:
        with pytest.raises(NotFoundError):
            apikeys.rotate(session, 1, old.id, now, overlap)
        with pytest.raises(UsageError):
            apikeys.rotate(session, person_id, old.id, now + timedelta(days=12), overlap)


def test_a_keys_last_use_is_noted_once_a_minute(database: Database, settings: Settings) -> None:
    now = clock.now()
    with database.write() as session:
        key, _ = apikeys.create(session, 1, "laptop", ["deck:read"], now)
        assert key.id is not None
        noted = []
        for seconds in (0, 30, 59, 61, 90):
            apikeys.used(session, [key.id], now + timedelta(seconds=seconds))
            session.refresh(key)
            assert key.last_used_at is not None
            noted.append((key.last_used_at - now).total_seconds())
    assert noted == [0, 0, 0, 61, 61]


def test_the_audit_log_is_read_page_by_page(database: Database) -> None:
    with database.write() as session:
        for number in range(5):
            audit.record(
                session, f"test.{number}", actor_id=1, person_id=2, object_kind="thing", object_id=number, n=number
            )
        audit.record(session, "test.other", actor_id=3)
    with database.read() as session:
        first = audit.listing(session, limit=2, actor_id=1)
        rest = audit.listing(session, before=first[-1].id, actor_id=1)
        assert [one.action for one in first + rest] == [f"test.{number}" for number in (4, 3, 2, 1, 0)]
        assert (first[0].detail, first[0].object_id) == ({"n": 4}, "4")
        assert [one.action for one in audit.listing(session, action="test.other")] == ["test.other"]
        assert [one.action for one in audit.listing(session, person_id=2, limit=1)] == ["test.4"]


def test_what_is_rolled_back_is_not_in_the_audit_log(database: Database) -> None:
    with pytest.raises(UsageError), database.write() as session:
        audit.record(session, "test.undone", actor_id=1)
        raise UsageError("No.")
    assert audited(database) == []


def test_what_has_ended_is_tidied_up(database: Database, settings: Settings) -> None:
    account(database, settings)
    signin.sign_in(database, settings, EMAIL, PASSWORD)
    with database.write() as session:
        long_ago = clock.now() - timedelta(days=settings.accounts.audit_days + 1)
        session.add(AuditEvent(at=long_ago, action="test.old"))
        session.execute(text("UPDATE login_session SET expires_at = :at"), {"at": "2020-01-01 00:00:00+00:00"})
        _task(session)
    assert work(database, settings) == ["account.tidy"]
    with database.read() as session:
        assert session.exec(select(AuditEvent).where(col(AuditEvent.action) == "test.old")).all() == []
        assert session.execute(text("SELECT count(*) FROM login_session")).scalar() == 0
        assert session.exec(select(Account)).one() is not None


def test_accounts_are_found_and_listed(database: Database, settings: Settings) -> None:
    numbers = [account(database, settings, f"person{number}@example.com") for number in range(3)]
    with database.read() as session:
        assert [one.person_id for one in service.listing(session, limit=2)] == numbers[:2]
        assert [one.person_id for one in service.listing(session, after=numbers[1])] == numbers[2:]
        assert service.named(session, " Person1@EXAMPLE.com ").person_id == numbers[1]
        with pytest.raises(NotFoundError):
            service.named(session, "nobody@example.com")
        assert service.role_of(session, 1) == "admin"
        assert len(emails.fingerprint(session, EMAIL)) == 32


def _task(session: Session) -> None:
    from jobswipe.tasks import ledger

    ledger.enqueue(session, "account.tidy", {})
