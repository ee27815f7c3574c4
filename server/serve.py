"""Serving: the HTTP server in this process, the worker's processes below it where they are wanted, one end for all."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager

from litestar import Litestar
from litestar.concurrency import set_asyncio_executor

from jobswipe.db.engine import Database
from jobswipe.observability import runtime
from jobswipe.observability.logs import logger
from jobswipe.observability.metrics_server import start_metrics_server
from jobswipe.settings import Settings
from jobswipe.tasks.supervise import BEYOND_GRACE, Supervisor
from server.app import create_app
from server.listen import address, listen
from server.protocol import HttpServer

BEYOND = 5.0
"""Seconds beyond all grace times after which the process ends itself, whatever a request or a worker still does."""
CUT_OFF = 1
"""The exit code of that."""

Note = Callable[[str], None]


def run(
    settings: Settings,
    database: Database,
    *,
    host: str | None = None,
    port: int | None = None,
    workers: int = 0,
    note: Note,
    prepare: Callable[[Litestar], None] | None = None,
) -> int:
    """Serve until a signal; answers the exit code. `note` takes lines for people, `prepare` may add routes.

    With `workers`, as many worker processes run below this one, and all end together. One that ends by itself is
    replaced; one that no other could replace (wrong settings, a store that is not ready) ends all, with its exit code.
    Raises SettingsError when a port cannot be opened.
    """
    with ExitStack() as stack:
        wanted = settings.server.port if port is None else port
        listener = stack.enter_context(closing(listen(host or settings.server.host, wanted)))
        stack.callback(runtime.stop)
        runtime.start(settings, "server")
        # Before the worker's processes are made: they count together with this one.
        metrics = stack.enter_context(closing(start_metrics_server(settings, database)))
        stopping = threading.Event()
        app = create_app(settings, database, stopping=stopping)
        if prepare is not None:
            prepare(app)
        below = _Workers(workers, settings, note)

        def started() -> None:
            watched = f"; metrics: http://{settings.metrics.host}:{metrics.port}/metrics" if metrics.port else ""
            note(f"JobSwipe listens on http://{address(listener)}{watched}. Ctrl-C stops it.")
            below.start(ended)

        def ended() -> None:
            if not stopping.is_set():
                stop()

        def stop(*_: object) -> None:
            stopping.set()
            server.stop()
            below.stop()

        server = HttpServer(app, settings.server, started)
        stack.enter_context(_on_signals(stop))
        stack.enter_context(_threads(settings.server.threads))
        _guard(stopping, _longest(settings, workers), note)
        try:
            server.run([listener])
        finally:
            code = below.wait()
        return code


class _Workers:
    """The worker's processes, supervised in a thread; none where none are wanted."""

    def __init__(self, count: int, settings: Settings, note: Note) -> None:
        self._supervisor = Supervisor(count, (), grace=settings.worker.grace, note=note) if count else None
        self._thread: threading.Thread | None = None
        self._told = False
        self._code = 0

    def start(self, ended: Callable[[], object]) -> None:
        """`ended` is called when they have come to their end, told to or not."""
        if self._supervisor is not None:
            self._thread = threading.Thread(target=self._run, args=(self._supervisor, ended), name="supervisor")
            self._thread.start()

    def _run(self, supervisor: Supervisor, ended: Callable[[], object]) -> None:
        try:
            self._code = supervisor.run()
        except Exception:  # noqa: BLE001 - a machine that starts no process, say: it ends all, and is told
            logger("server").exception("supervisor_failed")
            self._code = 1
        ended()

    def stop(self) -> None:
        """Gracefully; a second time at once."""
        self._told = True
        if self._supervisor is not None:
            self._supervisor.stop()

    def wait(self) -> int:
        """Until they have ended, told to by now; answers the exit code."""
        if not self._told:
            self.stop()
        if self._thread is not None:
            self._thread.join()
        return self._code


@contextmanager
def _on_signals(stop: Callable[..., None]) -> Iterator[None]:
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """The threads that Litestar runs handlers in."""
    executor = ThreadPoolExecutor(count, thread_name_prefix="request")
    set_asyncio_executor(executor)
    try:
        yield
    finally:
        set_asyncio_executor(None)
        executor.shutdown(wait=False, cancel_futures=True)


def _longest(settings: Settings, workers: int) -> float:
    """Seconds that a stop may take."""
    requests = settings.server.drain + settings.server.grace
    return max(requests, settings.worker.grace + BEYOND_GRACE if workers else 0.0) + BEYOND


def _guard(stopping: threading.Event, longest: float, note: Note) -> None:
    """End the process itself when a stop takes too long: a thread at a request can be ended in no other way."""

    def end() -> None:
        stopping.wait()
        time.sleep(longest)
        note("Requests did not end in time and were cut off.")
        os._exit(CUT_OFF)

    threading.Thread(target=end, name="guard", daemon=True).start()
