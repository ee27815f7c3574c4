"""The port that a server or worker opens for whoever watches it: /metrics, /health and /ready."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import msgspec
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from prometheus_client.multiprocess import MultiProcessCollector

from jobswipe import __version__
from jobswipe.errors import SettingsError
from jobswipe.observability import health
from jobswipe.observability.metrics import Meter, start
from jobswipe.observability.processes import Group
from jobswipe.observability.saturation import Saturation
from jobswipe.observability.slo import SLOS
from jobswipe.observability.store_figures import StoreFigures

if TYPE_CHECKING:
    from jobswipe.db.engine import Database
    from jobswipe.settings import Settings

Respond = Callable[[str, list[tuple[str, str]]], Any]
_TIDY_EVERY = 10.0


class MetricsServer:
    """A handle: `port` is the open one, None where metrics are switched off. `close` when the service ends."""

    def __init__(self, port: int | None, meter: Meter | None, server: ThreadingWSGIServer | None) -> None:
        self.port = port
        self._meter = meter
        self._server = server

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
        if self._meter is not None:
            self._meter.stop()
        self._server, self._meter = None, None


def start_metrics_server(settings: Settings, database: Database) -> MetricsServer:
    """Begin to measure, and serve it on [metrics] port. Raises SettingsError when the port cannot be opened.

    Call it before child processes are made: they find the group by their environment and `metrics.join`.
    """
    wanted = settings.metrics
    if not wanted.enabled:
        return MetricsServer(None, None, None)
    _make_directory(settings)
    meter = start(settings.metrics_dir)
    app = _App(registry(meter.group, settings, database), settings, database)
    try:
        server = make_server(wanted.host, wanted.port, app, _Server, _Quiet)
    except OSError as error:
        meter.stop()
        raise SettingsError(
            f"The metrics port {wanted.host}:{wanted.port} cannot be opened ({error.strerror or error}): "
            "set JOBSWIPE_METRICS_PORT to a free one, or JOBSWIPE_METRICS_ENABLED=false."
        ) from None
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="metrics", daemon=True).start()
    return MetricsServer(int(server.server_port), meter, server)


def _make_directory(settings: Settings) -> None:
    try:
        settings.metrics_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The directory {settings.metrics_dir} cannot be made ({error.strerror}): set JOBSWIPE_HOME to another."
        ) from None


def registry(group: Group, settings: Settings, database: Database) -> CollectorRegistry:
    """All that a scrape shows."""
    found = CollectorRegistry(auto_describe=False)
    for collector in (
        _Constants(settings),
        _Totals(group),
        Saturation(group, settings.home),
        StoreFigures(database, settings),
    ):
        found.register(collector)
    return found


class _Totals:
    """What the processes of the group count, added up."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self._lock = threading.Lock()
        self._tidied = 0.0

    def collect(self) -> Iterable[Metric]:
        with self._lock:  # nobody may read the files while they are gathered
            if time.monotonic() - self._tidied > _TIDY_EVERY:
                self.group.tidy()
                self._tidied = time.monotonic()
            for _ in range(5):
                try:
                    return list(MultiProcessCollector(None, str(self.group.directory)).collect())
                except (OSError, ValueError, RuntimeError, LookupError, struct.error):
                    time.sleep(0.01)  # a process is making its file at this moment
            return []


class _Constants:
    """What does not change while the service runs: version, limits and objectives."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("jobswipe_build_info", "The version that runs.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        database = self.settings.database
        yield GaugeMetricFamily(
            "jobswipe_database_pool_limit",
            "Connections that one process may have at most, where the database is Postgres.",
            database.pool_size + database.pool_overflow,
        )
        objective = GaugeMetricFamily(
            "jobswipe_slo_objective_ratio", "The share that is promised to be good.", labels=["slo"]
        )
        threshold = GaugeMetricFamily("jobswipe_slo_threshold_seconds", "What is good enough.", labels=["slo"])
        for slo in SLOS:
            objective.add_metric([slo.name], slo.objective)
            if slo.threshold is not None:
                threshold.add_metric([slo.name], slo.threshold)
        yield objective
        yield threshold


class _App:
    """The three addresses."""

    def __init__(self, metrics: CollectorRegistry, settings: Settings, database: Database) -> None:
        self._metrics = make_wsgi_app(metrics)
        self._settings = settings
        self._database = database

    def __call__(self, environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            found: Iterable[bytes] = self._metrics(environ, respond)
            return found
        if path == "/health":
            return _answer(respond, health.alive(), ready=True)
        if path == "/ready":
            report = health.run(self._settings, self._database)
            return _answer(respond, report.document(), ready=report.status != "fail")
        respond("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Look at /metrics, /health or /ready.\n"]


def _answer(respond: Respond, document: dict[str, Any], *, ready: bool) -> list[bytes]:
    respond(
        "200 OK" if ready else "503 Service Unavailable",
        [("Content-Type", health.MEDIA_TYPE), ("Cache-Control", "no-store")],
    )
    return [msgspec.json.encode(document)]


class _Server(ThreadingWSGIServer):
    request_queue_size = 16
    # A service that is started again takes its port at once; two at a time still cannot.
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A scraper that hangs up is no news."""


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the signature is the base class's
        pass
