"""The worker in threads of this process: what runs, what fails and how, stopping, outages; on both databases."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from servers.run import Run
from servers.valkey import Restartable
from sqlalchemy import text
from task_support import Declare, Start, add, effects, ended, eventually, field, note, states

from jobswipe.db.engine import Database
from jobswipe.errors import HopelessError, StorageError, UpstreamError
from jobswipe.settings import Settings
from jobswipe.tasks import kinds, ledger
from jobswipe.tasks.worker import STUCK


def test_effects_come_once_and_rows_are_done(
    database: Database, settings: Settings, declare: Declare, start: Start, queue_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(settings.queue, "url", queue_url)
    declare("note")(note)
    declare("quiet")(lambda _context, _payload: None)
    ids = add(database, "note", 200)
    quiet = add(database, "quiet", 20)
    one, two = start(settings), start(settings, only=["note"])
    eventually(lambda: ended(database))
    assert effects(database) == ids
    assert states(database) == dict.fromkeys(ids + quiet, "done")
    with database.read() as session:
        assert sorted(beat.kinds for beat in ledger.beats(session)) == [[], ["note"]]
    assert one.stop() == two.stop() == 0
    assert one.worker.runner.figures["done"] + two.worker.runner.figures["done"] == 220
    with database.read() as session:
        assert ledger.beats(session) == []


def test_every_way_to_fail_ends_visibly(database: Database, settings: Settings, declare: Declare, start: Start) -> None:
    tried: list[int] = []

    def fail(error: BaseException) -> Callable[[Any, Any], None]:
        def handler(context: Any, _payload: Any) -> None:
            tried.append(context.attempt)
            raise error

        return handler

    declare("upstream", attempts=2)(fail(UpstreamError("The board answered badly.")))
    declare("fault", attempts=1)(fail(ZeroDivisionError("by zero")))
    declare("exits", attempts=1)(fail(SystemExit(3)))
    declare("hopeless", attempts=9)(fail(HopelessError("There is no such address.")))
    declare("newer", attempts=1, version=2)(note)
    declare("note")(note)
    names = ("upstream", "fault", "exits", "hopeless", "newer", "gone")
    found = {name: add(database, name)[0] for name in names}
    kinds._kinds["newer"] = kinds.Kind("newer", note, attempts=1, version=1)  # an older worker's
    (fine,) = add(database, "note")
    with database.write() as session:
        session.execute(text("UPDATE task_run SET attempts = 4 WHERE kind = 'gone'"))
    start(settings)
    eventually(lambda: ended(database))
    assert states(database) == dict.fromkeys(found.values(), "dead") | {fine: "done"}
    said = {name: field(database, task_id, "error") for name, task_id in found.items()}
    assert said["upstream"] == "The board answered badly."
    assert said["fault"].startswith("ZeroDivisionError: by zero (at test_worker.py:")
    assert said["exits"].startswith("SystemExit: 3")
    assert said["hopeless"] == "There is no such address."
    assert said["newer"] == ("The payload has version 2 of 'newer', this worker reads 1 at most: update JobSwipe.")
    assert said["gone"].startswith("No task kind 'gone'")
    assert tried.count(2) == 1


def test_a_failure_after_the_commit_is_no_second_effect(
    database: Database, settings: Settings, declare: Declare, start: Start
) -> None:
    def handler(context: Any, payload: dict[str, Any]) -> None:
        note(context, payload)
        raise RuntimeError("too late")

    declare("note")(handler)
    ids = add(database, "note", 20)
    start(settings)
    eventually(lambda: ended(database))
    assert (effects(database), set(states(database).values())) == (ids, {"done"})


def test_a_long_task_keeps_its_lease(database: Database, settings: Settings, declare: Declare, start: Start) -> None:
    calls: list[int] = []
    ready = threading.Event()

    def handler(context: Any, payload: dict[str, Any]) -> None:
        calls.append(context.task_id)
        ready.wait(30)
        note(context, payload)

    declare("long", lease=1)(handler)
    (task_id,) = add(database, "long")
    start(settings)
    other = start(settings)
    until = field(database, task_id, "lease_until")
    eventually(lambda: calls)
    until = field(database, task_id, "lease_until")
    eventually(lambda: field(database, task_id, "lease_until") > until)
    time.sleep(1.5)  # longer than the lease
    ready.set()
    eventually(lambda: ended(database))
    assert (effects(database), calls) == ([task_id], [task_id])
    assert other.stop() == 0


def test_small_tasks_that_wait_behind_a_slow_one_are_given_to_others(
    database: Database, settings: Settings, declare: Declare, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings.worker, "threads", 1)
    ready = threading.Event()

    def handler(context: Any, payload: dict[str, Any]) -> None:
        if payload["n"] == 40:
            ready.wait(60)
        note(context, payload)

    declare("mixed")(handler)
    ids = add(database, "mixed", 80)
    start(settings)
    start(settings)
    eventually(lambda: len(effects(database)) == 79)
    assert ids[40] not in effects(database)
    ready.set()
    eventually(lambda: ended(database))
    assert effects(database) == ids
    assert {field(database, task_id, "attempts") for task_id in ids} == {1}


def test_stopping_gives_back_what_cannot_be_finished(
    database: Database, settings: Settings, declare: Declare, start: Start
) -> None:
    ready, begun = threading.Event(), threading.Event()

    def handler(context: Any, payload: dict[str, Any]) -> None:
        begun.set()
        ready.wait(60)
        note(context, payload)

    declare("long")(handler)
    ids = add(database, "long", 10)
    settings.worker.grace = 0.2
    running = start(settings)
    begun.wait(30)
    running.worker.stop()
    eventually(lambda: running.code is not None)
    assert set(states(database).values()) == {"pending", "queued"}  # what nobody took stays in the queue
    assert {field(database, task_id, "attempts") for task_id in ids} == {0}
    ready.set()
    assert running.worker.runner.join(30)
    assert effects(database) == []  # the threads went on, and could not commit


def test_stopping_finishes_what_can_be_finished(
    database: Database, settings: Settings, declare: Declare, start: Start
) -> None:
    begun = threading.Event()

    def handler(context: Any, payload: dict[str, Any]) -> None:
        begun.set()
        time.sleep(0.3)
        note(context, payload)

    declare("short")(handler)
    add(database, "short")
    running = start(settings)
    begun.wait(30)
    assert running.stop() == 0
    assert set(states(database).values()) == {"done"}


def test_a_task_that_never_ends_is_ended_by_its_limit(
    database: Database, settings: Settings, declare: Declare, start: Start
) -> None:
    release = threading.Event()

    def handler(_context: Any, _payload: Any) -> None:
        release.wait(60)

    declare("endless", attempts=1, limit=0.3)(handler)
    (task_id,) = add(database, "endless")
    running = start(settings)
    assert running.wait() == STUCK
    release.set()
    assert states(database) == {task_id: "dead"}
    assert field(database, task_id, "error") == "It ran longer than its limit of 0.3 s."


def test_limits_hold_over_workers(database: Database, settings: Settings, declare: Declare, start: Start) -> None:
    lock = threading.Lock()
    now: dict[str, int] = {}
    most: dict[str, int] = {}

    def handler(context: Any, payload: dict[str, Any]) -> None:
        with lock:
            now[context.kind] = now.get(context.kind, 0) + 1
            most[context.kind] = max(most.get(context.kind, 0), now[context.kind])
        time.sleep(0.02)
        with lock:
            now[context.kind] -= 1
        note(context, payload)

    declare("two", concurrency=2)(handler)
    declare("lane")(handler)
    ids = add(database, "two", 10) + add(database, "lane", 5, lane="a")
    for _ in range(3):
        start(settings)
    eventually(lambda: ended(database))
    assert effects(database) == ids
    assert most["two"] <= 2
    assert most["lane"] == 1


def test_a_queue_that_is_down_at_the_start_and_goes_down_again(
    database: Database, settings: Settings, declare: Declare, start: Start, run: Run, tmp_path: Path
) -> None:  # fmt: skip
    server = Restartable(run, tmp_path)
    settings.queue.url = server.url
    declare("note")(note)
    first = add(database, "note", 5)
    running = start(settings)
    eventually(lambda: running.worker.outage == "queue_down")
    assert set(states(database).values()) == {"pending"}
    server.start()
    eventually(lambda: effects(database) == first)
    server.stop()
    second = add(database, "note", 5)
    time.sleep(0.5)
    assert effects(database) == first
    server.start()
    eventually(lambda: effects(database) == first + second)
    assert set(states(database).values()) == {"done"}
    server.stop()


def test_a_database_that_is_down_for_a_while(
    database: Database, settings: Settings, declare: Declare, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    declare("note")(note)
    running = start(settings)
    first = add(database, "note", 5)
    eventually(lambda: effects(database) == first)
    connect = database.engine.connect
    down = threading.Event()

    def flaky() -> Any:
        if down.is_set() and threading.current_thread() is not threading.main_thread():
            raise StorageError("The database did not answer.")
        return connect()

    monkeypatch.setattr(database.engine, "connect", flaky)
    down.set()
    second = add(database, "note", 20)
    eventually(lambda: running.worker.outage == "database_down")
    assert effects(database) == first
    down.clear()
    eventually(lambda: effects(database) == first + second)
    eventually(lambda: running.worker.outage is None)


def test_a_database_that_goes_away_under_a_handler(
    database: Database, settings: Settings, declare: Declare, start: Start
) -> None:
    broken: list[int] = []

    def handler(context: Any, payload: dict[str, Any]) -> None:
        if payload["n"] % 3 == 0 and context.attempt == 1:
            broken.append(context.task_id)
            with context.commit() as session:
                session.execute(text("INSERT INTO effect VALUES (:id, 'half')"), {"id": context.task_id})
                session.connection().invalidate()
                raise StorageError("The database did not answer.")
        note(context, payload)

    declare("note")(handler)
    ids = add(database, "note", 30)
    start(settings)
    eventually(lambda: ended(database))
    assert (effects(database), len(broken)) == (ids, 10)
