"""Part of `make bench`: tasks through the ledger beside bare Huey on the same queue, in turns, and how soon one starts.

A task's effect is a row in the store, for both. Bare Huey takes a message, runs it and forgets it: what it loses when
it is killed is what the ledger's cost buys. `python tests/bench/ledger.py` prints one JSON object a line. The worker is
on one core, and the servers with it. `per_core_second` counts the processor's time of worker and servers together, as
the other benches do: on a busy machine the clock on the wall tells of its other users, too.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

TASKS = int(os.environ.get("TASKS", "5000"))
RUNS, WARM, LATENCIES = 3, 300, 300
BARS = {"sqlite": 1000, "postgres+valkey": 500}


def main() -> None:
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})  # the servers that start from here are on this core, too
    with tempfile.TemporaryDirectory(prefix="jobswipe-bench-") as directory:
        for store, open_ in (("sqlite", sqlite), ("postgres+valkey", servers)):
            with open_(Path(directory)) as (database, queue, mark):
                done = subprocess.run(
                    [sys.executable, __file__, database, queue, mark],
                    capture_output=True, encoding="utf-8", env=environment(Path(directory)), check=False,
                )  # fmt: skip
            if done.returncode:
                raise SystemExit(done.stderr[-3000:])
            found = json.loads(done.stdout.splitlines()[-1])
            sys.stdout.write(json.dumps({"bench": "ledger", "store": store, **found, "bar": BARS[store]}) + "\n")
            sys.stdout.flush()


def environment(directory: Path) -> dict[str, str]:
    home = directory / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOBSWIPE_")}
    return kept | {"JOBSWIPE_HOME": str(home)}


@contextmanager
def sqlite(directory: Path) -> Iterator[tuple[str, str, str]]:
    """URLs of store and queue, and a mark of the servers' processes ("" without any)."""
    yield f"sqlite:///{directory / 'bench.db'}", f"sqlite:///{directory / 'queue.db'}", ""


@contextmanager
def servers(_directory: Path) -> Iterator[tuple[str, str, str]]:
    from servers.postgres import postgres
    from servers.run import Run
    from servers.valkey import valkey

    run = Run.open()
    try:
        yield postgres(run, lambda _url: None).url(driver="psycopg"), valkey(run).url(1), str(run.directory)
    finally:
        run.close()


def spent(mark: str) -> float:
    """Seconds of the processor that this process and the servers have used."""
    total = time.process_time()
    guards = [one for one in psutil.process_iter(["cmdline"]) if mark and mark in " ".join(one.info["cmdline"] or ())]
    for one in {
        child for guard in guards for child in (guard, *guard.children(recursive=True)) if child.pid != os.getpid()
    }:
        with suppress(psutil.Error):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def measure(database_url: str, queue_url: str, mark: str) -> dict[str, Any]:
    """In a process of its own: throughput of both in turns, then how soon a task starts at rest."""
    from huey import Huey
    from sqlalchemy import text

    from jobswipe import settings as settings_module
    from jobswipe.db import migrate
    from jobswipe.db.engine import Database
    from jobswipe.tasks import kinds, ledger
    from jobswipe.tasks.queue import Queue
    from jobswipe.tasks.worker import Worker

    settings = settings_module.load()
    settings.queue.url = queue_url
    database = Database(database_url, settings.database)
    migrate.upgrade(database)
    insert = text("INSERT INTO effect VALUES (:id)")
    with database.write() as session:
        session.execute(text("CREATE TABLE effect (id INTEGER)"))

    @kinds.task("bench.effect")
    def effect(context: Any, payload: dict[str, Any]) -> None:
        with context.commit() as session:
            session.execute(insert, {"id": payload["id"]})

    started: list[float] = []

    @kinds.task("bench.start")
    def start(_context: Any, payload: dict[str, Any]) -> None:
        started.append(time.time() - payload["at"])

    own = Queue(queue_url, "bare")
    storage: Any = own._open()
    options = {"connection_pool": storage.pool} if own.blocks else {"filename": storage.filename}
    bare = Huey("bare", results=False, storage_class=type(storage), **options)

    @bare.task()
    def bare_effect(number: int) -> None:
        with database.write() as session:
            session.execute(insert, {"id": number})

    def through_ledger(count: int) -> tuple[float, float, float]:
        begin = time.perf_counter()
        for first in range(0, count, 100):
            with database.write() as session:
                for number in range(first, first + 100):
                    ledger.enqueue(session, "bench.effect", {"id": number})
        enqueued = time.perf_counter()
        worker = Worker(database, settings, scheduling=False)
        thread = threading.Thread(target=worker.run)
        cpu = spent(mark)
        thread.start()
        while worker.runner.figures["done"] < count:
            time.sleep(0.01)
        ran, cpu = time.perf_counter() - enqueued, spent(mark) - cpu
        worker.stop()
        thread.join()
        worker.queue.close()
        return ran, enqueued - begin, cpu

    def through_huey(count: int) -> tuple[float, float]:
        for number in range(count):
            bare_effect(number)
        begin, cpu = time.perf_counter(), spent(mark)
        for _ in range(count):
            bare.execute(bare.dequeue())
        return time.perf_counter() - begin, spent(mark) - cpu

    through_ledger(WARM)
    through_huey(WARM)
    pairs = [(through_ledger(TASKS), through_huey(TASKS)) for _ in range(RUNS)]
    with database.read() as session:
        rows, states = (
            session.execute(text("SELECT count(*) FROM effect")).scalar_one(),
            set(session.execute(text("SELECT DISTINCT state FROM task_run")).scalars()),
        )
    assert rows == 2 * (RUNS * TASKS + WARM), rows
    assert states == {"done"}, states

    worker = Worker(database, settings)
    thread = threading.Thread(target=worker.run)
    thread.start()
    chance = random.Random(7)
    time.sleep(1)
    for _ in range(LATENCIES):
        time.sleep(chance.uniform(0.02, 0.12))
        with database.write() as session:
            ledger.enqueue(session, "bench.start", {"at": time.time()})
    wait_for(lambda: len(started) == LATENCIES)
    worker.stop()
    thread.join()
    started.sort()
    return {
        "tasks": TASKS,
        "per_core_second": round(statistics.median(TASKS / cpu for (_, _, cpu), _ in pairs)),
        "per_wall_second": round(statistics.median(TASKS / ran for (ran, _, _), _ in pairs)),
        "enqueued_per_wall_second": round(statistics.median(TASKS / put for (_, put, _), _ in pairs)),
        "peer": "bare Huey",
        "peer_per_core_second": round(statistics.median(TASKS / cpu for _, (_, cpu) in pairs)),
        "peer_per_wall_second": round(statistics.median(TASKS / ran for _, (ran, _) in pairs)),
        "share_of_peer": round(statistics.median(peer / cpu for (_, _, cpu), (_, peer) in pairs), 2),
        "start_p50_ms": round(started[len(started) // 2] * 1000),
        "start_p99_ms": round(started[int(len(started) * 0.99)] * 1000),
        "start_bar_ms": 1000,
    }


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("tasks did not start within a minute")
        time.sleep(0.05)


if __name__ == "__main__":
    if len(sys.argv) == 4:
        sys.stdout.write(json.dumps(measure(*sys.argv[1:])) + "\n")
    else:
        main()
