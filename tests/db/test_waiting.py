"""Statements that wait for the next one: done in their order, each as if it had gone by itself; on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from servers.postgres import PostgresServer
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from sqlmodel import select as pick

from jobswipe.db.engine import Database
from jobswipe.db.insert import insert_row
from jobswipe.db.straight import Straight, given, parameters
from jobswipe.errors import StorageError
from jobswipe.models import Company
from jobswipe.models.base import table

COMPANY = table(Company)
NAMED = Straight(select(COMPANY.c.name).where(COMPANY.c.key == bindparam("key")))
ADD = Straight(insert(COMPANY).values(parameters(COMPANY, "key", "name")))
RENAME = Straight(update(COMPANY).where(COMPANY.c.key == bindparam("of")).values(name=bindparam("now")))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    with opened.write() as session:
        insert_row(session, Company, key="bakery", name="Bakery")
    yield opened
    opened.dispose()


def add(session: Session, key: str, name: str = "Example Ltd") -> None:
    ADD.later(session, given(COMPANY, {"key": key, "name": name}))


def names(database: Database) -> list[str]:
    with database.read() as session:
        return sorted(session.exec(pick(Company.name)).all())


def test_each_sees_what_those_before_it_did(database: Database) -> None:
    with database.write() as session:
        before = NAMED.ahead(session, {"key": "bakery"})
        RENAME.later(session, {"of": "bakery", "now": "Pastry"})
        between = NAMED.ahead(session, {"key": "bakery"})
        RENAME.later(session, {"of": "bakery", "now": "Café"})
        assert NAMED.rows(session, {"key": "bakery"}) == [("Café",)]
        assert (before(), between()) == ([("Bakery",)], [("Pastry",)])
    assert names(database) == ["Café"]


def test_the_one_that_is_asked_first_takes_all_along(database: Database) -> None:
    with database.write() as session:
        add(session, "example")
        found, none = NAMED.ahead(session, {"key": "example"}), NAMED.ahead(session, {"key": "nobody"})
        assert found() == [("Example Ltd",)]
        assert none() == []


def test_statements_of_the_session_come_after(database: Database) -> None:
    with database.write() as session:
        add(session, "example")
        assert session.exec(pick(Company.name).where(Company.key == "example")).one() == "Example Ltd"
        add(session, "other", "Other Ltd")
        session.add(Company(key="third", name="Third Ltd"))
        session.flush()
        RENAME.later(session, {"of": "third", "now": "Three"})
    assert names(database) == ["Bakery", "Example Ltd", "Other Ltd", "Three"]


def test_nothing_waits_beyond_a_rollback(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        add(session, "example")
        raise RuntimeError
    with database.write() as session:
        add(session, "first", "First Ltd")
        with pytest.raises(RuntimeError), session.begin_nested():
            add(session, "second", "Second Ltd")
            raise RuntimeError
        add(session, "third", "Third Ltd")
    assert names(database) == ["Bakery", "First Ltd", "Third Ltd"]


def test_what_fails_on_the_way_fails_where_something_is_asked(database: Database) -> None:
    with pytest.raises(IntegrityError) as told, database.write() as session:
        add(session, "example")
        add(session, "bakery", "A secret")
        add(session, "third")
        NAMED.rows(session, {"key": "bakery"})
    assert "A secret" not in str(told.value).partition("\n")[2]
    assert names(database) == ["Bakery"]


def test_what_fails_with_the_commit_undoes_all(database: Database) -> None:
    for _ in range(7):  # the driver prepares a statement that comes again
        with pytest.raises(IntegrityError), database.write() as session:
            add(session, "example")
            add(session, "bakery")
            add(session, "third")
        assert names(database) == ["Bakery"]
    with database.write() as session:
        add(session, "example")
    assert names(database) == ["Bakery", "Example Ltd"]


def test_a_transaction_that_asks_nothing_asks_no_server(
    postgres_database: str, postgres_server: PostgresServer
) -> None:
    database = Database(postgres_database)
    backend = Straight(text("SELECT pg_backend_pid()"))
    with database.write() as session:
        ((pid,),) = backend.rows(session, {})
    for ask in (database.write, database.read):
        with ask() as session:
            session.connection()
            postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
    with database.read() as session:
        assert backend.rows(session, {}) != [(pid,)]
    database.dispose()


@pytest.mark.parametrize("asks", [False, True], ids=["commit", "rows"])
def test_a_connection_that_is_lost_with_all_that_waits_is_told_and_replaced(
    postgres_database: str, postgres_server: PostgresServer, asks: bool
) -> None:
    database = Database(postgres_database)
    backend = Straight(text("SELECT pg_backend_pid()"))
    with pytest.raises(StorageError, match="did not answer"), database.write() as session:
        ((pid,),) = backend.rows(session, {})
        add(session, "example")
        postgres_server.execute(f"SELECT pg_terminate_backend({pid}, 5000)")
        if asks:
            NAMED.rows(session, {"key": "example"})
    with database.write() as session:
        assert backend.rows(session, {}) != [(pid,)]
        add(session, "example")
    assert names(database) == ["Example Ltd"]
    database.dispose()


def test_a_transaction_goes_there_twice(postgres_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(postgres_database)
    with database.write() as session:
        add(session, "example")
    ways = []
    with database.write() as session:
        driver = session.connection().connection.driver_connection
        pipeline = driver.pipeline
        monkeypatch.setattr(driver, "pipeline", lambda: ways.append(len(ways)) or pipeline())
        found = NAMED.ahead(session, {"key": "example"})
        assert NAMED.rows(session, {"key": "nobody"}) == []
        assert found() == [("Example Ltd",)]
        assert len(ways) == 1
        RENAME.later(session, {"of": "example", "now": "Other Ltd"})
        add(session, "third")
    assert len(ways) == 2
    assert names(database) == ["Example Ltd", "Other Ltd"]
    database.dispose()
