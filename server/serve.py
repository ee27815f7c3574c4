"""Serving: by this process or by several below it, the worker's processes beside them where wanted, one end for all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack, closing

from litestar import Litestar

from jobswipe.db.engine import Database
from jobswipe.observability import runtime
from jobswipe.observability.metrics_server import start_metrics_server
from jobswipe.settings import Settings
from server import below, lifetime, tls
from server.app import create_app
from server.lifetime import Note
from server.listen import address, listen
from server.protocol import HttpServer
from server.siblings import meeting_place


def run(
    settings: Settings,
    database: Database,
    *,
    host: str | None = None,
    port: int | None = None,
    workers: int = 0,
    processes: int | None = None,
    note: Note,
    prepare: Callable[[Litestar], None] | None = None,
) -> int:
    """Serve until a signal; answers the exit code. `note` takes lines for people, `prepare` may add routes.

    With `workers`, as many worker processes run below this one, and with more than one of `processes` ([server]
    processes) as many that serve; all end together. One that ends by itself is replaced; one that no other could
    replace (wrong settings, a store that is not ready) ends all, with its exit code. Raises SettingsError when a port
    cannot be opened, or a certificate not be read.
    """
    count = settings.server.processes if processes is None else processes
    with ExitStack() as stack:
        wanted = settings.server.port if port is None else port
        listener = stack.enter_context(closing(listen(host or settings.server.host, wanted)))
        tls.context(settings.server)
        stack.callback(runtime.stop)
        runtime.start(settings, "server")
        # Before the processes below are made: they count together with this one.
        metrics = stack.enter_context(closing(start_metrics_server(settings, database)))
        stopping = threading.Event()
        app = create_app(settings, database, stopping=stopping) if count == 1 else None
        if app is not None and prepare is not None:
            prepare(app)
        work = below.workers(workers, settings, note)

        def told() -> None:
            watched = f"; metrics: http://{settings.metrics.host}:{metrics.port}/metrics" if metrics.port else ""
            many = f" with {count} processes" if count > 1 else ""
            scheme = "https" if settings.server.tls_cert else "http"
            note(f"JobSwipe listens on {scheme}://{address(listener)}{many}{watched}. Ctrl-C stops it.")

        def started() -> None:
            told()
            work.start(ended)

        def ended() -> None:
            if not stopping.is_set():
                stop()

        def stop(*_: object) -> None:
            stopping.set()
            server.stop()
            work.stop()

        if app is not None:
            server: HttpServer | _Several = HttpServer(app, settings, started)
        else:
            directory = stack.enter_context(meeting_place())
            server = _Several(below.servers(count, listener.fileno(), directory, settings, note), started, ended)
        stack.enter_context(lifetime.on_signals(stop))
        stack.enter_context(lifetime.threads(settings.server))
        lifetime.guard(stopping, lifetime.longest(settings, workers), note)
        code = 0
        try:
            code = server.run([listener]) or 0
        finally:
            code = work.wait() or code
        return code


class _Several:
    """Serving processes below this one, in the place of a server in it."""

    def __init__(self, processes: below.Below, started: Callable[[], None], ended: Callable[[], None]) -> None:
        self._processes = processes
        self._started = started
        self._ended = ended
        self._over = threading.Event()

    def stop(self) -> None:
        self._processes.stop()

    def run(self, _: object) -> int:
        self._processes.start(self._end)
        self._started()
        self._over.wait()
        return self._processes.wait()

    def _end(self) -> None:
        self._over.set()
        self._ended()
