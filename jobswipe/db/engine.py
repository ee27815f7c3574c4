"""The engine and the one session provider. A `write()` commits once at its end or rolls back; services never commit."""

from __future__ import annotations

import select
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from jobswipe.db.sqlite import write_ahead
from jobswipe.db.straight import plainly
from jobswipe.errors import SettingsError, StorageError, UsageError
from jobswipe.observability import engines, measure
from jobswipe.settings import DatabaseSettings, Settings

if TYPE_CHECKING:
    from jobswipe.security.keys import Keys
    from jobswipe.security.vault import Vault

_RESTS = "jobswipe_rests"
"""In a pooled connection's notes: since when it rests."""
_REST = 2.0
"""Seconds."""
_UNSTORABLE = "A value is larger than the database holds, or no text: give an id that a listing shows, or a plain text."


class Database:
    """The engine of one URL (`sqlite:///…` or `postgresql://…`). Threads and processes may share the store.

    `keys` gives the keys of its personal data once they are asked for; see `jobswipe.security.keys` for the default.
    """

    def __init__(
        self, url: str, settings: DatabaseSettings | None = None, keys: Callable[[], Keys] | None = None
    ) -> None:
        self.url = url
        self._keys = keys
        self.settings = settings or DatabaseSettings()
        self.engine = _make_engine(url, self.settings)
        engines.watch(self.engine)
        # Options are put together once, not for each session.
        self._reading = self.engine.execution_options(jobswipe_write=False)
        self._glancing = self.engine.execution_options(jobswipe_write=False, jobswipe_begin=self.dialect == "sqlite")
        self._turn = threading.Lock() if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @cached_property
    def vault(self) -> Vault:
        """What encrypts personal data. Raises SettingsError where there are no keys, or bad ones."""
        from jobswipe.security import keys
        from jobswipe.security.vault import Vault

        load = self._keys or (lambda: keys.default_for(self.url))
        return Vault(load(), load)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session over one snapshot; nothing that it changes is kept."""
        with self._session(self._reading) as session:
            yield session
            if self.dialect == "postgresql":
                _roll_back(session.bind)

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """A session that reads, each statement the store of its own moment; it must not change anything.

        On Postgres it begins and ends no transaction: two of three ways to the store and back, where one row is read.
        """
        with self._session(self._glancing) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose changes are committed together at the end, or not at all when the block raises."""
        with self._my_turn(), self._session(self.engine) as session:
            yield session
            session.commit()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """Threads queue up for SQLite's one writer: its own waiting sleeps, and sleeps longer each time."""
        if self._turn is None:
            yield
            return
        # A thread that is given no turn in time goes on and is told so by SQLite.
        held = self._turn.acquire(timeout=self.settings.busy_timeout)
        try:
            yield
        finally:
            if held:
                self._turn.release()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with (
                engine.connect() as connection,
                Session(connection, expire_on_commit=False, info={"jobswipe_database": self}) as session,
            ):
                yield session
        except DatabaseError as error:
            if isinstance(error, DataError):
                raise UsageError(_UNSTORABLE) from error
            if not isinstance(error, OperationalError) and not _corrupt(error):
                raise
            raise StorageError(sentence(error, self.url)) from error
        except OverflowError as error:
            if "SQLite INTEGER" not in str(error):
                raise
            raise UsageError(_UNSTORABLE) from error
        except PoolTimeout as error:
            measure.pool_timeout()
            raise StorageError(
                "No connection to the database became free in time: try again, or raise JOBSWIPE_DATABASE_POOL_SIZE."
            ) from error

    def dispose(self) -> None:
        self.engine.dispose()


@contextmanager
def in_transaction(session: Session) -> Iterator[None]:
    """What reads row by row needs a transaction on Postgres: a session that is a glance has one for this long."""
    connection = session.connection()
    if connection.get_execution_options().get("jobswipe_begin", True):
        yield
        return
    driver: Any = connection.connection.driver_connection
    with driver.transaction():
        yield


def database_of(settings: Settings) -> Database:
    """The database that the settings name, with its keys."""

    def configured() -> Keys:
        from jobswipe.security import keys

        return keys.configured(settings)

    return Database(settings.database_url, settings.database, configured)


def _corrupt(error: DBAPIError) -> bool:
    said = str(error.orig)
    return "not a database" in said or "malformed" in said


