"""Rows that several processes may make at once: inserted where they are missing, left alone where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlmodel import Session, SQLModel

from jobswipe.db.straight import Straight, connection_of
from jobswipe.models.base import table


def insert_missing(session: Session, into: Table, values: Sequence[dict[str, Any]], keys: Sequence[str]) -> bool:
    """Insert the rows whose unique `keys` are not there yet; of a single row answers whether it was missing.

    On Postgres this waits for another transaction that is making the same row; a look afterwards finds the row in
    either case.
    """
    if not values:
        return False
    dialect = connection_of(session).dialect.name
    if len(values) == 1:
        row = _defaults(into) | values[0]
        return _missing_one(dialect, into, tuple(row), tuple(keys)).run(session, row) == 1
    session.flush()
    # A list is for the driver to repeat: it does not count what each did.
    session.connection().execute(if_missing(dialect, into, tuple(keys)), values)
    return False


def insert_row(session: Session, model: type[SQLModel], **values: Any) -> int:
    """Insert a row of a table whose key is `id`, past the session's own book-keeping; the number that it has now."""
    into = table(model)
    row = _defaults(into) | values
    return int(_plain(into, tuple(row)).rows(session, row)[0][0])


def next_number(session: Session, model: type[SQLModel]) -> int:
    """A number that the next row of a table whose key is `id` takes; for a session that writes."""
    return int(_ahead(table(model), connection_of(session).dialect.name).rows(session, {})[0][0])


def number_ahead(into: Table, dialect: str) -> str:
    """SQL for a number that the next row of a table whose key is `id` may have: nobody else is given the same.

    Of SQLite's writers there is one at a time, and it has begun before it asks.
    """
    if dialect == "postgresql":
        return f"nextval(pg_get_serial_sequence('{into.name}', 'id'))"
    return f"(SELECT coalesce(max(id), 0) + 1 FROM {into.name})"  # noqa: S608 - the name of a table of ours


# Statements are made once: building one costs as much as running it.


@cache
def _ahead(into: Table, dialect: str) -> Straight:
    return Straight(text(f"SELECT {number_ahead(into, dialect)}"))


@cache
def _plain(into: Table, names: tuple[str, ...]) -> Straight:
    return Straight(insert(into).returning(into.c.id), names)


@cache
def _missing_one(dialect: str, into: Table, names: tuple[str, ...], keys: tuple[str, ...]) -> Straight:
    return Straight(if_missing(dialect, into, keys), names)


@cache
def if_missing(dialect: str, into: Table, keys: tuple[str, ...]) -> Any:
    """An insert that leaves a row alone whose unique `keys` are there."""
    made = postgresql.insert(into) if dialect == "postgresql" else sqlite.insert(into)
    return made.on_conflict_do_nothing(index_elements=keys)


@cache
def _defaults(into: Table) -> dict[str, Any]:
    """What a column has where no value is given."""
    return {one.name: one.default.arg for one in into.c if isinstance(one.default, ScalarElementColumnDefault)}
