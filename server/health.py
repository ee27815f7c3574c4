"""/health: the process lives. /ready: it can do its work; the same checks as `jobswipe health` makes."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import msgspec
from litestar import Response, get
from litestar.datastructures import State

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.observability import health
from jobswipe.observability.health import Finding, Report, Result
from jobswipe.settings import Settings
from server.observe import ROUTE_CLASS

FRESH = 1.0
"""Seconds for which a report is given to whoever asks: nobody can make the checks run more often."""
_OPTIONS = {ROUTE_CLASS: "health"}


class Readiness:
    """The checks, made at most once at a time, in a thread that no request can keep busy."""

    def __init__(self, settings: Settings, database: Database, stopping: threading.Event) -> None:
        self._settings = settings
        self._database = database
        self._stopping = stopping
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ready")
        self._asked: asyncio.Future[Report] | None = None
        self._at = 0.0

    async def report(self) -> Report:
        if self._stopping.is_set():
            finding = Finding(status="fail", output="The server stops.")
            result = Result(name="server", component="component", required=True, finding=finding, seconds=0.0)
            return Report(results=(result,), at=clock.now().isoformat())
        if self._asked is None or (self._asked.done() and time.monotonic() - self._at > FRESH):
            self._asked = asyncio.get_running_loop().run_in_executor(self._thread, self._check)
        # One who hangs up must not end the checks for the others.
        return await asyncio.shield(self._asked)

    def _check(self) -> Report:
        try:
            return health.run(self._settings, self._database)
        finally:
            self._at = time.monotonic()


@get("/health", opt=_OPTIONS)
async def alive() -> Response[bytes]:
    """That the process answers, whatever it depends on."""
    return Response(msgspec.json.encode(health.alive()), media_type=health.MEDIA_TYPE)


@get("/ready", opt=_OPTIONS)
async def ready(state: State) -> Response[bytes]:
    """Status 503 when something required has failed, or when the server stops."""
    readiness: Readiness = state.readiness
    report = await readiness.report()
    return Response(
        msgspec.json.encode(report.document()),
        status_code=503 if report.status == "fail" else 200,
        media_type=health.MEDIA_TYPE,
    )
