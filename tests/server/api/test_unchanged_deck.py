"""A deck that is as it was is answered as it was; never one that somebody else's process has changed meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from api_store import code, fill, give_resume
from servers.postgres import PostgresServer
from servers.served import SECONDS, until
from small_store import NOW, specs
from small_store import insert as insert_postings
from sqlmodel import Session, select

from jobswipe import settings as module
from jobswipe.db import asking
from jobswipe.db.engine import Database
from jobswipe.matching import profile, swipes
from jobswipe.matching.engine import Matcher
from jobswipe.matching.look import Looks, Seen, look
from jobswipe.matching.preferences import Preferences
from jobswipe.models import Posting, Swipe
from jobswipe.observability import engines, measure
from jobswipe.postings.lifecycle import close_missing
from jobswipe.postings.rows import lock_changes
from jobswipe.resumes import service
from jobswipe.resumes.parse import ParsedResume
from jobswipe.sources import catalog
from server import lanes
from server.lanes import DECKS

if TYPE_CHECKING:
    import httpx

    from .conftest import Client, SignedIn

DECK = "/api/v1/deck"
Change = Callable[[Session, Matcher, int, list[dict[str, Any]]], object]


@pytest.fixture
def client(database: Database, nobody: Client, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A person with a resume in a filled store; all requests are served by one loop, as a server's are."""
    monkeypatch.setattr(asking, "PAUSE", 0.0)
    fill(database)
    become(nobody, signed_in())
    give_resume(database, nobody.person_id)
    return nobody


def become(client: Client, other: Client) -> None:
    client.person_id, client.headers["authorization"] = other.person_id, other.headers["authorization"]


