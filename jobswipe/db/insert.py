"""Rows that several processes may make at once: inserted where they are missing, left alone where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from jobswipe.models.base import table


def insert_missing(session: Session, into: Table, values: Sequence[dict[str, Any]], keys: Sequence[str]) -> bool:
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
        _statement(connection.dialect.name, into, tuple(keys)), values[0] if len(values) == 1 else values
    )
    return done.rowcount == 1


def insert_row(session: Session, model: type[SQLModel], **values: Any) -> int:
    """Insert a row of a table whose key is `id`, past the session's own book-keeping; the number that it has now."""
    session.flush()
    done = session.connection().execute(_plain(table(model)), values)
    return int((done.inserted_primary_key or (0,))[0])


@cache
def _plain(into: Table) -> Any:
    return insert(into)


@cache
def _statement(dialect: str, into: Table, keys: tuple[str, ...]) -> Any:
    # Made once: building a statement costs as much as running it.
    made = postgresql.insert(into) if dialect == "postgresql" else sqlite.insert(into)
    return made.on_conflict_do_nothing(index_elements=keys).execution_options(preserve_rowcount=True)
