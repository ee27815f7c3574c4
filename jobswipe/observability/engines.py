"""Database engines that are watched: every engine that is made, and what is to be done with each."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from jobswipe.observability import measure

if TYPE_CHECKING:
    from sqlalchemy import Engine

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_hooks: dict[str, Callable[[Engine], None]] = {}
_done: weakref.WeakKeyDictionary[Engine, set[str]] = weakref.WeakKeyDictionary()
WORDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "CREATE"})
STATEMENTS = "statements"
"""The name of the hook by which engines tell of their statements."""


class Place:
    """Where a statement runs: `system` as OpenTelemetry names it, `database` without the path of a file."""

    __slots__ = ("database", "system")

    def __init__(self, engine: Engine) -> None:
        self.system = engine.dialect.name
        self.database = (engine.url.database or self.system).rpartition("/")[2]


class Watcher(Protocol):
    """Told of each statement: `end` gets what `begin` answered, and is not called where that was None."""

    def begin(self) -> Any: ...

    def end(self, begun: Any, place: Place, statement: str, error: Exception | None) -> None: ...


_watchers: tuple[Watcher, ...] = ()
Begun = list[tuple[Watcher, Any]]


def watch(engine: Engine) -> None:
    """Called for each new engine."""
    _engines.add(engine)
    for name, hook in _hooks.items():
        _apply(engine, name, hook)


def on_engine(name: str, hook: Callable[[Engine], None]) -> None:
    """Apply a hook once to every engine that is there, and to those to come."""
    _hooks[name] = hook
    for engine in list(_engines):
        _apply(engine, name, hook)


def forget(name: str) -> None:
    """Apply a hook no longer; whoever put listeners on engines takes them off."""
    _hooks.pop(name, None)
    for done in _done.values():
        done.discard(name)


def all_engines() -> list[Engine]:
    return list(_engines)


def _apply(engine: Engine, name: str, hook: Callable[[Engine], None]) -> None:
    done = _done.setdefault(engine, set())
    if name not in done:
        done.add(name)
        hook(engine)


def tell(watcher: Watcher) -> None:
    """Have a watcher told of the statements of all engines, those to come too, until `untell`."""
    global _watchers
    if watcher not in _watchers:
        _watchers = (*_watchers, watcher)
    on_engine(STATEMENTS, _around)


def untell(watcher: Watcher) -> None:
    global _watchers
    _watchers = tuple(one for one in _watchers if one is not watcher)


def _around(engine: Engine) -> None:
    """Stand between the engine and its driver. SQLAlchemy's own events cost each statement ten times as much."""
    place = Place(engine)
    dialect: Any = engine.dialect
    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        setattr(dialect, name, _told(getattr(dialect, name), place))


def _told(run: Callable[..., None], place: Place) -> Callable[..., None]:
    def execute(cursor: Any, statement: str, *rest: Any) -> None:
        begun = begin()
        if not begun:
            run(cursor, statement, *rest)
            return
        failed: Exception | None = None
        try:
            run(cursor, statement, *rest)
        except Exception as error:
            failed = error
            raise
        finally:
            end(begun, place, statement, failed)

    return execute


def begin() -> Begun:
    """A statement begins that goes past the engine; `end` tells what became of it."""
    return [(watcher, found) for watcher in _watchers if (found := watcher.begin()) is not None]


def end(begun: Begun, place: Place, statement: str, error: Exception | None = None) -> None:
    for watcher, found in begun:
        watcher.end(found, place, statement, error)


def measured() -> None:
    """Measure the statements and the connections in use of all engines."""
    tell(_DURATIONS)
    on_engine("connections", _count_connections)


def _count_connections(engine: Engine) -> None:
    from sqlalchemy import event

    event.listen(engine, "checkout", _checkout)
    event.listen(engine, "checkin", _checkin)


class _Durations:
    """The watcher that measures how long statements take."""

    def begin(self) -> float | None:
        return time.perf_counter() if measure.active() else None

    def end(self, begun: float, _place: Place, statement: str, error: Exception | None) -> None:
        if error is None:
            measure.query(word(statement), time.perf_counter() - begun)


_DURATIONS = _Durations()


def _checkout(_dbapi: Any, record: Any, _proxy: Any) -> None:
    record.info["jobswipe_counted"] = measure.active()
    measure.connection(1)


def _checkin(_dbapi: Any, record: Any) -> None:
    gone(record.info)


def gone(info: dict[Any, Any]) -> None:
    """A connection with these notes is in use no more: the pool has it back, or never will."""
    # One that was taken before the meter started is not given back to it.
    if info.pop("jobswipe_counted", False):
        measure.connection(-1)


@lru_cache(1_000)
def word(statement: str) -> str:
    """A statement's first word, where it is a usual one."""
    first = statement.lstrip()[:10].partition(" ")[0].partition("\n")[0].upper()
    return first if first in WORDS else measure.OTHER
