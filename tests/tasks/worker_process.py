"""`jobswipe worker` as a command, with kinds of task from a package of the test's own; and killing it at random."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text
from task_support import eventually

from jobswipe.db.engine import Database
from jobswipe.settings import ScheduleSettings
from jobswipe.tasks import ledger

JOBSWIPE = str(Path(sys.executable).with_name("jobswipe"))
KINDS = '''
"""Kinds of task that behave as the payload says, and some that misbehave."""
import ctypes, os, random, re, time
from datetime import UTC, datetime
from sqlalchemy import text
from jobswipe import clock
from jobswipe.tasks.kinds import task
from jobswipe.tasks.schedule import scheduled

def insert(session, context, payload):
    session.execute(text("INSERT INTO effect VALUES (:id, :note)"), {"id": context.task_id, "note": str(payload)[:50]})

@task("t.effect", attempts=1000, lease=2)
def effect(context, payload):
    time.sleep(random.random() * payload.get("before", 0))
    with context.commit() as session:
        insert(session, context, payload)
        time.sleep(random.random() * payload.get("inside", 0))
    time.sleep(random.random() * payload.get("after", 0))

speed = float(os.environ.get("SPEED", "1"))
if speed > 1:  # minutes pass in seconds, for all processes alike
    begin = float(os.environ["SPEED_FROM"])
    clock.now = lambda: datetime.fromtimestamp(begin + (time.time() - begin) * speed, UTC)

    @scheduled("tick", cron="* * * * *", kind="t.tick")
    @task("t.tick", lease=600)
    def tick(context, payload):
        with context.commit() as session:
            insert(session, context, payload["slot"])

@task("t.crash", attempts=2, lease=1)
def crash(context, payload):
    os._exit(9)

@task("t.segfault", attempts=2, lease=1)
def segfault(context, payload):
    ctypes.string_at(0)

@task("t.deaf", attempts=1, lease=1)
def deaf(context, payload):
    re.match(r"(a|a)*$", "a" * 60 + "b")  # never lets another thread run

@task("t.endless", attempts=1, lease=2, limit=1)
def endless(context, payload):
    time.sleep(3600)

@task("t.long", attempts=5, lease=5)
def long(context, payload):
    time.sleep(payload["seconds"])
    with context.commit() as session:
        insert(session, context, payload)
'''


MODES = {"threads": ("1", "8"), "processes": ("4", "1"), "both": ("2", "4")}
"""Worker processes of a command, and threads of each."""
OWN_SCHEDULE = ScheduleSettings.model_fields.keys() - {"timezone", "other"}


class Place:
    """A data directory, a store, a queue, and the package of kinds, for commands of this test."""

    def __init__(self, directory: Path, home: Path, database_url: str, queue_url: str, **settings: str) -> None:
        package = directory / "package"
        info = package / "kinds_of_the_test-1.0.dist-info"
        info.mkdir(parents=True)
        (package / "kinds_of_the_test.py").write_text(KINDS)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kinds-of-the-test\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[jobswipe.tasks]\ntest = kinds_of_the_test\n")
        self.log = directory / "workers.log"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(package),
            "JOBSWIPE_HOME": str(home),
            "JOBSWIPE_DATABASE_URL": database_url,
            "JOBSWIPE_QUEUE_URL": queue_url,
            "JOBSWIPE_QUEUE_LOST": "3",
            "JOBSWIPE_QUEUE_BACKOFF": "0.2",
            "JOBSWIPE_QUEUE_BACKOFF_MAX": "1",
            "JOBSWIPE_WORKER_BEAT": "0.5",
            # Whether a test crosses the minute or the hour must not change what is in the ledger.
            **{f"JOBSWIPE_SCHEDULE_{name.upper()}": "off" for name in OWN_SCHEDULE},
            **{f"JOBSWIPE_{name}": value for name, value in settings.items()},
        }
        self.queue_url = queue_url
        self.database = Database(database_url)
        with self.database.write() as session:
            session.execute(text("CREATE TABLE effect (task_id INTEGER, note TEXT)"))

    def add(self, kind: str, count: int = 1, **payload: Any) -> list[int]:
        with self.database.write() as session:
            return [ledger.enqueue(session, kind, payload) for _ in range(count)]

    @contextmanager
    def worker(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A running `jobswipe worker`; killed with its processes at the end if it still runs."""
        process = self.start(*arguments)
        try:
            yield process
        finally:
            kill(process)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([JOBSWIPE, "worker", *arguments], env=self.environment, stdout=log, stderr=log)

    def states(self) -> dict[int, str]:
        with self.database.read() as session:
            return {row.id: row.state for row in session.execute(text("SELECT id, state FROM task_run"))}

    def open(self) -> int:
        with self.database.read() as session:
            statement = text("SELECT count(*) FROM task_run WHERE state IN ('pending', 'queued', 'running')")
            return int(session.execute(statement).scalar_one())

    def effects(self) -> Counter[int]:
        with self.database.read() as session:
            return Counter(session.execute(text("SELECT task_id FROM effect")).scalars())


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return psutil.Process(process.pid).children()
    return []


