"""Statements that go straight to the driver: what every card and every verdict asks for, without SQLAlchemy's own rows.

SQLAlchemy makes the statement, once, and says how values and columns are converted; what it does for each execution
(a context, a result, the names of its columns) costs three times as much as the driver does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, Dialect, Table, bindparam
from sqlmodel import Session

from jobswipe.db.waiting import Waiting, send, told, wait

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

    def ahead(self, session: Session, values: Mapping[str, Any]) -> Callable[[], list[tuple[Any, ...]]]:
        """What gives its rows, once: on Postgres it goes there with the next statement that is asked for its own."""
        connection, made = self._ready(session)
        if connection.dialect.name != "postgresql":
            found = self.rows(session, values)
            return lambda: found
        waits = Waiting(made.text, made.values(values))
        wait(connection, waits)

        def rows() -> list[tuple[Any, ...]]:
            if waits.cursor is None:
                send(connection)
            return made.rows(waits.cursor.fetchall())

        return rows

    def later(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run it: on Postgres with the next statement that is asked for rows, or with the commit."""
        connection, made = self._ready(session)
        if connection.dialect.name == "postgresql":
            wait(connection, Waiting(made.text, made.values(values)))
        else:
            self.run(session, values)

    def _ready(self, session: Session) -> tuple[Connection, _Made]:
        session.flush()
        connection = connection_of(session)
        made = self._made.get(connection.dialect.name)
        if made is None:
            made = self._made[connection.dialect.name] = _Made(connection.dialect, self._statement, self._keys)
        return connection, made

    def _execute(self, session: Session, values: Mapping[str, Any], then: Callable[[_Made, Any], T]) -> T:
        connection, made = self._ready(session)
        given = made.values(values)
        if connection.dialect.name == "postgresql":
            waits = Waiting(made.text, given)
            wait(connection, waits)
            send(connection)
            return then(made, waits.cursor)
        cursor = connection.connection.cursor()
        with told(connection, cursor, made.text):
            connection.dialect.do_execute(cursor, made.text, given)
            return then(made, cursor)  # SQLite reads on while the rows are fetched


class Together:
    """Inserts and updates of which none needs what another one finds: on Postgres one way to the store for all of them.

    Elsewhere they run in their order. The same name means the same value in each.
    """

    def __init__(self, *changes: Any) -> None:
        *first, last = changes
        self._each = tuple(Straight(change) for change in changes)
        self._all = Straight(last.add_cte(*(change.cte(f"change_{at}") for at, change in enumerate(first))))

    def later(self, session: Session, values: Mapping[str, Any]) -> None:
        """Run them as `Straight.later` does."""
        for one in (self._all,) if connection_of(session).dialect.name == "postgresql" else self._each:
            one.later(session, values)


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
        if not begins or (session.in_transaction() and not session.in_nested_transaction()):
            return bound
    return session.connection()
