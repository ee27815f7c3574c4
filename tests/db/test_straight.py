"""Statements that go straight to the driver: values, rows and errors as through SQLAlchemy; on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers.postgres import PostgresServer
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import select as pick
from statements import statements

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.db.insert import insert_row, next_number
from jobswipe.db.straight import Straight, Together, given, parameters
from jobswipe.errors import StorageError, UsageError
from jobswipe.models import LOCAL_PERSON_ID, Application, ApplicationEvent, Company, Profile
from jobswipe.models.base import table

COMPANY, APPLICATION, EVENT = table(Company), table(Application), table(ApplicationEvent)
NAMED = Straight(select(COMPANY.c.id, COMPANY.c.name).where(COMPANY.c.key == bindparam("key")))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


def test_values_and_columns_are_converted_as_their_types_say(database: Database) -> None:
    now = clock.now()
    profile = table(Profile)
    keep = Straight(insert(profile).values(parameters(profile, "person_id", "preferences", "updated_at")))
    read = Straight(select(profile.c.preferences, profile.c.updated_at).where(profile.c.person_id == bindparam("who")))
    values = {"person_id": LOCAL_PERSON_ID, "preferences": {"countries": ["DE"], "100%": "ü"}, "updated_at": now}
    with database.write() as session:
        assert keep.run(session, given(profile, values)) == 1
        assert read.rows(session, {"who": LOCAL_PERSON_ID}) == [(values["preferences"], now)]
        assert read.rows(session, {"who": 99}) == []
    with database.read() as session:
        found = session.exec(pick(Profile)).one()
    assert (found.preferences, found.updated_at) == (values["preferences"], now)


def test_what_the_session_has_to_write_comes_first(database: Database) -> None:
    with database.write() as session:
        session.add(Company(key="example", name="Example Ltd"))
        assert [name for _, name in NAMED.rows(session, {"key": "example"})] == ["Example Ltd"]
    with pytest.raises(RuntimeError), database.write() as session:
        Straight(update(COMPANY).values(name=bindparam("now"))).run(session, {"now": "Other Ltd"})
        raise RuntimeError
    with database.glance() as session:
        assert [name for _, name in NAMED.rows(session, {"key": "example"})] == ["Example Ltd"]


def test_errors_are_told_as_sqlalchemy_tells_them(database: Database) -> None:
    with database.write() as session:
        insert_row(session, Company, key="example", name="Example Ltd")
    with pytest.raises(IntegrityError) as told, database.write() as session:
        insert_row(session, Company, key="example", name="A secret")
    assert "A secret" not in str(told.value).partition("\n")[2]
    with pytest.raises((DBAPIError, StorageError), match="nothing"), database.read() as session:
        Straight(text("SELECT 1 FROM nothing")).rows(session, {})
    with database.read() as session:
        assert len(NAMED.rows(session, {"key": "example"})) == 1


def test_a_number_beyond_all_columns_is_a_usage_error(database: Database) -> None:
    with pytest.raises(UsageError), database.write() as session:
        insert_row(session, Application, person_id=2**70, title="x", created_at=clock.now(), updated_at=clock.now())


def test_a_lost_connection_is_told_and_replaced(postgres_database: str, postgres_server: PostgresServer) -> None:
    database = Database(postgres_database)
    backend = Straight(text("SELECT pg_backend_pid()"))
    with pytest.raises(StorageError), database.write() as session:
        ((pid,),) = backend.rows(session, {})
        postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
        backend.rows(session, {})
    with database.write() as session:
        assert backend.rows(session, {}) != [(pid,)]
    database.dispose()


def test_an_interrupted_statement_leaves_no_connection_that_still_answers(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt), database.read() as session:
        connection = session.connection()
        patch.setattr(database.engine.dialect, "do_execute", interrupted)
        NAMED.rows(session, {"key": "example"})
    assert connection.closed
    with database.read() as session:
        assert NAMED.rows(session, {"key": "example"}) == []


def test_changes_go_together_on_postgres_and_in_order_on_sqlite(database: Database) -> None:
    now = clock.now()
    both = Together(
        insert(APPLICATION).values(
            parameters(APPLICATION, "id", "person_id", "title", "stage", "created_at", "updated_at")
        ),
        insert(EVENT).values(parameters(EVENT, "application_id", "kind", "at")),
        update(COMPANY).where(COMPANY.c.key == bindparam("key")).values(parameters(COMPANY, "name")),
    )
    with database.write() as session:
        insert_row(session, Company, key="example", name="Example Ltd")
        number = next_number(session, Application)
        application = {
            "id": number, "person_id": LOCAL_PERSON_ID, "title": "Baker", "stage": "saved", "created_at": now,
            "updated_at": now,
        }  # fmt: skip
        values = given(APPLICATION, application) | given(COMPANY, {"name": "Bakery"}) | {"key": "example"}
        with statements(database) as ran:
            both.later(session, values | given(EVENT, {"application_id": number, "kind": "opened", "at": now}))
            assert [name for _, name in NAMED.rows(session, {"key": "example"})] == ["Bakery"]
        assert len(ran) == (4 if database.dialect == "sqlite" else 2)
        other = {name: value for name, value in application.items() if name != "id"}
        assert insert_row(session, Application, **other) > number  # the number is nobody else's
    with database.read() as session:
        assert session.get_one(Application, number).title == "Baker"
        assert session.exec(pick(ApplicationEvent.kind).where(ApplicationEvent.application_id == number)).all() == [
            "opened"
        ]
        assert session.exec(pick(Company.name)).all() == ["Bakery"]
    # None of them where one fails: what names no application is refused with the application that it came with.
    with pytest.raises(IntegrityError), database.write() as session:
        fresh = application | {"id": next_number(session, Application), "title": "Cook"}
        values = given(APPLICATION, fresh) | given(COMPANY, {"name": "x"}) | {"key": "example"}
        both.later(session, values | given(EVENT, {"application_id": number + 1_000, "kind": "opened", "at": now}))
    with database.read() as session:
        assert session.exec(pick(Company.name)).all() == ["Bakery"]