def kill(process: subprocess.Popen[bytes]) -> None:
    for child in children(process):
        with suppress(psutil.Error):
            child.kill()
    with suppress(OSError):
        process.kill()
    process.wait()


def busy(place: Place, commands: list[subprocess.Popen[bytes]]) -> list[tuple[int, psutil.Process]]:
    """The processes that are at a task now, each with the number of its command."""
    assert place.open(), "all tasks were done before all kills: give it more tasks"
    with place.database.read() as session:
        workers = session.execute(text("SELECT DISTINCT worker FROM task_run WHERE state = 'running'")).scalars()
        pids = {int(worker.rsplit("-", 2)[1]) for worker in workers}
    return [(at, child) for at, one in enumerate(commands) for child in children(one) if child.pid in pids]


def chaos(
    place: Place,
    mode: str,
    *,
    tasks: int,
    kills: int,
    break_queue: Callable[[int], None],
    seed: int = 7,
    pause: float = 1.0,
) -> dict[str, Any]:
    """Run tasks while workers are killed; break the queue at a third and at two thirds of the kills.

    Raises AssertionError unless every effect came exactly once and nothing is left. Answers figures.
    """
    chance = random.Random(seed)
    started = time.monotonic()
    ids = place.add("t.effect", tasks, before=0.3, inside=0.05, after=0.05)
    workers, place.environment["JOBSWIPE_WORKER_THREADS"] = MODES[mode]
    commands = [place.start("--workers", workers) for _ in range(2)]
    done = whole = 0
    breaks = {max(1, kills // 3): 1, max(2, 2 * kills // 3): 2}
    try:
        while done < kills:
            time.sleep(chance.uniform(0.2, 1.8) * pause)
            at, victim = chance.choice(eventually(lambda: busy(place, commands)))
            if done % 5 == 4:  # now and then the supervisor: its processes must end by themselves
                commands[at].kill()
                commands[at].wait()
                commands[at] = place.start("--workers", workers)
                whole += 1
            else:
                victim.kill()
            done += 1
            if done in breaks:
                break_queue(breaks.pop(done))
        deadline = time.monotonic() + 120 + tasks / 10
        while place.open():
            assert time.monotonic() < deadline, f"stuck: {Counter(place.states().values())}"
            time.sleep(0.2)
    finally:
        for command in commands:
            kill(command)
    effects, states = place.effects(), place.states()
    assert set(states.values()) == {"done"}
    assert sorted(effects) == ids, "an effect is missing"
    assert set(effects.values()) == {1}, "an effect came twice"
    with place.database.read() as session:
        attempts = session.execute(text("SELECT sum(attempts), max(attempts) FROM task_run")).one()
    return {
        "mode": mode, "tasks": tasks, "kills": done, "supervisors_killed": whole,
        "seconds": round(time.monotonic() - started, 1),
        "attempts": int(attempts[0]), "most_attempts": int(attempts[1]),
    }  # fmt: skip
