"""Each person's deck and verdicts are one process's, wherever they land, and another's where that one cannot answer."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from account_support import account
from servers.one_of_several import Pair
from servers.served import SECONDS, until
from small_store import fill

from jobswipe import clock
from jobswipe import settings as settings_module
from jobswipe.accounts import apikeys
from jobswipe.accounts.principal import SCOPES
from jobswipe.db.engine import Database
from server.api.cookies import SESSION
from server.siblings import meeting_place, owner_of

DECK, SWIPES = "/api/v1/deck", "/api/v1/swipes"
# The client comes from addresses of this machine: one is trusted, one is anybody's, one is a proxy's.
TRUSTED, ANYBODY, PROXY = "127.0.0.1", "127.0.0.2", "127.0.0.3"
SETTINGS: dict[str, object] = {
    "LIMITS_BODY_TIMEOUT": 1,
    "LIMITS_MAX_BODY": 20_000,
    "LIMITS_TRUSTED": f"{TRUSTED}/32",
    "LIMITS_PUBLIC": 5,
    "SERVER_TRUSTED_PROXIES": f"{PROXY}/32",
    "SERVER_DRAIN": 0,
}


class Store:
    """A store with a person, whose key `keys[n]` is answered by the process n."""

    def __init__(self, home: Path, template: Path) -> None:
        self.file = home / "jobswipe.db"
        self.file.write_bytes(template.read_bytes())
        self.keys: dict[int, dict[str, str]] = {}
        database = Database(f"sqlite:///{self.file}")
        self._postings = iter(fill(database))
        person_id = account(database, settings_module.load(home), password=None)
        with database.write() as session:
            while len(self.keys) < 2:
                shown = {
                    "authorization": f"Bearer {apikeys.create(session, person_id, 'test', SCOPES, clock.now())[1]}"
                }
                self.keys[owner(shown)] = shown
        database.dispose()

    def verdict(self) -> dict[str, Any]:
        """On a posting that none was given on."""
        return {"posting_id": next(self._postings), "verdict": "like"}

    def given(self) -> int:
        with closing(sqlite3.connect(self.file)) as connection:
            return int(connection.execute("SELECT count(*) FROM swipe").fetchone()[0])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody can write meanwhile."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")


def owner(shown: dict[str, str]) -> int:
    found = owner_of([(name.encode(), value.encode()) for name, value in shown.items()], 2)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Store]:
    with pytest.MonkeyPatch.context() as patch:
        home = tmp_path_factory.mktemp("home")
        patch.setenv("JOBSWIPE_HOME", str(home))
        yield Store(home, sqlite_template)


@pytest.fixture(scope="module")
def both(store: Store) -> Iterator[Pair]:
    with meeting_place() as directory:
        made = Pair(Path(directory), **SETTINGS)
        yield made
        made.close()


@pytest.fixture
def pair(both: Pair, store: Store) -> Pair:
    """Two processes that know of each other."""
    both.whole()
    until(lambda: [both.who_answers(1 - who, f"{DECK}?limit=1", store.keys[who]) for who in range(2)] == [0, 1])
    return both


def test_a_person_is_answered_by_one_process(pair: Pair, store: Store) -> None:
    for who, shown in store.keys.items():
        for at in range(2):
            for path in (f"{DECK}?limit=1", f"{DECK}/1", SWIPES):
                assert pair.who_answers(at, path, shown) == who
            assert pair.who_answers(at, "/api/v1/saved", shown) == at
            assert pair.who_answers(at, DECK, {}) == at


def test_whose_a_request_is_follows_from_what_is_shown() -> None:
    key, session = (b"authorization", b"Bearer a"), f"{SESSION}=one".encode()
    owners = [owner_of([(b"cookie", f"{SESSION}={number}".encode())], 7) for number in range(200)]
    assert set(owners) == set(range(7))
    for cookies in (session, b"a=b; " + session, session + b";c=d"):
        assert owner_of([(b"cookie", cookies)], 7) == owner_of([(b"cookie", session)], 7)
        assert owner_of([(b"cookie", cookies), key], 7) == owner_of([key], 7)  # as `server.api.auth` takes them
    assert owner_of([(b"cookie", b"a=b"), (b"accept", b"*/*")], 7) is None
    assert owner_of([(b"cookie", f"{SESSION}-device=one".encode())], 7) is None


def said(pair: Pair, at: int, request: httpx.Request) -> bytes:
    """All that one says to a request, but for what tells the time."""
    pieces = [f"{request.method} {request.url.raw_path.decode()} HTTP/1.1".encode()]
    pieces += [name + b": " + value for name, value in request.headers.raw if name.lower() != b"host"]
    pieces += [b"host: localhost", b"connection: close", b"", b""]
    with socket.create_connection(pair[at].address, timeout=SECONDS) as connection:
        connection.sendall(b"\r\n".join(pieces) + request.read())
        answer = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                answer += part
    return re.sub(rb"\r\ndate: [^\r]*", b"", answer)


JSON = {"content-type": "application/json"}
BODY = {"posting_id": 1, "verdict": "skip"}
REQUESTS: dict[str, tuple[int, httpx.Request]] = {
    "a deck": (200, httpx.Request("GET", f"http://a{DECK}?limit=20")),
    "a small one": (200, httpx.Request("GET", f"http://a{DECK}?limit=20", headers={"accept-encoding": "zstd"})),
    "its head": (200, httpx.Request("HEAD", f"http://a{DECK}")),
    "one that is known": (304, httpx.Request("GET", f"http://a{DECK}", headers={"if-none-match": "*"})),
    "a card": (200, httpx.Request("GET", f"http://a{DECK}/1")),
    "a verdict": (200, httpx.Request("POST", f"http://a{SWIPES}", json=BODY)),
    "no such card": (404, httpx.Request("GET", f"http://a{DECK}/999999")),
    "no such address": (404, httpx.Request("GET", f"http://a{DECK}/%C3%A4%2F?b=%20")),
    "another method": (405, httpx.Request("POST", f"http://a{DECK}", json={})),
    "another form": (406, httpx.Request("GET", f"http://a{DECK}", headers={"accept": "text/csv"})),
    "a large body": (413, httpx.Request("POST", f"http://a{SWIPES}", content=b"x" * 20_001)),
    "no JSON": (415, httpx.Request("POST", f"http://a{SWIPES}", content=b"x")),
    "half of it": (400, httpx.Request("POST", f"http://a{SWIPES}", content=b"{", headers=JSON)),
    "a wrong verdict": (422, httpx.Request("POST", f"http://a{SWIPES}", json={"verdict": "like"})),
    "a wrong query": (422, httpx.Request("GET", f"http://a{DECK}?limit=none")),
}  # fmt: skip


@pytest.mark.parametrize("kind", REQUESTS)
def test_what_is_passed_on_is_answered_as_it_is_where_it_belongs(pair: Pair, store: Store, kind: str) -> None:
    status, request = REQUESTS[kind]
    for who in range(2):
        request.headers.update(store.keys[who])
        answers = []
        if kind == "a verdict":
            said(pair, who, request)  # the second time it is none that is new
        for at in (who, 1 - who):
            request.headers["x-request-id"] = uuid4().hex
            answers.append(said(pair, at, request).replace(request.headers["x-request-id"].encode(), b"the id"))
            assert pair.who_answered(request.headers["x-request-id"]) == who
        assert answers[0] == answers[1]
        assert answers[0].startswith(f"HTTP/1.1 {status} ".encode())


def test_a_store_that_fails_is_told_alike(pair: Pair, store: Store) -> None:
    with closing(sqlite3.connect(store.file)) as connection:
        connection.execute("ALTER TABLE swipe RENAME TO swipe_away")
        connection.commit()
        try:
            found = [pair[at].client.get(f"{DECK}?limit=2", headers=store.keys[0]) for at in range(2)]
        finally:
            connection.execute("ALTER TABLE swipe_away RENAME TO swipe")
            connection.commit()
    assert found[0].status_code >= 500
    assert found[0].status_code == found[1].status_code
    assert found[0].json().keys() == found[1].json().keys()
    assert found[0].headers.keys() == found[1].headers.keys()


def test_it_is_the_clients_address_that_counts(pair: Pair) -> None:
    wrong = {"authorization": "Bearer nobody's"}
    at = pair[1 - owner(wrong)]

    def ask(address: str, **headers: str) -> httpx.Response:
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(base_url=at.url, transport=transport, timeout=SECONDS) as client:
            return client.get(DECK, headers=wrong | headers)

    assert "ratelimit" not in ask(TRUSTED).headers
    left = [
        ask(ANYBODY),
        ask(ANYBODY, **{"x-forwarded-for": TRUSTED}),  # which nobody believes
        ask(PROXY, **{"x-forwarded-for": ANYBODY}),
        *(ask(ANYBODY) for _ in range(3)),
    ]
    assert [int(one.headers["x-ratelimit-remaining"]) for one in left] == [4, 3, 2, 1, 0, 0]
    assert [one.status_code for one in left] == [401] * 5 + [429]
    assert all(pair.who_answered(one.headers["x-request-id"]) == owner(wrong) for one in left)


def send(pair: Pair, store: Store, *parts: bytes, pause: float = 0.0, head: bytes = b"") -> tuple[int, int]:
    """A verdict that lands at 0 and is of 1's person, sent in parts; its status, and who answered."""
    request_id = uuid4().hex
    pieces = [f"POST {SWIPES} HTTP/1.1", "host: localhost", f"x-request-id: {request_id}", "connection: close"]
    pieces += [f"authorization: {store.keys[1]['authorization']}", "content-type: application/json"]
    with socket.create_connection(pair[0].address, timeout=SECONDS) as connection:
        connection.sendall("\r\n".join(pieces).encode() + b"\r\n" + head + b"\r\n\r\n" + parts[0])
        for part in parts[1:]:
            time.sleep(pause)
            connection.sendall(part)
        found = connection.recv(65_536).split()
    while found[1] == b"100":
        found = found[found.index(b"HTTP/1.1", 1) :]
    return int(found[1]), pair.who_answered(request_id)


