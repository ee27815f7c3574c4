"""The schema goes up, down and up on both engines, matches the models, and refuses a newer store."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from jobswipe.db import migrate
from jobswipe.db.engine import Database
from jobswipe.errors import NotReadyError, UsageError
from jobswipe.models import metadata


def test_up_down_up(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert migrate.status(database).current is None
    assert migrate.upgrade(database).ready
    assert set(inspect(database.engine).get_table_names()) >= set(metadata.tables)
    assert migrate.downgrade(database, "base").current is None
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert migrate.upgrade(database).ready
    database.dispose()


def test_models_and_migrations_agree(database_url: str) -> None:
    database = Database(database_url)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.dispose()


def test_a_newer_store_is_refused_and_left_alone(database_url: str) -> None:
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotReadyError, match="newer"):
        migrate.require_ready(database)
    with pytest.raises(NotReadyError, match="newer"):
        migrate.upgrade(database)
    with database.read() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    database.dispose()


def test_an_empty_store_says_what_to_do(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    with pytest.raises(NotReadyError, match="jobswipe init"):
        migrate.require_ready(database)
    database.dispose()


def test_an_unknown_version_is_a_usage_error(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(UsageError, match="db status"):
        migrate.downgrade(database, "nonsense")
    database.dispose()


def test_whether_a_store_is_ready_is_known_without_alembic(database_url: str, empty_database_url: str) -> None:
    """The files are read for it: a step that they do not tell of would make every start ask Alembic."""
    ready, empty = Database(database_url), Database(empty_database_url)
    assert migrate.head() == migrate.status(ready).head
    assert migrate.is_ready(ready)
    assert not migrate.is_ready(empty)
    with ready.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not migrate.is_ready(ready)
    with pytest.raises(NotReadyError, match="behind: run 'jobswipe db upgrade'"):
        migrate.require_ready(ready)
    ready.dispose()
    empty.dispose()