@pytest.fixture
def other(database: Database) -> Iterator[tuple[Database, Matcher]]:
    """Another process's store."""
    found = Database(database.url)
    yield found, Matcher(found, module.load())
    found.dispose()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lanes that requests have taken."""
    asked: list[str] = []
    within = lanes.within

    async def noted(lane: str, do: Any, *given: Any, **named: Any) -> Any:
        asked.append(lane)
        return await within(lane, do, *given, **named)

    monkeypatch.setattr(lanes, "within", noted)
    return asked


def deal(client: Client, **params: Any) -> httpx.Response:
    answer = client.get(DECK, params={"limit": 5, **params})
    assert answer.status_code == 200, answer.text
    return answer


def settled(client: Client, database: Database, taken: list[str]) -> httpx.Response:
    """The deck, as it is answered again and again from now on: on Postgres without a lane."""
    deadline = time.monotonic() + SECONDS
    while True:
        taken.clear()
        answer = deal(client)
        if database.dialect == "sqlite" and taken == [DECKS]:
            return answer
        if not taken:
            return answer
        assert time.monotonic() < deadline
        time.sleep(0.01)


def ids(answer: httpx.Response) -> list[int]:
    return [card["posting_id"] for card in answer.json()["items"]]


def test_the_same_deck_has_the_same_bytes(database: Database, client: Client, taken: list[str]) -> None:
    first = deal(client)
    answers = [deal(client), settled(client, database, taken), deal(client)]
    assert {answer.content for answer in answers} == {first.content}
    assert {answer.headers["etag"] for answer in answers} == {first.headers["etag"]}
    assert {answer.headers["content-type"] for answer in answers} == {"application/json"}
    # Another page, another size and a whole deck are others.
    page = deal(client, cursor=first.json()["next"])
    assert not {*ids(page)} & {*ids(first)}
    assert deal(client, cursor=first.json()["next"]).content == page.content
    assert ids(deal(client, limit=3)) == ids(first)[:3]
    whole = deal(client, full=True).json()
    assert [card["posting_id"] for card in whole["items"]] == ids(first)
    assert whole["progress"]["has_resume"]
    assert settled(client, database, taken).content == first.content


def test_only_where_the_store_is_asked_by_the_loop_no_lane_is_taken(
    database: Database, client: Client, taken: list[str]
) -> None:
    first = settled(client, database, taken)
    taken.clear()
    assert [deal(client).content for _ in range(3)] == [first.content] * 3
    assert taken == ([DECKS] * 3 if database.dialect == "sqlite" else [])
    taken.clear()
    client.post("/api/v1/swipes", json={"posting_id": ids(first)[0], "verdict": "like"})
    assert deal(client).content != first.content
    assert DECKS in taken


def _judge(session: Session, matcher: Matcher, person_id: int, cards: list[dict[str, Any]]) -> None:
    swipes.record(session, matcher, person_id, cards[0]["posting_id"], "dislike", NOW)


def _like(session: Session, matcher: Matcher, person_id: int, cards: list[dict[str, Any]]) -> None:
    swipes.record(session, matcher, person_id, cards[0]["posting_id"], "like", NOW)


def _prefer(session: Session, _matcher: Matcher, person_id: int, cards: list[dict[str, Any]]) -> None:
    profile.put(session, person_id, Preferences(blocked_companies=(cards[0]["company"],)), NOW)


def _close(session: Session, _matcher: Matcher, _person_id: int, cards: list[dict[str, Any]]) -> None:
    keep = session.exec(select(Posting.external_id).where(Posting.id != cards[0]["posting_id"])).all()
    lock_changes(session).value = 10_000  # the sample postings have taken their numbers past it
    assert close_missing(session, 1, 2, keep, NOW) == 1


def _remove_source(session: Session, _matcher: Matcher, _person_id: int, _cards: list[dict[str, Any]]) -> None:
    catalog.remove(session, catalog.numbered(session, 1))


@pytest.mark.parametrize("change", [_judge, _like, _prefer, _close, _remove_source])
def test_what_another_process_took_away_is_never_dealt(
    database: Database, client: Client, taken: list[str], other: tuple[Database, Matcher], change: Change
) -> None:
    for _ in range(3 if change in (_judge, _like) else 1):
        before = settled(client, database, taken)
        with other[0].write() as session:
            change(session, other[1], client.person_id, before.json()["items"])
        after = deal(client)
        assert ids(before)[0] not in ids(after)
        assert settled(client, database, taken).content == after.content


def test_what_another_process_brought_is_dealt(
    database: Database, client: Client, taken: list[str], other: tuple[Database, Matcher]
) -> None:
    before = settled(client, database, taken)
    person_id, top = client.person_id, ids(before)[0]
    with other[0].write() as session:
        swipes.record(session, other[1], person_id, top, "dislike", NOW)
    assert top not in ids(settled(client, database, taken))
    with other[0].write() as session:
        swipes.undo(session, other[1], person_id, NOW)
    assert top in ids(settled(client, database, taken))
    with other[0].write() as session:
        (made,) = insert_postings(session, [specs()[1] | {"company": "Newcomer", "age": 0}], first_seq=5_000)
    deal(client)  # a deck may be of the moment before, while another request reads what is new
    assert made in ids(deal(client, limit=100))
    before = settled(client, database, taken)
    nurse = {"basics": {"label": "Registered Nurse"}, "work": [{"position": "Registered Nurse"}]}
    with other[0].write() as session:
        read = service.ReadResume("other.json", "1", ParsedResume(nurse, ""))
        service.store(session, person_id, read, NOW)
    assert "Nurse" in deal(client).json()["items"][0]["title"]


def test_persons_are_not_answered_with_each_others_decks(
    database: Database, client: Client, signed_in: SignedIn, taken: list[str]
) -> None:
    one, another = signed_in(), signed_in()
    give_resume(database, one.person_id)
    met = []
    for who in (one, another, one, another):
        become(client, who)
        met.append(settled(client, database, taken).content)
    assert met[0] != met[1]
    assert met[2:] == met[:2]
    del client.headers["authorization"]
    assert code(client.get(DECK)) == "unauthenticated"


def test_a_deck_and_what_it_asks_are_measured(
    database: Database, client: Client, taken: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(client, database, taken)
    operations: list[str] = []
    queries: list[str] = []
    engines.measured()
    monkeypatch.setattr(measure, "active", lambda: True)
    monkeypatch.setattr(measure, "operation", lambda name, seconds: operations.append(name) if seconds > 0 else None)
    monkeypatch.setattr(measure, "query", lambda word, seconds: queries.append(word) if seconds > 0 else None)
    for count in range(1, 4):
        deal(client)
        assert operations == ["deck"] * count
        assert queries.count("SELECT") >= count
    operations.clear()
    deal(client, limit=4)
    assert operations == ["deck"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("whole", [False, True], ids=["its own", "all"])
def test_a_lost_connection_costs_nobody_a_deck(
    database: Database, client: Client, taken: list[str], postgres_server: PostgresServer, whole: bool
) -> None:
    first = settled(client, database, taken)
    for _ in range(2):
        backend = client.app.state.looks._asking._line._server.backend_pid
        ended = f"datname = '{database.engine.url.database}'" if whole else f"pid = {backend}"
        postgres_server.execute(f"SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE {ended}")
        assert deal(client).content == first.content
        assert settled(client, database, taken).content == first.content
        assert client.app.state.looks._asking._line._server.backend_pid != backend


async def _looked(looks: Looks, person_id: int) -> Seen | None:
    return await looks.of(person_id)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_look_of_the_loop_is_that_of_a_session(
    database: Database, client: Client, signed_in: SignedIn, taken: list[str], other: tuple[Database, Matcher]
) -> None:
    looks, whole = client.app.state.looks, client.person_id

    def same(person_id: int) -> Seen:
        found = until(lambda: client.blocking_portal.call(_looked, looks, person_id))
        with database.glance() as session:
            wanted = look(session, person_id)
        assert found == wanted
        assert _types(found) == _types(wanted)
        return wanted

    first = settled(client, database, taken)
    bare = same(signed_in().person_id)
    assert (bare.person, bare.version, bare.edition) == ((None,) * 6, 0, 0)
    assert same(2**31 - 1).person == bare.person
    met = [same(whole)]
    for at, verdict in enumerate(("like", "dislike", "save")):
        with other[0].write() as session:
            swipes.record(session, other[1], whole, ids(first)[at], verdict, NOW)
        met.append(same(whole))
    with other[0].write() as session:
        profile.put(session, whole, Preferences(countries=("DE",), titles=("Küchenhilfe 100%",)), NOW)
    met.append(same(whole))
    with other[0].write() as session:
        service.correct(session, service.get(session, whole), "basics.label", "Data Analyst", NOW)
    met.append(same(whole))
    with other[0].write() as session:
        swipes.undo(session, other[1], whole, NOW)
    met.append(same(whole))
    with database.read() as session:
        assert session.exec(select(Swipe.id).where(Swipe.person_id == whole)).all()
    assert met[-1].version
    assert None not in met[-1].person
    assert all(one != before for one, before in zip(met[1:], met, strict=False))


def _types(seen: Seen) -> list[Any]:
    values = [getattr(seen, name) for name in Seen.__struct_fields__]
    return [[type(part) for part in value] if isinstance(value, tuple) else type(value) for value in values]
