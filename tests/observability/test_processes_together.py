"""Several processes of one service count together; what ended ones counted stays; abandoned files go."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from watching import Configure, scrape

from jobswipe.db.engine import Database
from jobswipe.observability import measure, metrics, processes
from jobswipe.observability.metrics_server import start_metrics_server

CHILD = """
import sys, time
from jobswipe.observability import measure, metrics
assert metrics.join() is not None
for _ in range(int(sys.argv[1])):
    measure.swipe("like")
    measure.task_attempt("digest", "done", 0.3)
measure.task_running("digest", 2)
print("counted", flush=True)
sys.stdin.read()
"""


def child(count: int) -> subprocess.Popen[str]:
    """A process of the service that has counted, and lives until its stdin is closed or it is killed."""
    made = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert made.stdout is not None
    assert made.stdout.readline() == "counted\n"
    return made


def end(one: subprocess.Popen[str], *, kill: bool = False) -> None:
    if kill:
        one.send_signal(signal.SIGKILL)
    one.communicate(timeout=60)


def test_totals_are_of_all_processes_and_stay_when_they_end(
    configure: Configure, sqlite_store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobswipe.observability.metrics_server._TIDY_EVERY", 0.0)
    settings = configure()
    server = start_metrics_server(settings, sqlite_store)
    (group,) = settings.metrics_dir.iterdir()
    try:
        measure.swipe("like")
        first, second = child(10), child(20)
        found = scrape(server.port)
        assert found.value("swipes_total", verdict="like") == 31
        assert found.value("task_duration_seconds_count", kind="digest", outcome="done") == 30
        assert found.value("tasks_in_progress", kind="digest") == 4
        assert found.value("processes") == 3
        used = found.value("process_cpu_seconds_total")
        end(first)
        end(second, kill=True)
        for _ in range(3):  # gathered once, and no more
            found = scrape(server.port)
            assert found.value("swipes_total", verdict="like") == 31
            assert found.value("task_duration_seconds_bucket", kind="digest", outcome="done", le="1.0") == 30
        assert found.total("tasks_in_progress") == 0
        assert found.value("processes") == 1
        assert found.value("process_cpu_seconds_total") >= used
        third = child(5)
        assert scrape(server.port).value("swipes_total", verdict="like") == 36
        end(third, kill=True)
        assert scrape(server.port).value("swipes_total", verdict="like") == 36
        # However many have ended, their files are one for each type.
        assert sorted(path.name for path in group.glob("*_0.db")) == ["counter_0.db", "histogram_0.db"]
        assert {path.stem.rpartition("_")[2] for path in group.glob("*.db")} == {"0", str(os.getpid())}
    finally:
        server.close()
    assert not group.exists()


def test_two_services_of_one_home_do_not_count_twice(configure: Configure, sqlite_store: Database) -> None:
    settings = configure()
    script = """
import sys
from jobswipe import settings as module
from jobswipe.db.engine import Database
from jobswipe.observability import measure
from jobswipe.observability.metrics_server import start_metrics_server
server = start_metrics_server(module.load(), Database(sys.argv[1]))
measure.swipe("save")
print(server.port, flush=True)
sys.stdin.read()
"""
    other = subprocess.Popen(
        [sys.executable, "-c", script, sqlite_store.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    port = int(other.stdout.readline())
    server = start_metrics_server(settings, sqlite_store)
    try:
        measure.swipe("save")
        assert scrape(server.port).value("swipes_total", verdict="save") == 1
        assert scrape(port).value("swipes_total", verdict="save") == 1
        end(other, kill=True)
    finally:
        server.close()
    # The killed one left its files; whoever comes next takes them away.
    assert list(settings.metrics_dir.iterdir()) == []


def test_a_group_that_a_child_still_holds_is_left(tmp_path: Path) -> None:
    base = tmp_path / "metrics"
    meter = metrics.start(base)
    orphan = child(1)
    meter.stop()
    processes.sweep(base)
    (group,) = base.iterdir()
    end(orphan)
    deadline = time.monotonic() + 30
    while group.exists() and time.monotonic() < deadline:
        processes.sweep(base)
    assert not group.exists()


def test_nobody_to_join(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(processes.ENVIRONMENT, raising=False)
    assert metrics.join() is None
    monkeypatch.setenv(processes.ENVIRONMENT, str(tmp_path / "gone"))
    assert metrics.join() is None
    assert not measure.active()


def test_a_fork_counts_for_itself(configure: Configure, sqlite_store: Database) -> None:
    server = start_metrics_server(configure(), sqlite_store)
    try:
        measure.swipe("skip")
        pid = os.fork()
        if pid == 0:  # pragma: no cover - the child
            measure.swipe("skip")
            os._exit(0)
        assert os.waitpid(pid, 0)[1] == 0
        assert scrape(server.port).value("swipes_total", verdict="skip") == 2
    finally:
        server.close()


def test_a_single_command_measures_nothing_and_loads_nothing() -> None:
    code = (
        "import sys\n"
        "from jobswipe.observability import context, logs, measure, runtime\n"
        "measure.swipe('like'); logs.logger('x').error('y')\n"
        "with context.task_span('a', 1, 1, None): pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"prometheus_client", "opentelemetry", "structlog", "psutil", "sqlalchemy"} & set(done.stdout.split())
    assert done.stderr == ""
