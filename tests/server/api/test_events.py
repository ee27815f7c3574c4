"""Live updates by real servers and workers: each person's own, once, over other servers too, until there is an end."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from servers.served import SECONDS, Served, until
from sqlmodel import Session

from jobswipe.accounts import apikeys
from jobswipe.accounts.principal import Principal
from jobswipe.db.engine import Database
from jobswipe.live import feed as feed_module
from jobswipe.live.event import OVERLAP, Event, Position
from jobswipe.live.feed import Feed
from jobswipe.models import Notification
from jobswipe.settings import EventsSettings
from jobswipe.tasks import ledger
from server.live import Live

sys.path.insert(0, str(Path(__file__).parents[2] / "postings"))
from support import ingest, raw

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

TYPE = "text/event-stream; charset=utf-8"


@pytest.fixture
def database(database_url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The store of the served processes."""
    monkeypatch.setenv("JOBSWIPE_DATABASE_URL", database_url)
    monkeypatch.setenv("JOBSWIPE_EVENTS_POLL", "0.1")
    found = Database(database_url)
    yield found
    found.dispose()


class Watching:
    """A client of /events, in a thread: what it got so far, and whether it has ended."""

    def __init__(self, served: Served, client: Client, query: str = "", last: str | None = None) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.last = last
        self.status = 0
        self.signs = 0
        self.ended = threading.Event()
        self._open: httpx.Response | None = None
        headers = {"authorization": client.headers["authorization"]} | ({"last-event-id": last} if last else {})
        self._thread = threading.Thread(
            target=self._run, args=(f"{served.url}/api/v1/events{query}", headers), daemon=True
        )
        self._thread.start()
        until(lambda: self.status)

    def _run(self, url: str, headers: dict[str, str]) -> None:
        try:
            with httpx.stream("GET", url, headers=headers, timeout=SECONDS) as answer:
                self._open = answer
                self.status = answer.status_code
                self.type = answer.headers["content-type"]
                kind = ""
                for line in answer.iter_lines():
                    name, _, value = line.partition(": ")
                    if name == "id":
                        self.last = value
                    elif name == "event":
                        kind = value
                    elif name == "data":
                        self.events.append((kind, json.loads(value)))
                    elif not name and value:
                        self.signs += 1
        except (httpx.HTTPError, httpx.StreamError):
            pass
        finally:
            self.ended.set()

    def close(self) -> None:
        assert self._open is not None
        self._open.close()
        self.ended.wait(SECONDS)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [data for name, data in list(self.events) if name == kind]


def told(database: Database, person_id: int, number: int, at: datetime | None = None) -> None:
    now = at or datetime.now(UTC)
    payload = {"posting_id": number, "title": "Cook", "company": "Acme", "score": 0.9}
    with database.write() as session:
        session.add(
            Notification(
                person_id=person_id,
                kind="strong_match",
                subject=f"posting:{number}",
                payload=payload,
                created_at=now,
                next_try_at=now + timedelta(days=1),
            )
        )


def work(database: Database, **payload: Any) -> int:
    with database.write() as session:
        return ledger.enqueue(session, "postings.expire", payload)


def test_each_is_told_their_own_and_operators_all(database: Database, signed_in: SignedIn) -> None:
    first, second, operator = signed_in(), signed_in(), signed_in("operator")
    with Served(workers=1) as served:
        watching = [Watching(served, one) for one in (first, second, operator)]
        assert [(one.status, one.type) for one in watching] == [(200, TYPE)] * 3
        told(database, first.person_id, 7)
        task_id = work(database, person_id=first.person_id)
        other = work(database)
        own, others, all_ = watching
        until(lambda: [one["state"] for one in own.of("task")][-1:] == ["done"])
        until(lambda: {one["task_id"] for one in all_.of("task") if one["state"] == "done"} >= {task_id, other})
        (match,) = until(lambda: own.of("match"))
        assert (match["posting_id"], match["title"], match["score"]) == (7, "Cook", 0.9)
        states = [one["state"] for one in own.of("task")]
        assert states[0] == "pending"
        assert {one["task_id"] for one in own.of("task")} == {task_id}
        assert len({one["key"] for _, one in all_.events}) == len(all_.events)
        ingest(database, [raw("1"), raw("2")])  # by this process: the servers hear of it
        until(lambda: "complete" in [one["status"] for one in all_.of("ingest")])
        done = next(one for one in all_.of("ingest") if one["status"] == "complete")
        assert (done["read"], done["stored"]) == (2, 2)
        assert not own.of("ingest")
        assert not others.events
        assert not all_.of("match")
        assert served.stop() == 0
        assert all(one.ended.wait(SECONDS) for one in watching)