def sentence(error: DBAPIError, url: str) -> str:
    """What a driver error means to the user, with what to do; passwords are hidden."""
    where = make_url(url).render_as_string(hide_password=True)
    said = str(error.orig).strip().splitlines()[0] if error.orig else str(error)
    if "database is locked" in said:
        return f"Another process kept {where} locked: try again, or raise JOBSWIPE_DATABASE_BUSY_TIMEOUT."
    if "disk is full" in said or "No space left" in said:
        return f"The disk that holds {where} is full: free some space and run the command again."
    if "disk I/O error" in said:
        return f"The disk that holds {where} is full or failing: free some space and run the command again."
    if "readonly database" in said or "unable to open" in said:
        return f"The database {where} cannot be opened for writing: check the permissions of its directory."
    if _corrupt(error):
        return f"The file {where} is no sound database: restore a backup, or move it away and run 'jobswipe init'."
    return f"The database {where} did not answer: {said}."


def parse_url(url: str) -> URL:
    """The URL in its parts. Raises SettingsError, without the URL in it: it may hold a password."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        raise SettingsError(
            "JOBSWIPE_DATABASE_URL is not a database URL: write postgresql://USER:PASSWORD@HOST:5432/NAME or "
            "sqlite:///PATH."
        ) from None
    if backend not in ("postgresql", "sqlite"):
        raise SettingsError(f"JOBSWIPE_DATABASE_URL names {backend}: use sqlite:/// or postgresql://.")
    return parsed


def _make_engine(url: str, settings: DatabaseSettings) -> Engine:
    parsed = parse_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_size=settings.pool_size,
            max_overflow=settings.pool_overflow,
            pool_timeout=settings.pool_timeout,
            pool_recycle=settings.pool_recycle,
            hide_parameters=True,  # an error that is logged must not tell what was stored
            connect_args={"autocommit": True},  # the driver's own transactions: `_begin_transaction` begins ours
        )
        _ask_after_rest(engine)
        event.listen(engine, "begin", _begin_transaction)
        return engine
    if parsed.database and parsed.database != ":memory:":
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(f"The directory {folder} of the database cannot be made: {error.strerror}.") from None
    engine = create_engine(
        parsed, hide_parameters=True, connect_args={"timeout": settings.busy_timeout, "check_same_thread": False}
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _ask_after_rest(engine: Engine) -> None:
    """Ask a connection that has rested whether it still holds, and at once one that has something to say unasked.

    SQLAlchemy's pool_pre_ping asks at each use, which is a sixth of a short request's way to the store and back.
    """

    def checkin(_connection: Any, record: Any) -> None:
        record.info[_RESTS] = time.monotonic()

    def checkout(connection: Any, record: Any, _proxy: Any) -> None:
        rested = record.info.get(_RESTS)
        if rested is None or (time.monotonic() - rested < _REST and not _says_something(connection)):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error  # all that are older may have gone, too: the pool makes others

    event.listen(engine, "checkin", checkin)
    event.listen(engine, "checkout", checkout)


def _says_something(connection: Any) -> bool:
    """Whether the server has sent something, or has closed: it takes leave in words."""
    try:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        return bool(poll.poll(0))
    except (OSError, ValueError, connection.OperationalError):  # closed on this side
        return True


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transaction handling starts none before a SELECT: ours (`_begin`) does.
    connection.isolation_level = None
    write_ahead(connection)
    for pragma in (
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -32000",
        "mmap_size = 268435456",
        "secure_delete = ON",  # what is deleted is overwritten: a row's old page must not tell what was in it
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    # IMMEDIATE takes the write lock at the start: a reader that turns writer half-way cannot wait and would fail.
    write = connection.get_execution_options().get("jobswipe_write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _begin_transaction(connection: Connection) -> None:
    if connection.get_execution_options().get("jobswipe_begin", True):
        plainly(connection, "BEGIN")


def _roll_back(connection: Any) -> None:
    """End a transaction that has changed nothing; where this fails, SQLAlchemy's own way follows and says so.

    The driver's would have the server forget all statements that it has prepared: somebody may have rolled back a
    table that they name. Whoever only reads has made none.
    """
    if connection.in_transaction() and not connection.invalidated:
        connection.connection.driver_connection.pgconn.exec_(b"ROLLBACK")
