"""How many rows a statement changed: what settles a race, and what a clean-up counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult
from sqlmodel import Session


def changed(session: Session, statement: Any, values: Mapping[str, Any] | None = None) -> int:
    """Run an update or delete, with the `values` of its parameters; how many rows it changed."""
    done = session.execute(statement, values)
    assert isinstance(done, CursorResult)  # noqa: S101 - of an update or delete; for the type checker
    return int(done.rowcount)
