"""`jobswipe up` and `jobswipe serve` as commands: all of it starts, works, is watched and ends together."""

from __future__ import annotations

import signal
import socket
import sqlite3
from pathlib import Path

import httpx
import psutil
import pytest
from servers.served import Served, refused, until
from sqlalchemy import text

from jobswipe.db import migrate
from jobswipe.db.engine import Database
from jobswipe.tasks import ledger


def database(home: Path) -> Database:
    return Database(f"sqlite:///{home / 'jobswipe.db'}")


def state(store: Database, task: int) -> str:
    with store.read() as session:
        return str(session.execute(text("SELECT state FROM task_run WHERE id = :id"), {"id": task}).scalar())


def worker(served: Served, but: int | None = None) -> psutil.Process:
    """The worker's process, which has begun to work; another than the one of that pid."""

    def found() -> psutil.Process | None:
        store = database(served.home)
        with store.read() as session:
            working = {one.pid for one in ledger.beats(session)}
        store.dispose()
        return next((one for one in served.children() if one.pid in working and one.pid != but), None)

    one: psutil.Process = until(found)
    return one


@pytest.mark.parametrize("command", [["up"], ["serve", "--with-worker"]])
def test_as_many_worker_processes_as_are_asked_for(home: Path, command: list[str]) -> None:
    store = database(home)
    migrate.upgrade(store)
    with Served(*command, "--workers", "2", WORKER_BEAT=0.5, SCHEDULE_INGEST="off") as served:

        def working() -> bool:
            with store.read() as session:
                return {one.pid for one in ledger.beats(session)} == {one.pid for one in served.children()}

        until(lambda: len(served.children()) == 2 and working())
        assert served.stop() == 0
    store.dispose()


def test_workers_are_counted_where_there_is_one(home: Path) -> None:
    migrate.upgrade(database(home))
    code, said = refused("serve", "--workers", "2")
    assert code == 2
    assert "--with-worker" in said


def test_up_makes_the_store_and_runs_a_task(home: Path) -> None:
    with Served("up", QUEUE_POLL=0.05, WORKER_BEAT=0.5) as served:
        lines = [line for line in served.said if not line.startswith("{")]
        assert len(lines) == 1
        store = database(home)
        with store.write() as session:
            task = ledger.enqueue(session, "postings.expire", {})
        until(lambda: state(store, task) == "done")
        assert served.get("/ready").status_code == 200

        # One service: what the worker's process did is on the server's port.
        def counted() -> bool:
            found = httpx.get(f"http://127.0.0.1:{served.metrics_port}/metrics", timeout=60).text
            return 'jobswipe_tasks_total{kind="postings.expire",state="done"}' in found

        until(counted)
        child = worker(served)
        assert served.stop(signal.SIGINT) == 0
        assert not child.is_running()
        with store.read() as session:
            assert ledger.beats(session) == []
        store.dispose()


def test_up_brings_an_older_store_up_to_date(home: Path) -> None:
    store = database(home)
    migrate.upgrade(store)
    migrate.downgrade(store, "-1")
    with Served("up") as served:
        assert migrate.status(store).ready
        assert served.stop() == 0
    store.dispose()


def test_a_killed_worker_process_is_replaced(home: Path) -> None:
    with Served("up", WORKER_BEAT=0.5) as served:
        first = worker(served)
        first.kill()
        second = worker(served, but=first.pid)
        assert "ended by SIGKILL; another takes its place" in served.text()
        assert served.get("/health").status_code == 200
        assert served.stop() == 0
        assert not second.is_running()


def test_a_worker_that_none_can_replace_ends_all(home: Path) -> None:
    with Served("up", WORKER_BEAT=0.5) as served:
        child = worker(served)
        with sqlite3.connect(home / "jobswipe.db") as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
        child.kill()
        assert served.wait() == 3
    assert "newer" in served.text()


@pytest.mark.parametrize("command", [["up"], ["serve", "--with-worker"]])
def test_nothing_is_left_when_it_is_killed(home: Path, command: list[str]) -> None:
    migrate.upgrade(database(home))
    with Served(*command, WORKER_BEAT=0.5, WORKER_GRACE=5) as served:
        worker(served)
        below = psutil.Process(served.process.pid).children(recursive=True)
        served.process.kill()
        served.process.wait()
        until(lambda: not any(one.is_running() for one in below))


SLOW = '''
"""A kind of task that takes its time."""
import time
from jobswipe.tasks.kinds import task

@task("t.slow")
def slow(context, payload):
    time.sleep(payload["seconds"])
'''


@pytest.fixture
def slow_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package that declares it."""
    info = tmp_path / "slow_kind_of_the_test-1.0.dist-info"
    info.mkdir()
    (tmp_path / "slow_kind_of_the_test.py").write_text(SLOW)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-kind-of-the-test\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[jobswipe.tasks]\ntest = slow_kind_of_the_test\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_one_signal_lets_tasks_finish_two_give_them_back(home: Path, slow_kind: None) -> None:
    store = database(home)
    migrate.upgrade(store)
    states = []
    for seconds, signals in ((4, 1), (3600, 2)):
        with Served("up", QUEUE_POLL=0.05, WORKER_GRACE=250, SERVER_DRAIN=0) as served:
            with store.write() as session:
                task = ledger.enqueue(session, "t.slow", {"seconds": seconds})
            until(lambda task=task: state(store, task) == "running")
            for number in range(signals):
                served.tell()
                if number == 0:
                    until(lambda served=served: refuses(served))
            assert served.wait() == 0
            states.append(state(store, task))
    assert states == ["done", "pending"]
    store.dispose()


def refuses(served: Served) -> bool:
    try:
        served.get("/health")
    except httpx.TransportError:
        return True
    return False


def test_serve_alone_has_no_worker(home: Path) -> None:
    migrate.upgrade(database(home))
    with Served("serve", "--host", "localhost") as served:
        assert served.get("/health").status_code == 200
        times = psutil.Process(served.process.pid).cpu_times()
        assert times.user + times.system < 5, "it starts within two seconds on a machine that is not busy"
        assert served.get("/ready").status_code == 200
        assert psutil.Process(served.process.pid).memory_info().rss < 150e6
        assert served.children() == []
        assert served.stop() == 0


def test_a_port_in_use_is_one_line(home: Path) -> None:
    migrate.upgrade(database(home))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in ("serve", "up"):
            code, said = refused(command, "--port", port)
            assert (code, f"127.0.0.1:{port}" in said, "JOBSWIPE_SERVER_PORT" in said) == (2, True, True)
        code, said = refused("serve", "--port", "0", METRICS_PORT=port)
        assert (code, "JOBSWIPE_METRICS_PORT" in said) == (2, True)
    code, said = refused("serve", "--host", "host.invalid")
    assert (code, "host.invalid" in said) == (2, True)


def test_what_is_wrong_is_said_at_the_start(home: Path) -> None:
    assert refused("serve")[0] == 3
    code, said = refused("serve", SERVER_PUBLIC_URL="example.com")
    assert (code, "[server] public_url" in said) == (2, True)
    code, said = refused("up", SCHEDULE_INGEST="every day")
    assert (code, "[schedule] ingest" in said) == (2, True)
    with sqlite3.connect(home / "jobswipe.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    code, said = refused("up")
    assert (code, "newer" in said) == (3, True)


def test_a_postgres_without_schema_is_told(home: Path, empty_postgres_database: str) -> None:
    for command in (["serve"], ["up"]):
        code, said = refused(*command, DATABASE_URL=empty_postgres_database, HEALTH_TIMEOUT="60")
        assert (code, "run 'jobswipe" in said) == (3, True)
