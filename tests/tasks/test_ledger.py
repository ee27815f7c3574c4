"""The ledger's promises, on both databases: written with its transaction, claimed once, fenced, deduplicated."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from task_support import Declare, add, claim, effects, field, note, states

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import ConflictError, LeaseLostError, NotFoundError
from jobswipe.settings import Settings
from jobswipe.tasks import desk, ledger, retention
from jobswipe.tasks.context import TaskContext
from jobswipe.tasks.ledger import Claims
from jobswipe.tasks.relay import Relay, mend_clock

HOUR = timedelta(hours=1)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock stands; `move` sets it."""
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    monkeypatch.setenv("JOBSWIPE_NOW", now.isoformat())
    return now


def move(monkeypatch: pytest.MonkeyPatch, to: datetime) -> None:
    monkeypatch.setenv("JOBSWIPE_NOW", to.isoformat())


def test_a_task_of_a_transaction_that_rolled_back_never_was(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        ledger.enqueue(session, "x", {})
        raise RuntimeError
    assert states(database) == {}


def test_effect_and_done_are_one(database: Database, relay: Relay, settings: Settings, declare: Declare) -> None:
    declare("note")(note)
    (task_id,) = add(database, "note")
    assert relay.turn() == 1
    (task,) = claim(database, relay)
    assert (task.attempts, task.token, states(database)) == (1, 1, {task_id: "running"})
    context = TaskContext(task, database, settings)
    with pytest.raises(RuntimeError), context.commit() as session:
        session.execute(text("INSERT INTO effect VALUES (1, 'half')"))
        raise RuntimeError
    assert (effects(database), states(database)) == ([], {task_id: "running"})
    note(context, task.payload)
    assert (effects(database), states(database)) == ([task_id], {task_id: "done"})
    with pytest.raises(LeaseLostError):
        note(context, task.payload)
    assert effects(database) == [task_id]


def test_who_lost_the_lease_changes_nothing(
    database: Database, relay: Relay, settings: Settings, declare: Declare, monkeypatch: pytest.MonkeyPatch,
    at: datetime,
) -> None:  # fmt: skip
    declare("note", lease=30)(note)
    (task_id,) = add(database, "note")
    relay.turn()
    (first,) = claim(database, relay, "slow")
    move(monkeypatch, at + timedelta(seconds=29))
    assert relay.mend() == []
    move(monkeypatch, at + timedelta(seconds=31))
    assert relay.mend() == [(task_id, "pending")]
    assert "slow" in field(database, task_id, "error")
    move(monkeypatch, at + HOUR)
    relay.turn()
    (second,) = claim(database, relay, "fast")
    assert (second.attempts, second.token > first.token) == (2, True)
    late = TaskContext(first, database, settings)
    for attempt in (late.heartbeat, lambda: note(late, {})):
        with pytest.raises(LeaseLostError):
            attempt()
    with database.write() as session:
        assert ledger.fail(session, first, "late", settings.queue) is None
        assert ledger.give_back(session, first) is None
    assert (effects(database), states(database)) == ([], {task_id: "running"})
    current = TaskContext(second, database, settings)
    assert current.idempotency_key == late.idempotency_key
    note(current, {})
    assert (effects(database), states(database)) == ([task_id], {task_id: "done"})


def test_a_heartbeat_extends_the_lease(
    database: Database, relay: Relay, settings: Settings, declare: Declare, monkeypatch: pytest.MonkeyPatch,
    at: datetime,
) -> None:  # fmt: skip
    declare("note", lease=30)(note)
    add(database, "note")
    relay.turn()
    (task,) = claim(database, relay)
    move(monkeypatch, at + timedelta(seconds=29))
    TaskContext(task, database, settings).heartbeat()
    move(monkeypatch, at + timedelta(seconds=58))
    assert relay.mend() == []


def test_retries_wait_longer_and_end_dead(
    database: Database, relay: Relay, settings: Settings, declare: Declare, monkeypatch: pytest.MonkeyPatch,
    at: datetime,
) -> None:  # fmt: skip
    declare("note", attempts=3)(note)
    (task_id,) = add(database, "note")
    for attempt in (1, 2, 3):
        relay.turn()
        (task,) = claim(database, relay)
        with database.write() as session:
            state = ledger.fail(session, task, f"no {attempt} \0" + "x" * 5000, settings.queue)
        assert state == ("dead" if attempt == 3 else "pending")
        at += HOUR
        move(monkeypatch, at)
    assert field(database, task_id, "attempts") == 3
    assert field(database, task_id, "error").startswith("no 3 x")
    assert len(field(database, task_id, "error")) == ledger.MAX_ERROR


def test_backoff_is_full_jitter_under_a_doubling_cap(settings: Settings) -> None:
    for attempt, cap in ((1, 0.05), (2, 0.1), (5, 0.8), (60, settings.queue.backoff_max)):
        pauses = [ledger.backoff(attempt, settings.queue).total_seconds() for _ in range(300)]
        assert 0 <= min(pauses) < cap * 0.2 < cap * 0.8 < max(pauses) <= cap


def test_a_hopeless_task_is_dead_at_once(
    database: Database, relay: Relay, settings: Settings, declare: Declare
) -> None:
    declare("note", attempts=9)(note)
    add(database, "note")
    relay.turn()
    (task,) = claim(database, relay)
    with database.write() as session:
        assert ledger.fail(session, task, "never", settings.queue, hopeless=True) == "dead"


def test_identical_work_that_waits_is_one_row(database: Database, relay: Relay, settings: Settings) -> None:
    later = clock.now() + HOUR
    (first,) = add(database, "x", dedupe_key="k", run_at=later)
    assert relay.turn() == 0
    assert add(database, "x", dedupe_key="k", priority=3) == [first]  # drawn forward, and raised
    assert add(database, "y", dedupe_key="k", run_at=later) != [first]
    assert field(database, first, "rank") == -3
    assert relay.turn() == 1
    assert add(database, "x", dedupe_key="k") == [first]
    (task,) = claim(database, relay)
    (second,) = add(database, "x", dedupe_key="k")  # the first runs already: what came since needs a second
    assert second != first
    with database.write() as session:
        assert ledger.fail(session, task, "no", settings.queue) == "cancelled"
    assert field(database, first, "error") == "no" or str(second) in field(database, first, "error")


def test_many_ask_for_the_same_at_once(database: Database) -> None:
    barrier = threading.Barrier(8)
    found: list[int] = []

    def ask() -> None:
        barrier.wait()
        for _ in range(5):
            found.extend(add(database, "x", dedupe_key="k"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert len(set(found)) == len(states(database)) == 1


def test_a_retry_does_not_come_back_sooner_for_being_asked_again(
    database: Database, relay: Relay, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "backoff", lambda *_: HOUR)
    (task_id,) = add(database, "x", dedupe_key="k")
    relay.turn()
    (task,) = claim(database, relay)
    with database.write() as session:
        ledger.fail(session, task, "no", settings.queue)
    assert add(database, "x", dedupe_key="k") == [task_id]
    assert relay.turn() == 0


def test_what_was_held_and_not_begun_loses_no_attempt(
    database: Database, relay: Relay, declare: Declare, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    declare("note")(note)
    ids = add(database, "note", 3)
    relay.turn()
    with database.write() as session:
        claimed = Claims("w").claim(session, relay.queue.take(3).ids)
    assert [one.attempts for one in claimed] == [1, 0, 0]
    with database.write() as session:
        begun = ledger.begin(session, claimed[1])
    assert begun is not None
    assert begun.attempts == 1
    move(monkeypatch, at + HOUR)
    assert sorted(relay.mend()) == [(task_id, "pending") for task_id in ids]
    assert [field(database, task_id, "attempts") for task_id in ids] == [1, 1, 0]
    assert field(database, ids[2], "error") is None
    with database.write() as session:
        assert ledger.begin(session, claimed[2]) is None


def test_cancel_and_retry(database: Database, relay: Relay, settings: Settings, declare: Declare) -> None:
    declare("note")(note)
    waiting, running = add(database, "note", 2)
    with database.write() as session:
        desk.cancel(session, waiting)
    relay.turn()
    (task,) = claim(database, relay)
    with database.write() as session:
        desk.cancel(session, running)
    with pytest.raises(LeaseLostError):
        note(TaskContext(task, database, settings), {})
    assert (effects(database), set(states(database).values())) == ([], {"cancelled"})
    with pytest.raises(ConflictError, match="cancelled already"), database.write() as session:
        desk.cancel(session, running)
    with database.write() as session:
        desk.retry(session, running)
    with pytest.raises(ConflictError, match="is pending"), database.write() as session:
        desk.retry(session, running)
    with pytest.raises(NotFoundError), database.write() as session:
        desk.cancel(session, 999)
    relay.turn()
    (task,) = claim(database, relay)
    note(TaskContext(task, database, settings), {})
    assert states(database) == {waiting: "cancelled", running: "done"}


def test_a_clock_set_back_an_hour_stops_nothing(
    database: Database, relay: Relay, declare: Declare, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    declare("note", lease=30)(note)
    running, queued = add(database, "note", 2)
    explicit = at + 2 * HOUR
    (later,) = add(database, "note", run_at=explicit)
    relay.turn()
    with database.write() as session:
        Claims("w").claim(session, relay.queue.take(1).ids)
    (waiting,) = add(database, "note")
    back = at - HOUR
    move(monkeypatch, back)
    assert relay.turn() == 0
    assert relay.mend() == []  # sees that the clock jumped
    assert relay.turn() == 1
    move(monkeypatch, back + timedelta(seconds=31))
    assert relay.mend() == [(running, "pending")]  # an hour early by the old clock, in time by the new one
    assert states(database) == {running: "pending", queued: "queued", later: "pending", waiting: "queued"}
    move(monkeypatch, explicit - timedelta(minutes=1))
    relay.turn()
    assert states(database)[later] == "pending"


def test_a_clock_that_is_right_is_left_alone(database: Database, relay: Relay, at: datetime) -> None:
    (task_id,) = add(database, "x", run_at=at + HOUR)
    before = field(database, task_id, "run_at")
    with database.write() as session:
        mend_clock(session)
    assert field(database, task_id, "run_at") == before


def test_depth_counts_what_waits_and_its_age(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    add(database, "a", 2)
    relay.turn()
    claim(database, relay)
    move(monkeypatch, at + timedelta(minutes=1))
    add(database, "a", 2)
    add(database, "b", run_at=at + HOUR)
    move(monkeypatch, at + timedelta(minutes=5))
    with database.read() as session:
        found = {(one.kind, one.state): (one.count, one.oldest_due) for one in ledger.depth(session)}
    assert found == {
        ("a", "pending"): (2, at + timedelta(minutes=1)),
        ("b", "pending"): (1, None),
        ("a", "running"): (2, None),
    }


def test_old_tasks_are_deleted_after_their_time(
    database: Database, relay: Relay, settings: Settings, monkeypatch: pytest.MonkeyPatch, at: datetime
) -> None:
    done, dead, waiting = add(database, "x", 3)
    relay.turn()
    first, second, _ = claim(database, relay)
    with database.write() as session:
        ledger.finish(session, first)
        ledger.fail(session, second, "no", settings.queue, hopeless=True)
    move(monkeypatch, at + timedelta(days=8))
    assert retention.clean(database, settings.worker) == 1
    assert states(database) == {dead: "dead", waiting: "running"}
    move(monkeypatch, at + timedelta(days=91))
    assert retention.clean(database, settings.worker) == 1
    assert (done in states(database), states(database)) == (False, {waiting: "running"})
