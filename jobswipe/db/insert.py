"""Rows that several processes may make at once: inserted where they are missing, left alone where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_missing(session: Session, table: Table, values: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
    """Insert the rows whose unique `keys` are not there yet.

    On Postgres this waits for another transaction that is making the same row; a look afterwards finds the row in
    either case.
    """
    if not values:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.execute(dialect.insert(table).on_conflict_do_nothing(index_elements=keys), values)
