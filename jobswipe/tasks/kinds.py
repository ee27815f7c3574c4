"""The kinds of task: what runs a kind, how often it is tried, for how long, how many at a time."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from jobswipe.errors import UsageError
from jobswipe.observability.logs import logger

if TYPE_CHECKING:
    from jobswipe.tasks.context import TaskContext

GROUP = "jobswipe.tasks"
"""The entry-point group in which a package names modules that register kinds when they are imported."""

# Imported by name, so that a checkout without metadata has them all.
_BUILT_IN = ("jobswipe.tasks.jobs", "jobswipe.notifications.jobs", "jobswipe.drafts.jobs", "jobswipe.accounts.jobs")

Handler = Callable[["TaskContext", dict[str, Any]], None]


@dataclass(frozen=True)
class Kind:
    """`lease` and `limit` in seconds; `version` is the newest payload that the handler reads."""

    name: str
    handler: Handler
    attempts: int = 5
    lease: float = 60
    concurrency: int | None = None
    priority: int = 0
    limit: float | None = None
    version: int = 1


_kinds: dict[str, Kind] = {}


def task(
    name: str,
    *,
    attempts: int = 5,
    lease: float = 60,
    concurrency: int | None = None,
    priority: int = 0,
    limit: float | None = None,
    version: int = 1,
) -> Callable[[Handler], Handler]:
    """Register a handler. Raises ValueError for a name that another one has, and for figures that make no sense.

    `attempts` counts the first one too. The worker keeps the lease of what it runs; when the process dies, the lease
    runs out and the task is tried again. `limit` (default `[worker] limit`) ends a task that never ends.
    """
    if (
        attempts < 1
        or lease <= 0
        or (concurrency is not None and concurrency < 1)
        or (limit is not None and limit <= 0)
    ):
        raise ValueError(f"The task kind {name!r} needs attempts, lease, concurrency and limit above zero.")

    def register(handler: Handler) -> Handler:
        found = _kinds.get(name)
        if found is not None and (found.handler.__module__, found.handler.__qualname__) != (
            handler.__module__,
            handler.__qualname__,
        ):
            raise ValueError(f"The task kind {name!r} is registered twice.")
        _kinds[name] = Kind(name, handler, attempts, lease, concurrency, priority, limit, version)
        return handler

    return register


def get(name: str) -> Kind | None:
    """The kind of that name, or None. `load` registers those of JobSwipe and of other packages."""
    return _kinds.get(name)


def everything() -> list[Kind]:
    return [_kinds[name] for name in sorted(_kinds)]


def check(names: str | None) -> list[str]:
    """The kinds that a text names, with commas between them; none: all. Raises UsageError for one that is not known."""
    load()
    named = [one.strip() for one in (names or "").split(",") if one.strip()]
    for one in named:
        if one not in _kinds:
            near = difflib.get_close_matches(one, _kinds, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"the kinds are {', '.join(sorted(_kinds))}."
            raise UsageError(f"No task kind {one!r}: {hint}")
    if names is not None and not named:
        raise UsageError("Name the kinds of task, as --kinds ingest.due,ingest.source.")
    return named


@lru_cache(maxsize=1)
def load() -> None:
    """Import the modules that register kinds; one that cannot be imported is left out, with a warning."""
    for module in _BUILT_IN:
        import_module(module)
    for point in entry_points(group=GROUP):
        if point.value in _BUILT_IN:
            continue
        try:
            point.load()
        except Exception as error:  # noqa: BLE001 - another package's import: it may raise anything
            logger("tasks").warning(
                "task_module_left_out", module=point.value, error=f"{type(error).__name__}: {error}"
            )
