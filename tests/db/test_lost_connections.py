"""A connection of the pool that the server has ended is replaced before it is used."""

from __future__ import annotations

import pytest
from servers.postgres import PostgresServer
from sqlalchemy import text

from jobswipe.db import engine as engines
from jobswipe.db.engine import Database


@pytest.mark.parametrize("rests", [0.0, 60.0], ids=["asked", "looked at"])
def test_an_ended_connection_is_replaced(
    postgres_database: str, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, rests: float
) -> None:
    monkeypatch.setattr(engines, "_REST", rests)
    database = Database(postgres_database)
    for _ in range(3):
        with database.read() as session:
            backend = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
        postgres_server.execute(f"SELECT pg_terminate_backend({backend}, 5000)")
        with database.read() as session:
            assert session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one() != backend
    database.dispose()
