"""Rows that several processes may make at once: inserted where they are missing, left alone where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_missing(session: Session, table: Table, values: Sequence[dict[str, Any]], keys: Sequence[str]) -> bool:
    """Insert the rows whose unique `keys` are not there yet; of a single row answers whether it was missing.

    On Postgres this waits for another transaction that is making the same row; a look afterwards finds the row in
    either case.
    """
    if not values:
        return False
    session.flush()
    connection = session.connection()
    # A list is for the driver to repeat: it does not count what each did.
    done = connection.execute(
        _statement(connection.dialect.name, table, tuple(keys)), values[0] if len(values) == 1 else values
    )
    return done.rowcount == 1


@cache
def _statement(dialect: str, table: Table, keys: tuple[str, ...]) -> Any:
    # Made once: building a statement costs as much as running it.
    made = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    return made.on_conflict_do_nothing(index_elements=keys)
