"""Statements that wait to go to the store with the next one: on Postgres one way there and back for all of them.

A transaction's first words wait for the statement after them, and its last changes for the commit: what it takes is
the same, but each way costs the store, the driver and its thread about a tenth of a millisecond. Each statement still
sees the store of its own moment, and when one fails none after it is done. The driver calls this a pipeline.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError

_WAITING = "jobswipe_waiting"
"""In a connection's notes: what waits there."""
_BEGIN, _COMMIT = "BEGIN", "COMMIT"


class Waiting:
    """One statement. `cursor` has its rows once it has gone."""

    __slots__ = ("cursor", "text", "values")

    def __init__(self, text: str, values: Any = None) -> None:
        self.text = text
        self.values = values
        self.cursor: Any = None


def listen(engine: Engine) -> None:
    """Have the transactions of a Postgres engine begin with their first statement, and end with their last one."""
    event.listen(engine, "begin", _begin)
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "commit", _commit)
    event.listen(engine, "rollback", _forget)
    event.listen(engine, "checkin", lambda _, record: record.info.pop(_WAITING, None))


def wait(connection: Connection, statement: Waiting) -> None:
    """Let it wait for the next one; the transaction's commit is that at the latest."""
    connection.info.setdefault(_WAITING, []).append(statement)


def send(connection: Connection) -> None:
    """Have all that wait done now. Raises what SQLAlchemy would raise for the first that fails."""
    waiting: list[Waiting] | None = connection.info.pop(_WAITING, None)
    if not waiting:
        return
    if len(waiting) > 1:
        run: Any = _Together(waiting, connection.connection.driver_connection)
        text = "; ".join(one.text for one in waiting if one.text != _BEGIN)
        with told(connection, run, text):  # through the dialect: who watches statements is told of them as of one
            connection.dialect.do_execute(run, text, None)
        return
    (one,) = waiting
    one.cursor = connection.connection.cursor()
    with told(connection, one.cursor, one.text):
        if one.text == _BEGIN:
            one.cursor.execute(one.text)
        else:
            connection.dialect.do_execute(one.cursor, one.text, one.values)


@contextmanager
def told(connection: Connection, cursor: Any, text: str) -> Iterator[None]:
    """A driver's error is raised as SQLAlchemy tells it; a connection that is lost is given up."""
    dialect: Any = connection.dialect
    try:
        yield
    except dialect.loaded_dbapi.Error as error:
        lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(  # the values are personal data: they are told to nobody
            text,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error
    except (KeyboardInterrupt, SystemExit) as stop:
        connection.invalidate(stop)  # nobody reads what is still to come
        raise


class _Together:
    """Several statements as a cursor of one."""

    def __init__(self, waiting: list[Waiting], driver: Any) -> None:
        self.waiting = waiting
        self._driver = driver

    def execute(self, _text: str, _values: None) -> None:
        with self._driver.pipeline():
            for one in self.waiting:
                one.cursor = self._driver.cursor()
                one.cursor.execute(one.text, one.values)


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("jobswipe_begin", True):
        connection.info[_WAITING] = [Waiting(_BEGIN)]


def _before(connection: Connection, *_: Any) -> None:
    send(connection)


def _commit(connection: Connection) -> None:
    """The driver's own commit follows, and finds nothing to do where there was something to send."""
    waiting: list[Waiting] = connection.info.get(_WAITING, [])
    if any(one.text != _BEGIN for one in waiting):
        wait(connection, Waiting(_COMMIT))
        try:
            send(connection)
        except DBAPIError:
            if not connection.invalidated:  # whatever becomes of a commit, nobody rolls it back
                driver: Any = connection.connection.driver_connection
                driver.rollback()
            raise
    else:
        _forget(connection)


def _forget(connection: Connection) -> None:
    if not connection.invalidated:
        connection.info.pop(_WAITING, None)
