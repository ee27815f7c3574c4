"""What a database is asked, each statement as its driver gets it: through SQLAlchemy or straight."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from jobswipe.db.engine import Database
from jobswipe.db.waiting import Waiting


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements of the block with their parameters, in order; a list of parameters where it is repeated."""
    ran: list[tuple[str, Any]] = []
    dialect: Any = database.engine.dialect
    kept = {name: getattr(dialect, name) for name in ("do_execute", "do_executemany", "do_execute_no_params")}

    def noted(run: Any) -> Any:
        def execute(cursor: Any, statement: str, *rest: Any) -> None:
            # Several may go together; a transaction's words are statements like any on SQLite alone.
            each = getattr(cursor, "waiting", [Waiting(statement, rest[0] if rest else None)])
            ran.extend((one.text, one.values) for one in each if one.text.partition(" ")[0] not in ("BEGIN", "COMMIT"))
            run(cursor, statement, *rest)

        return execute

    for name, run in kept.items():
        setattr(dialect, name, noted(run))
    try:
        yield ran
    finally:
        for name, run in kept.items():
            setattr(dialect, name, run)
