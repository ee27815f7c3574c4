"""From the ledger to the queue and back: order, limits, lanes, what gets lost, poison; on both kinds of queue."""

from __future__ import annotations

import pickle
import sqlite3
import struct
from pathlib import Path

import pytest
import redis
from servers.run import free_port
from task_support import Declare, add, claim, field, note, states

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import QueueError, SettingsError
from jobswipe.settings import Settings
from jobswipe.tasks import ledger
from jobswipe.tasks import relay as relay_module
from jobswipe.tasks.queue import Queue, queue_name
from jobswipe.tasks.relay import Relay


def inject(url: str, message: bytes) -> None:
    """Put a raw message into the queue, before all others."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("INSERT INTO task (queue, data, priority) VALUES ('jobswipe', ?, 99)", (message,))
        connection.close()
    else:
        redis.Redis.from_url(url).zadd("huey.redis.jobswipe", {struct.pack(">Q", 1) + message: -99})


def test_priority_then_order(queue_url: str) -> None:
    queue = Queue(queue_url)
    queue.put([(1, 0), (2, 5), (3, 0), (4, -1), (5, 5)])
    assert queue.size() == 5
    assert queue.take(2).ids == [2, 5]
    assert queue.take(9).ids == [1, 3, 4]
    assert queue.take(9, 0.05).ids == []
    queue.close()


def test_poison_is_counted_and_thrown_away(queue_url: str) -> None:
    queue = Queue(queue_url)
    queue.put([(7, 0)])

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("a message was unpickled",))

    poison = [
        b"", b"\x00\xff", b"null", b"[]", b'{"task": "7"}', b'{"task": true}', b'{"task": -1}', b'{"task": 1e400}',
        b'{"task": 99999999999999999999999}', b"[" * 150, b'{"task": 7' + b" " * 300 + b"}", pickle.dumps(Bomb()),
        '{"task": "\ud800"}'.encode("utf-8", "surrogatepass"), b'{"other": 7}',
    ]  # fmt: skip
    for message in poison:
        inject(queue_url, message)
    taken = queue.take(100)
    assert taken.ids == [7]
    assert taken.garbage >= len(poison) - 1  # Redis holds equal members once
    queue.close()


@pytest.mark.parametrize(
    "url", ["", "x", "http://h", "sqlite://", "sqlite:///", "redis://h:port", "postgresql://u:secret@h/d"]
)
def test_a_url_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Queue(url)
    assert "secret" not in str(refused.value)
    assert "JOBSWIPE_QUEUE_URL" in str(refused.value)


def test_a_server_that_is_down_is_one_error_without_its_password() -> None:
    queue = Queue(f"redis://:secret@127.0.0.1:{free_port()}/0")
    for action in (queue.size, lambda: queue.put([(1, 0)]), lambda: queue.take(1)):
        with pytest.raises(QueueError) as down:
            action()
        assert "secret" not in str(down.value)


def test_a_queue_file_that_is_no_database_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    path.write_bytes(b"no database at all" * 500)
    queue = Queue(f"sqlite:///{path}")
    with pytest.raises(QueueError):
        queue.size()
    queue.put([(1, 0)])
    assert queue.take(1).ids == [1]
    queue.close()


def test_workers_of_some_kinds_have_a_queue_of_their_own(database: Database, relay: Relay, settings: Settings) -> None:
    a, b = add(database, "a")[0], add(database, "b")[0]
    own = Relay(database, Queue(settings.queue_url, queue_name(["b"])), settings.queue, ["b"])
    assert (own.turn(), own.queue.take(9).ids) == (1, [b])
    assert (relay.turn(), relay.queue.take(9).ids) == (1, [a])


def test_the_window_keeps_the_rest_in_the_ledger_and_lets_priority_in(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay.settings.window = 3
    add(database, "x", 5)
    assert [relay.turn(), relay.turn()] == [3, 0]
    (urgent,) = add(database, "x", priority=1)
    assert relay.turn() == 1
    assert relay.queue.take(1).ids == [urgent]


def test_limits_and_lanes_hold_and_let_others_pass(
    database: Database, relay: Relay, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BATCH", 4)
    declare("few", concurrency=2)(note)
    few = add(database, "few", 20)
    lane = add(database, "laned", 20, lane="host:a")
    (other,) = add(database, "laned", lane="host:b")
    (free,) = add(database, "free")
    while relay.turn():
        pass
    assert relay.queue.size() == 5
    held = claim(database, relay)
    assert {one.id for one in held} == {*few[:2], lane[0], other, free}
    assert relay.turn() == 0
    for one in held:
        with database.write() as session:
            ledger.finish(session, one)
    while relay.turn():
        pass
    assert {one.id for one in claim(database, relay)} == {*few[2:4], lane[1]}


def test_two_relays_hand_over_no_more_than_a_limit(
    database: Database, relay: Relay, settings: Settings, declare: Declare
) -> None:
    import threading

    declare("few", concurrency=3)(note)
    add(database, "few", 50)
    others = [Relay(database, Queue(settings.queue_url), settings.queue) for _ in range(3)]
    threads = [threading.Thread(target=lambda one=one: [one.turn() for _ in range(5)]) for one in [relay, *others]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(states(database).values()).count("queued") == 3
    assert relay.queue.size() == 3


def test_a_message_that_was_lost_is_handed_over_again(
    database: Database, settings: Settings, queue_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(database, Queue(queue_url), settings.queue)
    ids = add(database, "x", 3)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert relay.turn() == 3
    relay.queue.take(2)  # and the worker that took them is killed before it claims
    relay.mend()
    assert relay.turn() == 0
    monkeypatch.setattr(clock, "now", lambda: now + 2 * relay_module.EMPTY_AFTER)
    relay.mend()
    assert relay.turn() == 3  # the third one, too: which ones were lost is not known
    assert sorted(one.id for one in claim(database, relay)) == ids
    relay.queue.close()


def test_waiting_long_in_the_queue_is_not_being_lost(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, "x", 3)
    relay.turn()
    later = clock.now() + 100 * relay_module.ALIVE
    monkeypatch.setattr(clock, "now", lambda: later)
    for _ in range(3):
        relay.mend()
        assert relay.turn() == 0
    assert relay.queue.size() == 3


def test_what_lies_in_the_queue_of_workers_that_are_gone_comes_back(
    database: Database, relay: Relay, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task_id,) = add(database, "x")
    gone = Relay(database, Queue(settings.queue_url, queue_name(["x"])), settings.queue, ["x"])
    gone.turn()
    assert field(database, task_id, "worker") == "jobswipe:x"
    relay.mend()
    assert relay.turn() == 0
    later = clock.now() + 2 * relay_module.ALIVE
    monkeypatch.setattr(clock, "now", lambda: later)
    relay.mend()
    assert relay.turn() == 1


def test_a_queue_that_fails_between_leaves_the_work_in_the_ledger(
    database: Database, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task_id,) = add(database, "x")

    def down(*_: object) -> None:
        raise QueueError("down")

    with monkeypatch.context() as broken:
        broken.setattr(relay.queue, "put", down)
        with pytest.raises(QueueError):
            relay.turn()
    assert states(database) == {task_id: "pending"}
    assert relay.turn() == 1
