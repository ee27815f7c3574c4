"""Bring a store to a schema version: upgrade, downgrade, status. Every step is one transaction.

A step whose module says `SCRUB = True` leaves old values behind in SQLite's file: the file is written anew after it.
"""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from jobswipe.db.engine import Database, sentence
from jobswipe.errors import NotReadyError, StorageError, UsageError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_SCRIPTS = Path(__file__).with_name("migrations")
_STEP = re.compile(r'^(down_)?revision(?::[^=]*)? = "(\w+)"', re.MULTILINE)


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`current` is None for an empty store; `pending` counts the steps to `head`; `newer`: made by a newer JobSwipe."""

    current: str | None
    head: str
    pending: int
    newer: bool

    @property
    def ready(self) -> bool:
        return self.current == self.head


def status(database: Database) -> Status:
    """Where the store stands. Raises StorageError when it cannot be read."""
    try:
        with database.engine.connect().execution_options(jobswipe_write=False) as connection:
            return _status(connection)
    except DBAPIError as error:
        raise StorageError(sentence(error, database.url)) from error


def upgrade(database: Database, revision: str = "head") -> Status:
    """Run the steps up to `revision`. Two processes at once are safe: the second finds nothing left to do."""
    return _run(database, revision, up=True)


def downgrade(database: Database, revision: str) -> Status:
    """Run the steps back to `revision` ("base": an empty store; "-1": one step)."""
    return _run(database, revision, up=False)


def require_ready(database: Database) -> None:
    """Raise NotReadyError with what to do unless the store is at the code's schema version."""
    if is_ready(database):
        return
    now = status(database)
    if now.newer:
        raise NotReadyError(_newer(now))
    if not now.ready:
        raise NotReadyError(
            "The store is not initialised: run 'jobswipe init'."
            if now.current is None
            else f"The store is {now.pending} schema step(s) behind: run 'jobswipe db upgrade'."
        )


def _newer(now: Status) -> str:
    return (
        f"The store has schema version {now.current}, which this JobSwipe does not know: it was made by a newer one. "
        "Install that version, or restore a backup."
    )


def is_ready(database: Database) -> bool:
    """Whether the store is at the code's schema version. Alembic, which takes 0.1 s to load, is not asked."""
    try:
        with database.engine.connect().execution_options(jobswipe_write=False) as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    except DBAPIError:  # no such table, or no answer: whoever asks further is told which
        return False
    return found == [head()]


def head() -> str:
    """The code's schema version: the step that no other one builds on."""
    found: list[tuple[str, str]] = []
    for file in _SCRIPTS.glob("versions/*.py"):
        found += _STEP.findall(file.read_text(encoding="utf-8"))
    (newest,) = {name for down, name in found if not down} - {name for down, name in found if down}
    return newest


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config(None, None))


def _config(connection: Connection | None, database: Database | None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    # Asked for by a step that meets personal data: an empty store needs no keys.
    config.attributes["vault"] = lambda: database.vault if database is not None else None
    return config


def _status(connection: Connection) -> Status:
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    current = MigrationContext.configure(connection).get_current_revision()
    steps = [script.revision for script in scripts.walk_revisions()]
    head = scripts.get_current_head()
    if head is None:
        raise StorageError("This installation has no migrations: install JobSwipe again.")
    newer = current is not None and current not in steps
    return Status(current=current, head=head, newer=newer, pending=0 if newer else _pending(steps, current))


def _pending(steps: list[str], current: str | None) -> int:
    return len(steps) if current is None else steps.index(current)


def _left_behind(before: Status, after: Status) -> bool:
    """Whether a step between the two leaves old values behind in the file. A new store has none."""
    if before.current is None or before.current == after.current:
        return False
    steps = list(_scripts().walk_revisions())
    names = [step.revision for step in steps]
    taken = steps[names.index(after.current or names[-1]) : names.index(before.current)]
    return any(getattr(step.module, "SCRUB", False) for step in taken)


def _write_anew(database: Database) -> None:
    """Free pages and the write-ahead log hold what the store held before: leave nothing of it. Raises StorageError."""
    with database.engine.connect() as connection:
        connection.rollback()  # what it began by itself: a file is written anew outside of transactions
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - for the type checker: it was just opened
        try:
            raw.execute("PRAGMA temp_store = FILE")  # not a whole store in memory
            raw.execute("VACUUM")
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            why = "something else has it open" if busy else None
        except sqlite3.Error as error:
            why = str(error)
        connection.invalidate()  # with its setting
    if why is not None:
        raise StorageError(
            f"The store is upgraded, but its file may still hold old values that are not encrypted ({why}): end what "
            "uses it and run VACUUM and PRAGMA wal_checkpoint(TRUNCATE) on it with the program sqlite3."
        )


def _run(database: Database, revision: str, *, up: bool) -> Status:
    if not revision.strip():
        raise UsageError("Name a schema version, such as head or base: 'jobswipe db status' shows where the store is.")
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        with database.engine.connect() as connection, connection.begin():
            if database.dialect == "postgresql":
                # One migrator at a time; the number is only a name for this lock.
                connection.execute(text("SELECT pg_advisory_xact_lock(7204117)"))
            now = _status(connection)
            if now.newer:
                raise NotReadyError(_newer(now))
            (command.upgrade if up else command.downgrade)(_config(connection, database), revision)
            after = _status(connection)
        if up and database.dialect == "sqlite" and _left_behind(now, after):
            _write_anew(database)
        return after
    except CommandError as error:
        raise UsageError(
            f"No such schema version {revision!r}: {error}. 'jobswipe db status' shows where the store is."
        ) from None
    except DBAPIError as error:
        raise StorageError(sentence(error, database.url)) from error