def test_a_body_that_is_not_there_at_once_is_read_where_it_comes(pair: Pair, store: Store) -> None:
    body = b'{"posting_id":1,"verdict":"skip"}'
    sized = b"content-length: %d" % len(body)
    assert send(pair, store, body, head=sized) == (200, 1)
    assert send(pair, store, b"", body, pause=0.02, head=sized)[0] == 200
    assert send(pair, store, body[:9], body[9:], pause=0.6, head=sized) == (200, 0)
    assert send(pair, store, b"", body, pause=0.6, head=sized) == (200, 0)
    assert send(pair, store, b"", head=sized) == (408, 0)
    assert send(pair, store, body[:9], head=sized) == (408, 0)
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    assert send(pair, store, chunked, head=b"transfer-encoding: chunked") == (200, 0)
    assert send(pair, store, b"x" * 70_000, head=b"content-length: 70000") == (413, 0)


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\n\r\n", bytes(3) + b"\x02\xff\xff", b"\xff" * 9])
def test_what_is_no_frame_costs_its_connection_alone(pair: Pair, store: Store, garbage: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        connection.connect(pair[1].socket)
        assert connection.recv(100)
        connection.sendall(garbage)
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    assert pair.who_answers(0, DECK, store.keys[1]) == 1


def arrived(pair: Pair, store: Store) -> None:
    """What was sent to 0 before has arrived at 1: this came behind it."""
    for _ in range(3):
        assert httpx.get(f"{pair[0].url}{DECK}?limit=1", headers=store.keys[1], timeout=SECONDS).is_success


def test_one_that_is_killed_loses_nothing_that_may_be_done_again(pair: Pair, store: Store) -> None:
    before = store.given()
    with ThreadPoolExecutor(4) as threads:

        def judge(**more: str) -> httpx.Response:
            return httpx.post(
                f"{pair[0].url}{SWIPES}", json=store.verdict(), headers=store.keys[1] | more, timeout=SECONDS
            )

        with store.held():
            once = threads.submit(judge, **{"idempotency-key": uuid4().hex})
            unsure = threads.submit(judge)
            time.sleep(0.3)
            arrived(pair, store)
            pair[1].tell(signal.SIGSTOP)
            deck = threads.submit(httpx.get, f"{pair[0].url}{DECK}", headers=store.keys[1], timeout=SECONDS)
            time.sleep(0.3)
            assert not deck.done()
            pair[1].process.kill()
            assert deck.result(SECONDS).status_code == 200
            told = unsure.result(SECONDS)
            assert (told.status_code, told.json()["code"], told.headers["retry-after"]) == (503, "unavailable", "5")
            assert told.headers["content-security-policy"]
            assert pair.who_answered(told.headers["x-request-id"]) == 0
        assert once.result(SECONDS).json()["new"]
    assert store.given() == before + 1
    assert pair.who_answers(0, DECK, store.keys[1]) == 0


def test_nothing_fails_while_one_is_killed_and_comes_back(pair: Pair, store: Store) -> None:
    over = False

    def ask(verdict: bool) -> list[int]:
        found = []
        with httpx.Client(base_url=pair[0].url, headers=store.keys[1], timeout=SECONDS) as client:
            while not over or len(found) < 20:
                key = {"idempotency-key": uuid4().hex}
                answer = client.post(SWIPES, json=BODY, headers=key) if verdict else client.get(f"{DECK}?limit=1")
                found.append(answer.status_code)
        return found

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(ask, verdict) for verdict in (True, False, False, False)]
        arrived(pair, store)
        pair[1].process.kill()
        pair[1].wait()
        pair.whole()
        until(lambda: pair.who_answers(0, f"{DECK}?limit=1", store.keys[1]) == 1)
        over = True
        assert {status for one in asked for status in one.result(SECONDS)} == {200}


def test_one_that_stops_answers_what_it_took_and_takes_no_more(pair: Pair, store: Store) -> None:
    before = store.given()
    with ThreadPoolExecutor(2) as threads:
        with store.held():
            asked = threads.submit(
                httpx.post, f"{pair[0].url}{SWIPES}", json=store.verdict(), headers=store.keys[1], timeout=SECONDS
            )
            time.sleep(0.3)
            arrived(pair, store)
            pair[1].tell(signal.SIGTERM)
            until(lambda: pair.who_answers(0, DECK, store.keys[1]) == 0)
            assert not asked.done()
        answer = asked.result(SECONDS)
        assert (answer.status_code, answer.json()["new"]) == (200, True)
        assert pair[1].wait() == 0
    assert pair.who_answered(answer.headers["x-request-id"]) == 1
    assert store.given() == before + 1
    pair[0].tell(signal.SIGTERM)
    assert pair[0].wait() == 0
