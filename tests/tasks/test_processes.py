"""The command itself: crashes, hangs and signals of real processes, and effects that come once under kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from servers.postgres import PostgresServer
from servers.run import Run
from servers.valkey import Restartable
from sqlalchemy import text
from task_support import eventually
from worker_process import JOBSWIPE, Place, chaos, children

SOAK = "SOAK" in os.environ
TASKS, KILLS, SLOTS = (2000, 30, 12) if SOAK else (150, 4, 3)


@pytest.fixture
def place(tmp_path: Path, home: Path, sqlite_database: str) -> Place:
    return Place(tmp_path, home, sqlite_database, f"sqlite:///{home / 'queue.db'}")


def test_tasks_that_crash_the_interpreter_end_dead_and_others_do_not(place: Place) -> None:
    bad = place.add("t.crash") + place.add("t.segfault")
    good = place.add("t.effect", 20)
    with place.worker() as process:
        eventually(lambda: not place.open(), 120)
        assert process.poll() is None
    states = place.states()
    assert {states[task_id] for task_id in bad} == {"dead"}
    assert {states[task_id] for task_id in good} == {"done"}
    assert set(place.effects().values()) == {1}
    assert "ended with status 9" in place.log.read_text()
    assert "SIGSEGV" in place.log.read_text()


def test_a_process_that_a_task_holds_for_ever_ends_itself(place: Place) -> None:
    place.environment["JOBSWIPE_WORKER_STUCK"] = "8"
    (deaf,) = place.add("t.deaf")
    with place.worker():
        eventually(lambda: not place.open(), 120)
        assert "ended with status 1" in place.log.read_text()
        (endless,) = place.add("t.endless")  # not before: in one process the deaf one would end it, too
        good = place.add("t.effect", 5)
        eventually(lambda: not place.open(), 120)
        eventually(lambda: "ended with status 70" in place.log.read_text())
    assert place.states() == {deaf: "dead", endless: "dead"} | dict.fromkeys(good, "done")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_gracefully(place: Place, number: signal.Signals) -> None:
    place.environment["JOBSWIPE_WORKER_GRACE"] = "3"
    (short,) = place.add("t.long", seconds=1)
    (long,) = place.add("t.long", seconds=60)
    with place.worker("--workers", "2") as process:
        eventually(lambda: list(place.states().values()) == ["running", "running"])
        process.send_signal(number)
        assert process.wait(60) == 0
    assert place.states() == {short: "done", long: "pending"}
    assert list(place.effects()) == [short]


def test_its_processes_end_when_the_supervisor_is_killed(place: Place) -> None:
    with place.worker("--workers", "2") as process:
        found = eventually(lambda: len(children(process)) == 2 and children(process))
        process.kill()
        process.wait()
        eventually(lambda: not any(child.is_running() for child in found))


def test_some_kinds_only(place: Place) -> None:
    (mine,), (other,) = place.add("t.effect"), place.add("t.crash")
    with place.worker("--kinds", "t.effect, t.long"):
        eventually(lambda: place.states()[mine] == "done")
    assert place.states()[other] == "pending"


def refused(place: Place, *arguments: str, **settings: str) -> tuple[int, str]:
    environment = place.environment | {f"JOBSWIPE_{name}": value for name, value in settings.items()}
    done = subprocess.run([JOBSWIPE, *arguments], env=environment, capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.returncode, done.stderr


def test_what_is_wrong_is_said_at_the_start(place: Place, tmp_path: Path) -> None:
    code, said = refused(place, "worker", SCHEDULE_INGEST="every day")
    assert (code, "[schedule] ingest" in said) == (2, True)
    code, said = refused(place, "worker", "--kinds", "t.efect")
    assert (code, "did you mean 't.effect'" in said) == (2, True)
    code, said = refused(place, "worker", QUEUE_URL="amqp://user:secret@host")
    assert (code, "JOBSWIPE_QUEUE_URL" in said, "secret" in said) == (2, True, False)
    code, said = refused(place, "worker", DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert (code, "jobswipe init" in said) == (3, True)


def test_a_database_that_does_not_answer_is_waited_for(place: Place, run: Run) -> None:
    from servers.run import free_port

    place.environment["JOBSWIPE_DATABASE_URL"] = f"postgresql://nobody:secret@127.0.0.1:{free_port()}/none"
    with place.worker() as process:
        eventually(lambda: "database_down" in place.log.read_text())
        process.terminate()
        assert process.wait(60) == 0
    assert "secret" not in place.log.read_text()


def empty_queue(url: str) -> Callable[[int], None]:
    """What a restart is for a file: its messages are gone, or the whole file is garbage."""
    path = Path(url.removeprefix("sqlite:///"))

    def lose(time_: int) -> None:
        if time_ == 1:
            with suppress(sqlite3.Error), sqlite3.connect(path, timeout=30) as connection:
                connection.execute("DELETE FROM task")
        else:
            with path.open("r+b") as file:
                file.write(b"\xff" * 8192)

    return lose


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", ["threads", "processes"] if SOAK else ["both"])
def test_kill_9_on_sqlite(place: Place, mode: str) -> None:
    figures = chaos(place, mode, tasks=TASKS, kills=KILLS, break_queue=empty_queue(place.queue_url), pause=0.6)
    print(figures)
    assert figures["attempts"] > TASKS


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", ["threads", "processes"] if SOAK else ["both"])
def test_kill_9_on_postgres_and_valkey(
    tmp_path: Path, home: Path, postgres_database: str, postgres_server: PostgresServer, run: Run, mode: str
) -> None:
    server = Restartable(run, tmp_path)
    server.start()
    place = Place(tmp_path, home, postgres_database, server.url)

    name = postgres_database.rpartition("/")[2]

    def restart(_time: int) -> None:
        server.stop()
        # As a restart of the database would: every connection breaks, whatever it is at.
        postgres_server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        time.sleep(0.5)
        server.start()

    figures = chaos(place, mode, tasks=TASKS, kills=KILLS, break_queue=restart, pause=0.6)
    print(figures)
    assert figures["attempts"] > TASKS
    server.stop()
    place.database.dispose()


@pytest.mark.timeout(1800)
def test_three_workers_and_two_schedulers_fire_each_slot_once(place: Place) -> None:
    place.environment |= {"SPEED": "12", "SPEED_FROM": str(time.time())}
    with ExitStack() as stack:
        for only in ([], [], [], ["--kinds", "t.long"], ["--kinds", "t.long"]):
            stack.enter_context(place.worker(*only))
        eventually(lambda: len(place.effects()) >= SLOTS, 240)
    with place.database.read() as session:
        slots = sorted(session.execute(text("SELECT note FROM effect")).scalars())
    assert len(set(slots)) == len(slots) >= SLOTS
    moments = [datetime.fromisoformat(slot.strip("'")) for slot in slots]
    gaps = {later - earlier for earlier, later in pairwise(moments)}
    assert gaps == {timedelta(minutes=1)} or not SOAK
    print({"slots": len(slots), "gaps": [str(gap) for gap in gaps]})
