"""Statements that go straight to the driver: what every card and every verdict asks for, without SQLAlchemy's own rows.

SQLAlchemy makes the statement, once, and says how values and columns are converted; what it does for each execution
(a context, a result, the names of its columns) costs three times as much as the driver does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Dialect, Table, bindparam
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

T = TypeVar("T")
_Convert = Callable[[Any], Any]


class _Made:
    """A statement in one engine's own words."""

    def __init__(self, dialect: Dialect, statement: Any, keys: Sequence[str] | None) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=keys)
        self.text: str = compiled.string
        self._order: list[str] | None = compiled.positiontup
        self._fixed: dict[str, Any] = {}
        self._given: list[tuple[str, _Convert | None]] = []
        for name, bind in compiled.binds.items():
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.required:
                self._given.append((name, convert))
            else:
                value = bind.effective_value
                self._fixed[name] = convert(value) if convert else value
        columns = getattr(statement, "exported_columns", ())
        self._columns = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
        self._plain = not any(self._columns)

    def values(self, given: Mapping[str, Any]) -> Any:
        values = {name: convert(given[name]) if convert else given[name] for name, convert in self._given}
        values |= self._fixed
        return values if self._order is None else tuple(values[name] for name in self._order)

    def rows(self, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if self._plain:
            return found
        return [
            tuple(convert(value) if convert else value for convert, value in zip(self._columns, row, strict=True))
            for row in found
        ]


class Straight:
    """A statement with plain parameters (no lists of any length). `keys`: the columns that an insert gives values for.

    It runs in the session's transaction, after what the session has to write, and whoever watches statements is told.
    Raises what SQLAlchemy would raise.
    """

    def __init__(self, statement: Any, keys: Sequence[str] | None = None) -> None:
        self._statement, self._keys = statement, keys
        self._made: dict[str, _Made] = {}

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows, their columns in the statement's order; those of a `text` as the driver gives them."""
        return self._execute(session, values, lambda made, cursor: made.rows(cursor.fetchall()))

    def run(self, session: Session, values: Mapping[str, Any]) -> int:
        """How many rows it changed."""
        return self._execute(session, values, lambda _, cursor: int(cursor.rowcount))

    def _execute(self, session: Session, values: Mapping[str, Any], then: Callable[[_Made, Any], T]) -> T:
        session.flush()
        connection = connection_of(session)
        dialect = connection.dialect
        made = self._made.get(dialect.name)
        if made is None:
            made = self._made[dialect.name] = _Made(dialect, self._statement, self._keys)
        cursor = connection.connection.cursor()
        given = made.values(values)
        try:
            dialect.do_execute(cursor, made.text, given)
            return then(made, cursor)  # SQLite reads on while the rows are fetched
        except dialect.loaded_dbapi.Error as error:
            raise _told(connection, cursor, made.text, error) from error
        except (KeyboardInterrupt, SystemExit) as stop:
            connection.invalidate(stop)  # nobody reads what is still to come
            raise


class Together:
    """Inserts and updates of which none needs what another one finds: on Postgres one way to the store for all of them.

    Elsewhere they run in their order. The same name means the same value in each.
    """

    def __init__(self, *changes: Any) -> None:
        *first, last = changes
        self._each = tuple(Straight(change) for change in changes)
        self._all = Straight(last.add_cte(*(change.cte(f"change_{at}") for at, change in enumerate(first))))

    def run(self, session: Session, values: Mapping[str, Any]) -> None:
        for one in (self._all,) if connection_of(session).dialect.name == "postgresql" else self._each:
            one.run(session, values)


def parameters(into: Table, *names: str) -> dict[str, BindParameter[Any]]:
    """For each column a parameter of its table's and its own name, so that changes of several tables go together."""
    return {name: bindparam(f"{into.name}_{name}") for name in names}


def given(into: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of `parameters`."""
    return {f"{into.name}_{name}": value for name, value in values.items()}


def connection_of(session: Session) -> Connection:
    """The session's connection. A transaction of the session's own is begun where there is to be one, once.

    Its own way to say so costs as much as a statement's way to the driver.
    """
    bound = session.bind
    if isinstance(bound, Connection):
        begins: bool = bound.get_execution_options().get("jobswipe_begin", True)
        if not begins or session.in_transaction():
            return bound
    return session.connection()


def plainly(connection: Connection, text: str) -> None:
    """A statement without parameters and without rows, of which no watcher is told."""
    try:
        connection.connection.cursor().execute(text)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _told(connection, None, text, error) from error


def _told(connection: Connection, cursor: Any, text: str, error: Exception) -> BaseException:
    """A driver's error as SQLAlchemy tells it; a connection that is lost is given up."""
    dialect: Any = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor)
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(  # the values are personal data: they are told to nobody
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
