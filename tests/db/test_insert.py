"""Rows that may be there already, rows past the session's book-keeping, lists of ids, glances; on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlmodel import select

from jobswipe import clock
from jobswipe.db.engine import Database, in_transaction
from jobswipe.db.ids import LENGTHS, parts
from jobswipe.db.insert import insert_missing, insert_row
from jobswipe.models import LOCAL_PERSON_ID, Application, Company
from jobswipe.models.base import table
from jobswipe.settings import DatabaseSettings


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.dispose()


def test_a_single_row_tells_whether_it_was_missing(database: Database) -> None:
    row = {"key": "example", "name": "Example Ltd"}
    with database.write() as session:
        assert insert_missing(session, table(Company), [row], ["key"])
        assert not insert_missing(session, table(Company), [row], ["key"])


def test_an_inserted_row_has_its_number_and_its_defaults(database: Database) -> None:
    now = clock.now()
    with database.write() as session:
        values = {"person_id": LOCAL_PERSON_ID, "title": "Baker", "created_at": now, "updated_at": now}
        number = insert_row(session, Application, **values)
        found = session.exec(select(Application).where(Application.id == number)).one()
    assert (found.title, found.stage, found.created_at) == ("Baker", "saved", now)


@pytest.mark.parametrize("many", [0, 1, 10, 11, 40, 41, 500, 501, 1_234])
def test_lists_of_ids_have_few_lengths_and_all_ids(many: int) -> None:
    found = list(parts(range(many)))
    assert {len(part) for part in found} <= set(LENGTHS)
    assert set().union(*found) == set(range(many))


def test_a_glance_sees_what_is_committed_and_leaves_a_sound_connection(database: Database) -> None:
    with database.glance() as session:
        assert session.connection().execute(text("SELECT count(*) FROM company")).scalar() == 0
        with database.write() as other:
            insert_row(other, Company, key="example", name="Example Ltd")
    with database.glance() as session:
        assert session.connection().execute(text("SELECT count(*) FROM company")).scalar() == 1
        with in_transaction(session):  # as rows that come one by one need it
            rows = session.exec(select(Company.name).execution_options(yield_per=1))
            assert list(rows) == ["Example Ltd"]
        assert session.connection().execute(text("SELECT 1")).scalar() == 1
    with pytest.raises(RuntimeError), database.write() as session:  # the same connection, in a transaction again
        insert_row(session, Company, key="other", name="Other Ltd")
        raise RuntimeError
    with database.read() as session:
        assert session.connection().execute(text("SELECT count(*) FROM company")).scalar() == 1


def test_whoever_reads_leaves_the_prepared_statements(postgres_database: str) -> None:
    database = Database(postgres_database, DatabaseSettings(pool_size=1, pool_overflow=0))
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%company%'")
    for _ in range(8):  # the driver prepares what comes again and again
        with database.read() as session:
            session.exec(select(Company.name)).all()
            session.execute(text("INSERT INTO company (key, name) VALUES ('example', 'Example Ltd')"))
    with database.read() as session:
        assert session.execute(prepared).scalar_one() > 0
        assert session.exec(select(Company.name)).all() == []  # nothing that was changed is kept
    database.dispose()
