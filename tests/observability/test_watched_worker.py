"""A real worker, watched: its metrics on one port, its tasks in the trace of who made them, its health."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.boards import Boards, feed
from servers.collector import Collector
from watching import Configure, Exposition, scrape

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.models import WorkerBeat
from jobswipe.observability import health, tracing
from jobswipe.observability.context import entry_span
from jobswipe.observability.metrics_server import start_metrics_server
from jobswipe.sources import catalog
from jobswipe.tasks import ledger

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))


class ServedWorker:
    """`jobswipe worker`, with what it says; `port` is that of its metrics."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen([JOBSWIPE, "worker", *options], stderr=subprocess.PIPE, text=True)
        self.said: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        until(lambda: any("/metrics" in line for line in self.said) or self.process.poll() is not None)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/metrics", "".join(self.said))
        assert found is not None, self.said
        self.port = int(found[1])

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.said if line.startswith("{")]


def until(holds: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return found


@pytest.fixture
def boards() -> Iterator[Boards]:
    with Boards() as server:
        yield server


def test_a_watched_worker(
    configure: Configure, database: Database, boards: Boards, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configure(
        database_url=database.engine.url.render_as_string(hide_password=False),
        tracing_enabled=True,
        tracing_endpoint=collector.endpoint,
        outbound_allow_private=True,
        metrics_store_interval=0,
        queue_poll=0.05,
        worker_beat=0.5,
        schedule_ingest="off",
    )
    urls = [
        boards.put(f"/{name}.rss", feed(f"{name} fitter"), content_type="application/rss+xml") for name in ("a", "b")
    ]
    command = tracing.Tracing(settings, "command")
    with entry_span("run jobswipe source add", "internal", "command"), database.write() as session:
        for url in urls:
            source = catalog.add(session, "rss", url, clock.now())
            ledger.enqueue(session, "ingest.source", {"source_id": source.id})
    command.stop()
    worker = ServedWorker("--workers", "2")
    try:

        def done() -> Exposition | None:
            found = scrape(worker.port)
            return found if found.total("tasks_total", kind="ingest.source", state="done") == 2 else None

        found = until(done)
        assert found.total("task_duration_seconds_count", kind="ingest.source", outcome="done") == 2
        assert found.total("task_start_delay_seconds_count", kind="ingest.source") == 2
        assert found.value("ingest_records_total", kind="rss", outcome="stored") == 2
        assert found.total("outbound_request_duration_seconds_count", outcome="2xx") == 2
        until(lambda: scrape(worker.port).value("workers") == 2)
        found = scrape(worker.port)
        assert found.value("processes") == 3
        assert found.value("queue_oldest_age_seconds") == 0
        assert found.value("sources_fresh_ratio") == 1
        report = health.run(settings, database)
        assert [one.name for one in report.results if one.finding.status == "fail"] == []
        done_by = subprocess.run(
            [JOBSWIPE, "health", "queue", "worker", "--json"], capture_output=True, text=True, check=True
        )
        checks = json.loads(done_by.stdout)["checks"]
        assert checks["worker:responseTime"][0]["value"] == 2
    finally:
        code = worker.stop()
    assert code == 0
    collector.wait(lambda: len(collector.named("process ingest.source")) == 2)
    root = collector.one("run jobswipe source add")
    first = next(one for one in collector.named("process ingest.source") if one.trace_id == root.trace_id)
    second = next(one for one in collector.named("process ingest.source") if one.trace_id != root.trace_id)
    assert (first.parent_id, first.links) == (root.span_id, [(root.trace_id, root.span_id)])
    # The second task of one command: a trace of its own, whose producer is linked to the command.
    producer = collector.one("send task")
    assert (second.parent_id, producer.links) == (producer.span_id, [(root.trace_id, root.span_id)])
    collector.wait(lambda: len(collector.named("GET 127.0.0.1")) == 2)
    for request in collector.named("GET 127.0.0.1"):
        assert "process ingest.source" in collector.above(request)
    # The log has the same ids.
    lines = [line for line in worker.log() if line["event"] == "run_finished"]
    assert {line["trace_id"] for line in lines} == {first.trace_id, second.trace_id}
    assert all(line["task_kind"] == "ingest.source" for line in lines)


def test_a_taken_port_ends_the_worker_with_one_line(
    configure: Configure, sqlite_store: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", sqlite_store.url)
    server = start_metrics_server(configure(), sqlite_store)
    try:
        monkeypatch.setenv("JOBSWIPE_METRICS_PORT", str(server.port))
        done = subprocess.run([JOBSWIPE, "worker"], capture_output=True, text=True, check=False, timeout=90)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert "JOBSWIPE_METRICS_PORT" in done.stderr
    finally:
        server.close()


def test_figures_and_checks_of_what_waits(
    configure: Configure, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configure(metrics_store_interval=0)

    def checked(name: str) -> health.Finding:
        (one,) = health.run(settings, database, [name]).results
        return one.finding

    assert {checked(name).status for name in ("queue", "worker", "schedule")} == {"pass"}
    server = start_metrics_server(settings, database)
    try:
        now = clock.now()
        monkeypatch.setenv("JOBSWIPE_NOW", (now - timedelta(hours=1)).isoformat())
        with database.write() as session:
            for number in range(3):
                ledger.enqueue(session, "digest", {"n": number})
            for number in range(150):
                ledger.enqueue(session, f"kind.{number}", {})
        monkeypatch.delenv("JOBSWIPE_NOW")
        found = scrape(server.port)
        assert found.value("queue_tasks", kind="digest", state="pending") == 3
        assert found.value("queue_tasks", kind="other", state="pending") == 51
        assert found.value("queue_depth") == 153
        assert 3_600 <= found.value("queue_oldest_age_seconds") < 3_900
        assert found.value("workers") == 0
        assert (checked("queue").status, checked("worker").status) == ("warn", "fail")
        assert "jobswipe worker" in (checked("worker").output or "")
        with database.write() as session:
            values: dict[str, Any] = {"host": "a", "pid": 1, "threads": 1, "started_at": now}
            session.add(WorkerBeat(worker="alive", beat_at=now, **values))
            session.add(WorkerBeat(worker="gone", beat_at=now - timedelta(hours=2), **values))

        def workers() -> tuple[float, float]:
            found = scrape(server.port)
            return found.total("workers"), found.total("workers_stale")

        until(lambda: workers() == (1, 1))  # a reading that took long is followed by a rest
        assert checked("worker").status == "pass"
    finally:
        server.close()


def test_a_queue_that_is_away_is_a_failed_check(configure: Configure, sqlite_store: Database) -> None:
    settings = configure(queue_url="redis://:hunter2@127.0.0.1:9/0", health_timeout=30)
    (one,) = health.run(settings, sqlite_store, ["queue"]).results
    assert one.finding.status == "fail"
    assert "hunter2" not in (one.finding.output or "")
