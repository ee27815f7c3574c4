"""An event loop asks Postgres itself: the rows of a session, or word at once that a session is to be asked."""

from __future__ import annotations

import asyncio
import gc
import select
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvloop
from servers.postgres import PostgresServer
from servers.served import SECONDS, until
from sqlalchemy import make_url, text

from jobswipe.db import asking as module
from jobswipe.db.asking import Asking, Rows
from jobswipe.db.engine import Database
from jobswipe.db.straight import Straight
from jobswipe.observability import engines, measure

pytestmark = pytest.mark.filterwarnings("error::ResourceWarning")
SHARE = text("SELECT 100 / :of, pg_backend_pid() FROM (SELECT count(*) FROM source) AS o")
"""Whoever locks the table `source` has it wait; nothing is shared among 0."""
Loop = Callable[[Coroutine[Any, Any, Any]], Any]
Ask = Callable[..., Asking]


@pytest.fixture
def in_use(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the gauge of the connections in use was told."""
    told: list[int] = []
    engines.measured()
    monkeypatch.setattr(measure, "active", lambda: True)
    monkeypatch.setattr(measure, "connection", told.append)
    return told


@pytest.fixture
def database(
    postgres_database: str, postgres_server: PostgresServer, in_use: list[int], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """A store that is tried again at once. After the test nothing is left of its connections."""
    monkeypatch.setattr(module, "PAUSE", 0.0)
    found = Database(postgres_database)
    yield found
    until(lambda: not opening())
    found.dispose()
    gc.collect()
    assert sum(in_use) == 0
    until(lambda: not backends(postgres_server, found))


@pytest.fixture
def ask(database: Database) -> Iterator[Ask]:
    """`ask(statement)`: what asks it, until the test is over."""
    made: list[Asking] = []

    def asking(statement: Any = SHARE) -> Asking:
        made.append(Asking(database, statement))
        return made[-1]

    yield asking
    for one in made:
        one.close()


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def loop(request: pytest.FixtureRequest) -> Loop:
    """What runs a coroutine in a loop of its own, of each kind that a server may have."""

    def whole(work: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=request.param) as runner:
            return runner.run(work)

    return whole


def opening() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "asking"]


def backends(server: PostgresServer, database: Database) -> list[int]:
    import psycopg

    asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        return [pid for (pid,) in connection.execute(asked, [make_url(database.url).database])]


async def there(asking: Asking, *values: int) -> Rows:
    """The rows, once the connection is there."""
    deadline = time.monotonic() + SECONDS
    while (found := await asking.rows(*values)) is None:
        assert time.monotonic() < deadline, "no connection came"
        await asyncio.sleep(0.01)
    return found


async def sent() -> None:
    """What was asked in this turn of the loop has gone."""
    for _ in range(3):
        await asyncio.sleep(0)


def end(server: PostgresServer, backend: int) -> None:
    server.execute(f"SELECT pg_terminate_backend({backend}, 60000)")


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Whoever reads the sources waits."""
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("LOCK TABLE source IN ACCESS EXCLUSIVE MODE"))
        yield


def test_sqlite_is_asked_by_a_session(sqlite_database: str) -> None:
    database = Database(sqlite_database)
    asking = Asking(database, text("SELECT :value"))
    before = threading.active_count()
    for _ in range(3):
        assert asyncio.run(asking.rows(1)) is None
    assert threading.active_count() == before
    asking.close()
    database.dispose()


def test_the_rows_are_those_of_a_session(database: Database, ask: Ask, loop: Loop) -> None:
    statement = text("""
        SELECT CAST(:b AS INTEGER) - :a, :b, NULL, 'é 100%', true, count(*), CAST(1.5 AS FLOAT), now() IS NULL,
            CAST('{"a": "ü"}' AS JSON), CAST('2026-03-01 12:00:00Z' AS TIMESTAMPTZ)
        FROM generate_series(1, :a) GROUP BY 1 UNION ALL SELECT 1, 2, '3', '', false, 6, 7, true, '[]', NULL
    """)
    asking = ask(statement)
    with database.glance() as session:
        wanted = Straight(statement).rows(session, {"b": 7, "a": 3})
    found = loop(there(asking, 7, 3))  # by their first mention
    assert found == wanted
    assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in wanted]
    assert loop(there(ask(text("SELECT 1 WHERE CAST(:n AS INTEGER) < 0")), 1)) == []