def test_it_goes_on_where_it_ended_through_another_server(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    person_id: int = client.person_id
    with Served() as one, Served() as another:
        watching = Watching(one, client, "?type=match")
        for number in range(3):
            told(database, person_id, number)
        until(lambda: len(watching.of("match")) == 3)
        watching.close()
        for number in range(3, 6):
            told(database, person_id, number)
        again = Watching(another, client, "?type=match", watching.last)
        until(lambda: len(again.of("match")) == 3)
        told(database, person_id, 6)
        until(lambda: len(again.of("match")) == 4)
        assert [match["posting_id"] for match in again.of("match")] == [3, 4, 5, 6]
        fresh = Watching(another, client, "?type=match", "not-a-position")
        assert (fresh.status, fresh.events) == (200, [])


def test_it_ends_with_the_credential(database: Database, signed_in: SignedIn) -> None:
    client, other = signed_in(), signed_in()
    with Served() as served:
        revoked, stays = Watching(served, client), Watching(served, other)
        with database.write() as session:
            (key,) = apikeys.listing(session, client.person_id)
            apikeys.revoke(session, key.person_id, key.id or 0, datetime.now(UTC))
        assert revoked.ended.wait(SECONDS)
        assert not stays.ended.is_set()


def test_few_streams_each_and_no_thread_for_any(database: Database, signed_in: SignedIn) -> None:
    client, other = signed_in(), signed_in()
    with Served(EVENTS_EACH=3, SERVER_THREADS=1, EVENTS_HEARTBEAT=0.2) as served:
        watching = [Watching(served, client) for _ in range(3)]
        refused = httpx.get(f"{served.url}/api/v1/events", headers=dict(client.headers), timeout=SECONDS)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert refused.headers["retry-after"] == "30"
        # The one thread is free: requests of others are answered.
        assert (
            httpx.get(f"{served.url}/api/v1/profile", headers=dict(other.headers), timeout=SECONDS).status_code == 200
        )
        until(lambda: all(one.signs for one in watching))
        watching[0].close()
        until(lambda: Watching(served, client).status == 200)


def test_the_store_is_asked_once_for_all(
    database: Database, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id: int = signed_in().person_id
    calls = 0
    read = Feed.read

    def counted(self: Feed, session: Session, *args: Any, **more: Any) -> list[Event]:
        nonlocal calls
        calls += 1
        return read(self, session, *args, **more)

    monkeypatch.setattr(Feed, "read", counted)

    async def watch() -> list[Event | None]:
        live = Live(database, EventsSettings(poll=60, each=100), threading.Event())
        who = Principal(person_id=person_id, role="user", key_id=1)
        watchers = [live.enter(who, frozenset({"match"})) for _ in range(50)]
        told(database, person_id, 1)
        found = [await asyncio.wait_for(one.queue.get(), SECONDS) for one in watchers]
        for one in watchers:
            live.leave(one)
        return found

    found = asyncio.run(watch())
    assert [one and one.data["posting_id"] for one in found] == [1] * 50
    assert calls == 1


def test_each_change_is_told_once_also_one_that_was_committed_late(database: Database, signed_in: SignedIn) -> None:
    person_id: int = signed_in().person_id
    feed = Feed(datetime.now(UTC))

    def read() -> list[int]:
        with database.read() as session:
            found = feed.read(session, {person_id}, operators=True, tasks=True)
        return [int(one.data["posting_id"] or 0) for one in found if one.type == "match"]

    assert read() == []
    told(database, person_id, 1)
    assert read() == [1]
    told(database, person_id, 2)
    told(database, person_id, 3, datetime.now(UTC) - OVERLAP + timedelta(seconds=5))
    assert read() == [3, 2]
    assert read() == []


def test_where_there_is_more_than_can_be_told_it_says_so(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_module, "MOST", 5)
    feed = Feed(datetime.now(UTC))
    for _ in range(8):
        work(database)
    with database.read() as session:
        found = feed.read(session, set(), operators=False, tasks=True)
    assert [one.data for one in found if one.type == "missed"] == [{"of": "task"}]
    assert len([one for one in found if one.type == "task"]) == 5


def test_a_slow_client_is_let_go_of(database: Database) -> None:
    async def watch() -> tuple[bool, int]:
        live = Live(database, EventsSettings(), threading.Event())
        watcher = live.enter(Principal(person_id=1, role="user", key_id=1), frozenset({"match"}))
        one = Event(type="match", key="x", at=datetime.now(UTC), person_id=1, data={})
        for _ in range(5_000):
            watcher.give(one)
        live.leave(watcher)
        return watcher.ended, watcher.queue.qsize()

    ended, waiting = asyncio.run(watch())
    assert ended
    assert waiting <= 1_001


def test_positions() -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    position = Position(now)
    for number in range(40):
        one = Event(type="match", key=f"n:{number}", at=now + timedelta(seconds=number), person_id=1, data={})
        text = position.told(one)
    later = now + timedelta(minutes=1)
    found = Position.parse(text, later)
    assert found is not None
    assert found.at == now + timedelta(seconds=39)
    # Those of the overlap are known, older ones need not be.
    assert {f"n:{number}" for number in range(24, 40)} == {
        f"n:{number}"
        for number in range(40)
        if Event(type="match", key=f"n:{number}", at=now, person_id=1, data={}).mark in found.marks
    }
    assert len(text) < 400
    for wrong in ("", "x", "12", "-5.", "1." + "a" * 9, "9" * 16 + ".", "1.zzzzzzzz", "1.\x00"):
        assert Position.parse(wrong, now) is None
    future = Position.parse("999999999999999.", now)
    assert future is not None
    assert future.at == now
    old = Position.parse("1000.", now)
    assert old is not None
    assert old.at == now - timedelta(hours=1)


def test_the_head_of_a_stream_is_no_stream(signed_in: SignedIn, nobody: Client) -> None:
    client = signed_in()
    # More than one person may have open.
    for _ in range(10):
        head = client.head("/api/v1/events", headers={"last-event-id": "1000."})
        assert (head.status_code, head.headers["content-type"], head.content) == (200, TYPE, b"")
        assert head.headers["cache-control"] == "no-store"
    assert nobody.head("/api/v1/events").status_code == 401
    assert signed_in(scopes=["profile:read"]).head("/api/v1/events").status_code == 403
    assert client.head("/api/v1/events?type=nothing").status_code == 422


def test_a_served_head_of_a_stream_ends_at_once(database: Database, signed_in: SignedIn) -> None:
    headers = {"authorization": signed_in().headers["authorization"]}
    with Served() as served:
        served.client.headers.update(headers)
        for _ in range(6):
            assert served.client.head("/api/v1/events").status_code == 200
        # The connection goes on: the answer had no body.
        with httpx.stream("GET", f"{served.url}/api/v1/events", headers=headers, timeout=SECONDS) as answer:
            assert (answer.status_code, answer.headers["content-type"]) == (200, TYPE)


def test_a_stream_needs_a_credential(nobody: Client, signed_in: SignedIn) -> None:
    assert nobody.get("/api/v1/events").status_code == 401
    assert signed_in(scopes=["profile:read"]).get("/api/v1/events").status_code == 403
    assert signed_in().get("/api/v1/events?type=nothing").status_code in (400, 422)
