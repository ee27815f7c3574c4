"""A connection of the pool that the server has ended is replaced before it is used."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from servers.postgres import PostgresServer
from sqlalchemy import text
from sqlmodel import Session

from jobswipe.db import engine as engines
from jobswipe.db.engine import Database
from jobswipe.errors import StorageError

BACKEND = text("SELECT pg_backend_pid()")
Asking = Callable[[Database], AbstractContextManager[Session]]


@pytest.mark.parametrize("ask", [Database.read, Database.glance], ids=["read", "glance"])
@pytest.mark.parametrize("rests", [0.0, 60.0], ids=["asked", "looked at"])
def test_an_ended_connection_is_replaced(
    postgres_database: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, rests: float, ask: Asking
) -> None:
    monkeypatch.setattr(engines, "_REST", rests)
    database = Database(postgres_database)
    for _ in range(3):
        with ask(database) as session:
            backend = session.connection().execute(BACKEND).scalar_one()
        postgres_server.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
        with ask(database) as session:
            assert session.connection().execute(BACKEND).scalar_one() != backend
    database.dispose()


@pytest.mark.parametrize("ask", [Database.read, Database.glance], ids=["read", "glance"])
def test_one_that_ends_while_it_is_used_is_told_and_replaced(
    postgres_database: str, postgres_server: PostgresServer, ask: Asking
) -> None:
    database = Database(postgres_database)
    for _ in range(3):
        with pytest.raises(StorageError), ask(database) as session:
            backend = session.connection().execute(BACKEND).scalar_one()
            postgres_server.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
            session.connection().execute(BACKEND)
        with ask(database) as session:
            assert session.connection().execute(BACKEND).scalar_one() != backend
    database.dispose()


@pytest.mark.parametrize("ask", [Database.read, Database.write], ids=["read", "write"])
def test_one_that_ends_before_its_transaction_begins_is_told_and_replaced(
    postgres_database: str, postgres_server: PostgresServer, ask: Asking
) -> None:
    database = Database(postgres_database)
    with database.glance() as session:
        backend = session.connection().execute(BACKEND).scalar_one()
    with pytest.raises(StorageError, match="did not answer"), ask(database) as session:
        session.connection()
        postgres_server.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
        session.connection().execute(BACKEND)
    with ask(database) as session:
        assert session.connection().execute(BACKEND).scalar_one() != backend
    database.dispose()