def test_each_is_given_its_own_and_one_turn_goes_together(
    ask: Ask, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways: list[int] = []
    send = module._Line._send
    monkeypatch.setattr(module._Line, "_send", lambda self: (ways.append(len(self._unsent)), send(self))[1])

    async def work() -> None:
        asking = ask()
        await there(asking, 1)
        for _ in range(5):
            ways.clear()
            found = await asyncio.gather(*(asking.rows(of) for of in range(1, 101)))
            assert [rows[0][0] for rows in found] == [100 // of for of in range(1, 101)]
            assert len({rows[0][1] for rows in found}) == 1
            assert ways == [100]

    loop(work())


def test_more_than_the_socket_takes_is_sent_bit_by_bit(
    database: Database, ask: Ask, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    went_on: list[int] = []
    go_on = module._Line._go_on
    monkeypatch.setattr(module._Line, "_go_on", lambda self: (went_on.append(1), go_on(self))[1])
    monkeypatch.setattr(module, "LATE", SECONDS)
    many = 5_000

    async def work() -> None:
        asking = ask(text("SELECT CAST(:value AS TEXT) FROM (SELECT count(*) FROM source) AS o"))
        await there(asking, 1)
        with locked(database):  # the server reads on when it has answered the first
            tasks = [asyncio.create_task(asking.rows(10**4_000 + at)) for at in range(many)]
            await sent()
            assert not went_on
        found = await asyncio.gather(*tasks)
        assert [int(rows[0][0][-5:]) for rows in found if rows] == list(range(many))
        assert went_on
        assert await asking.rows(1) == [("1",)]

    loop(work())


def test_who_waits_no_more_takes_nothing_from_the_others(database: Database, ask: Ask, loop: Loop) -> None:
    async def work() -> None:
        asking = ask()
        await there(asking, 1)
        for gone in (True, False):  # before it is sent, and while it is answered
            with locked(database):
                tasks = [asyncio.create_task(asking.rows(of)) for of in (1, 2, 4)]
                await (asyncio.sleep(0) if gone else sent())
                tasks[1].cancel()
                await sent()
            assert (await tasks[0], await tasks[2]) == ([(100, *_pid(tasks[0]))], [(25, *_pid(tasks[0]))])
            assert tasks[1].cancelled()
        assert (await asking.rows(5) or [()])[0][:1] == (20,)

    loop(work())


def _pid(task: asyncio.Task[Rows | None]) -> tuple[Any, ...]:
    return (task.result() or [()])[0][1:]


def test_one_that_fails_sends_all_who_wait_to_a_session(ask: Ask, loop: Loop) -> None:
    async def work() -> None:
        asking = ask()
        ((_, first),) = await there(asking, 1)
        before, none, after = await asyncio.gather(asking.rows(50), asking.rows(0), asking.rows(2))
        assert before in ([(2, first)], None)
        assert (none, after) == (None, None)
        ((share, second),) = await there(asking, 4)
        assert (share, second != first) == (25, True)

    loop(work())


@pytest.mark.parametrize("waits", [False, True], ids=["before", "while it is asked"])
def test_a_connection_that_ends_is_replaced(
    database: Database, ask: Ask, loop: Loop, postgres_server: PostgresServer, waits: bool
) -> None:
    async def work() -> None:
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        for _ in range(3):
            if waits:
                with locked(database):
                    tasks = [asyncio.create_task(asking.rows(of)) for of in (1, 2)]
                    await sent()
                    end(postgres_server, backend)
                    assert set(await asyncio.gather(*tasks)) == {None}
            else:
                end(postgres_server, backend)  # the loop has not seen it when it asks
                assert await asking.rows(1) is None
            ended = backend
            ((share, backend),) = await there(asking, 2)
            assert (share, backend != ended) == (50, True)

    loop(work())


def test_one_that_ends_while_nobody_asks_is_let_go(
    ask: Ask, loop: Loop, postgres_server: PostgresServer, in_use: list[int]
) -> None:
    async def work() -> None:
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        assert sum(in_use) == 1
        end(postgres_server, backend)
        deadline = time.monotonic() + SECONDS
        while sum(in_use):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)

    loop(work())


def test_one_that_ends_before_its_first_question_is_replaced(
    database: Database, ask: Ask, loop: Loop, postgres_server: PostgresServer
) -> None:
    asking = ask()
    assert loop(asking.rows(1)) is None
    until(lambda: not opening())
    (backend,) = backends(postgres_server, database)
    end(postgres_server, backend)
    ((_, other),) = loop(there(asking, 1))
    assert other != backend


def test_a_server_that_takes_nobody_is_tried_again(
    database: Database, ask: Ask, loop: Loop, postgres_server: PostgresServer
) -> None:
    name = make_url(database.url).database

    async def work() -> None:
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        postgres_server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        end(postgres_server, backend)
        for _ in range(20):
            assert await asking.rows(1) is None
            await asyncio.sleep(0.01)
        postgres_server.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        assert (await there(asking, 1))[0][0] == 100

    loop(work())


def test_an_answer_that_is_late_is_given_up(
    database: Database, ask: Ask, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        monkeypatch.setattr(module, "LATE", 0.2)
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        with locked(database):
            assert await asyncio.gather(asking.rows(1), asking.rows(2)) == [None, None]
            monkeypatch.setattr(module, "LATE", SECONDS)
        ((_, other),) = await there(asking, 1)
        assert other != backend

    loop(work())


def test_an_answer_that_waits_for_a_slow_loop_is_not_late(
    ask: Ask, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        line = asking._line
        assert line is not None
        if line._timer is not None:  # that of the first question
            line._timer.cancel()
            line._timer = None
        monkeypatch.setattr(module, "LATE", 0.1)
        task = asyncio.create_task(asking.rows(2))
        await asyncio.sleep(0)
        line._send()
        assert select.select([line._socket], [], [], SECONDS)[0]
        time.sleep(0.2)  # the loop does not come to it meanwhile
        assert await task == [(50, backend)]

    loop(work())


def test_what_cannot_be_prepared_is_tried_seldom(
    database: Database, ask: Ask, loop: Loop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE", 3_600.0)
    tries: list[int] = []
    connect = database.engine.raw_connection
    monkeypatch.setattr(database.engine, "raw_connection", lambda: (tries.append(1), connect())[1])

    async def work() -> None:
        asking = ask(text("SELECT nothing FROM nothing WHERE id = :value"))
        for _ in range(3):
            assert await asking.rows(1) is None
            await asyncio.to_thread(until, lambda: not opening())

    loop(work())
    assert len(tries) == 1


@pytest.fixture
def held(database: Database, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Until this is set, no connection comes about."""
    go = threading.Event()
    connect = database.engine.raw_connection
    monkeypatch.setattr(database.engine, "raw_connection", lambda: (go.wait(SECONDS), connect())[1])
    return go


def test_a_loop_that_ends_while_the_connection_opens_leaves_it_to_the_next(
    ask: Ask, loop: Loop, held: threading.Event
) -> None:
    asking = ask()
    assert loop(asking.rows(1)) is None
    held.set()
    until(lambda: not opening())
    line = asking._line
    assert loop(there(asking, 1))[0][0] == 100
    assert asking._line is line


def test_close_while_the_connection_opens_closes_it(
    ask: Ask, loop: Loop, held: threading.Event, in_use: list[int]
) -> None:
    asking = ask()

    async def work() -> None:
        assert await asking.rows(1) is None
        asking.close()
        held.set()
        await asyncio.to_thread(until, lambda: not opening())
        assert (asking._line, sum(in_use)) == (None, 0)
        assert (await there(asking, 2))[0][0] == 50
        asking.close()
        assert sum(in_use) == 0

    loop(work())


def test_close_tells_who_waits(database: Database, ask: Ask, loop: Loop) -> None:
    async def work() -> None:
        asking = ask()
        await there(asking, 1)
        with locked(database):
            waits = asyncio.create_task(asking.rows(1))
            await sent()
            unsent = asyncio.create_task(asking.rows(2))
            await asyncio.sleep(0)
            asking.close()
            assert await asyncio.gather(waits, unsent) == [None, None]
        assert (await there(asking, 4))[0][0] == 25

    loop(work())


def test_loops_one_after_the_other_have_a_connection_each(
    database: Database, ask: Ask, loop: Loop, postgres_server: PostgresServer
) -> None:
    asking = ask()
    met = [loop(there(asking, 1))[0][1] for _ in range(3)]
    assert len(set(met)) == 3
    until(lambda: len(backends(postgres_server, database)) == 1)
    # A loop that ends with a question unanswered.
    with locked(database):

        async def leave() -> None:
            tasks = [asyncio.create_task(asking.rows(1)) for _ in range(3)]
            await sent()
            tasks[0].cancel()

        loop(leave())
    assert loop(there(asking, 2))[0][0] == 50


def test_another_loop_asks_a_session_while_one_has_the_connection(ask: Ask, loop: Loop) -> None:
    async def work() -> None:
        asking = ask()
        ((_, backend),) = await there(asking, 1)
        for _ in range(3):
            assert await asyncio.to_thread(loop, asking.rows(1)) is None
        assert await asking.rows(1) == [(100, backend)]

    loop(work())


def test_a_statement_is_counted_when_it_is_answered(
    ask: Ask, loop: Loop, in_use: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []

    async def work() -> None:
        asking = ask()
        await there(asking, 1)
        assert sum(in_use) == 1
        monkeypatch.setattr(measure, "query", lambda word, _seconds: counted.append(word))
        for _ in range(3):
            assert await asking.rows(1)
        assert counted == ["SELECT"] * 3
        assert await asking.rows(0) is None
        assert counted == ["SELECT"] * 3
        asking.close()
        assert sum(in_use) == 0

    loop(work())
