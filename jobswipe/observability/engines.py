"""Database engines that are watched: every engine that is made, and what is to be done with each."""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jobswipe.observability import measure

if TYPE_CHECKING:
    from sqlalchemy import Engine

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_hooks: dict[str, Callable[[Engine], None]] = {}
_done: weakref.WeakKeyDictionary[Engine, set[str]] = weakref.WeakKeyDictionary()
WORDS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "CREATE"})


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


def measured(engine: Engine) -> None:
    """Measure the statements and the connections in use of an engine."""
    from sqlalchemy import event

    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "after_cursor_execute", _after)
    event.listen(engine, "checkout", _checkout)
    event.listen(engine, "checkin", _checkin)


def _before(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    if context is not None:
        context._jobswipe_started = time.perf_counter()  # noqa: SLF001 - ours, on SQLAlchemy's context


def _after(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    started = getattr(context, "_jobswipe_started", None)
    if started is not None:
        measure.query(word(statement), time.perf_counter() - started)


def _checkout(_dbapi: Any, record: Any, _proxy: Any) -> None:
    record.info["jobswipe_counted"] = measure.active()
    measure.connection(1)


def _checkin(_dbapi: Any, record: Any) -> None:
    # One that was taken before the meter started is not given back to it.
    if record.info.pop("jobswipe_counted", False):
        measure.connection(-1)


def word(statement: str) -> str:
    """A statement's first word, where it is a usual one."""
    first = statement.lstrip()[:10].partition(" ")[0].partition("\n")[0].upper()
    return first if first in WORDS else measure.OTHER
