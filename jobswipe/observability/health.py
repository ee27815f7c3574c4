"""Health: checks that run side by side, each with a time limit, and the report as `application/health+json`.

A room adds a check of its own by `register`. The shape is that of draft-inadarei-api-health-check-06.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from jobswipe import __version__, clock
from jobswipe.errors import JobSwipeError, UsageError

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings

Status = Literal["pass", "warn", "fail"]
MEDIA_TYPE = "application/health+json"
EXIT_CODES: dict[Status, int] = {"pass": 0, "warn": 1, "fail": 3}
_WORST: tuple[Status, ...] = ("pass", "warn", "fail")


class Subject(NamedTuple):
    """What is looked at."""

    settings: Settings
    database: Database


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found. `output` says what is wrong and what to do; `value` is measured, in `unit`."""

    status: Status = "pass"
    output: str | None = None
    value: float | int | str | None = None
    unit: str | None = None
    version: str | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was made: its finding, and how long it took (seconds)."""

    name: str
    component: str
    required: bool
    finding: Finding
    seconds: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All checks of a moment, in the order of their registration."""

    results: tuple[Result, ...]
    at: str

    @property
    def status(self) -> Status:
        return max((one.finding.status for one in self.results), key=_WORST.index, default="pass")

    def document(self) -> dict[str, Any]:
        """The report as `application/health+json`."""
        return _head(self.status) | {
            "checks": {f"{one.name}:responseTime": [_row(one, self.at)] for one in self.results}
        }


Check = Callable[[Subject], Finding]


class _Registered(NamedTuple):
    name: str
    component: str
    required: bool
    timeout: float | None
    check: Check


_checks: dict[str, _Registered] = {}


def register(
    name: str, check: Check, *, component: str = "component", required: bool = True, timeout: float | None = None
) -> None:
    """Add a check, or replace the one of that name.

    What fails in one that is not required only degrades. `component` is component, datastore or system; `timeout` in
    seconds, by default [health] timeout.
    """
    _checks[name] = _Registered(name, component, required, timeout, check)


def names() -> list[str]:
    from jobswipe.observability import checks, task_checks  # noqa: F401 - they register the house's own

    return list(_checks)


def run(settings: Settings, database: Database, only: Iterable[str] | None = None) -> Report:
    """Make the checks, all at once; it takes as long as the slowest may. Raises UsageError for an unknown name."""
    known = names()
    wanted = known if only is None else list(only)
    for name in wanted:
        if name not in known:
            raise UsageError(f"No check {name!r}: there is {', '.join(known)}.")
    subject = Subject(settings, database)
    running = [_Running(_checks[name], subject) for name in wanted]
    return Report(results=tuple(one.result() for one in running), at=clock.now().isoformat())


def alive() -> dict[str, Any]:
    """The answer of a process that lives, whatever it depends on."""
    return _head("pass")


class _Running:
    """A check on its way, in a thread that nobody waits for at the end of the process: what hangs, hangs alone."""

    def __init__(self, registered: _Registered, subject: Subject) -> None:
        self._registered = registered
        self._limit = registered.timeout or subject.settings.health.timeout
        self._subject = subject
        self._started = time.monotonic()
        self._done = threading.Event()
        self._found: tuple[Finding, float] | None = None
        threading.Thread(target=self._run, name=f"health-{registered.name}", daemon=True).start()

    def _run(self) -> None:
        try:
            found = self._registered.check(self._subject)
        except JobSwipeError as error:
            found = Finding(status="fail", output=error.message)
        except Exception as error:  # noqa: BLE001 - a check that breaks is a finding, not the end of the report
            found = Finding(status="fail", output=f"The check met a fault ({type(error).__name__}: {error}).")
        self._found = found, time.monotonic() - self._started
        self._done.set()

    def result(self) -> Result:
        self._done.wait(max(self._started + self._limit - time.monotonic(), 0.0))
        late = Finding(status="fail", output=f"No answer within {self._limit:g} s.")
        finding, seconds = self._found or (late, time.monotonic() - self._started)
        one = self._registered
        if finding.status == "fail" and not one.required:
            finding = msgspec.structs.replace(finding, status="warn")
        return Result(name=one.name, component=one.component, required=one.required, finding=finding, seconds=seconds)


def _head(status: Status) -> dict[str, Any]:
    return {"status": status, "version": "1", "releaseId": __version__, "serviceId": "jobswipe"}


def _row(one: Result, at: str) -> dict[str, Any]:
    found = one.finding
    row: dict[str, Any] = {
        "componentType": one.component,
        "observedValue": round(one.seconds * 1000, 1),
        "observedUnit": "ms",
        "status": found.status,
        "time": at,
        "required": one.required,
    }
    if found.output:
        row["output"] = found.output
    if found.value is not None:
        row["value"] = found.value
        row["unit"] = found.unit
    if found.version:
        row["componentVersion"] = found.version
    return row
