"""Sources over HTTP: their life, what a look at a board tells, what polls did; and whom it is for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from servers.boards import Boards, feed
from sqlmodel import Session, select

from jobswipe import settings as module
from jobswipe.db.engine import Database
from jobswipe.models import AuditEvent, Source, TaskRun
from jobswipe.postings import trial
from jobswipe.postings.poll import poll

if TYPE_CHECKING:
    from .conftest import Client, SignedIn


@pytest.fixture
def boards(monkeypatch: pytest.MonkeyPatch, home: Any) -> Iterator[Boards]:
    """Boards on this machine, which the server may reach."""
    monkeypatch.setenv("JOBSWIPE_OUTBOUND_ALLOW_PRIVATE", "true")
    with Boards() as found:
        yield found


@pytest.fixture
def operator(boards: Boards, signed_in: SignedIn) -> Client:
    return signed_in("operator")


def added(client: Client, url: str, **more: Any) -> dict[str, Any]:
    answer = client.post("/api/v1/sources", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def polled(database: Database, source_id: int) -> None:
    with database.read() as session:
        source = session.get_one(Source, source_id)
    assert [one.error for one in poll(database, module.load(), [source])] == [None]


def actions(database: Database, actor_id: int) -> list[tuple[str, str | None]]:
    with database.read() as session:
        found = session.exec(select(AuditEvent).where(AuditEvent.actor_id == actor_id).order_by(AuditEvent.id))
        return [(one.action, one.object_id) for one in found]


def test_a_sources_life(operator: Client, boards: Boards, database: Database) -> None:
    url = boards.put("/jobs.rss", feed("a Cook", "b Baker"))
    source = added(operator, url, company="Acme")
    address = f"/api/v1/sources/{source['id']}"
    assert (source["kind"], source["state"], source["company"], source["open"]) == ("rss", "active", "Acme", 0)
    assert operator.get("/api/v1/sources").json() == {"items": [source | {"fields": None}], "next": None}

    polled(database, source["id"])
    shown = operator.get(address).json()
    assert (shown["open"], shown["failures"]) == (2, 0)
    assert shown["fields"]["company"] == 1.0
    assert set(shown["fields"].values()) <= {0.0, 0.5, 1.0}
    assert operator.get("/api/v1/sources", params={"fields": "true"}).json()["items"] == [shown]

    (run,) = operator.get(f"{address}/runs").json()["items"]
    assert (run["status"], run["read"], run["stored"], run["understood"]) == ("complete", 2, 2, 2)
    assert run["fields"]["description_text"] == shown["fields"]["description_text"]

    assert operator.patch(address, json={"state": "paused"}).json()["state"] == "paused"
    assert operator.get("/api/v1/sources?state=active").json()["items"] == []
    assert operator.post(f"{address}/run").json()["code"] == "conflict"
    assert operator.patch(address, json={"state": "active", "poll_every": 86_400}).json()["poll_every"] == 86_400
    assert operator.patch(address, json={"poll_every": 0}).json()["poll_every"] == source["poll_every"]

    task_id = operator.post(f"{address}/run").json()["task_id"]
    assert operator.post(f"{address}/run").json()["task_id"] == task_id
    with database.read() as session:
        task = session.get_one(TaskRun, task_id)
        assert (task.kind, task.payload) == ("ingest.source", {"source_id": source["id"]})
        assert session.get_one(Source, source["id"]).next_due_at is not None

    assert operator.delete(address).json() == {"postings": 2}
    assert operator.get(address).status_code == 404
    told = actions(database, operator.person_id)
    number = str(source["id"])
    assert told == [
        ("source.add", number),
        *[("source.change", number)] * 3,
        *[("source.run", number)] * 2,
        ("source.remove", number),
    ]


def test_a_repeat_understands_nothing_anew(operator: Client, boards: Boards, database: Database) -> None:
    source = added(operator, boards.put("/jobs.rss", feed("a Cook"), tagged=False))
    for _ in range(2):
        polled(database, source["id"])
    last, first = operator.get(f"/api/v1/sources/{source['id']}/runs").json()["items"]
    assert (first["understood"], last["understood"], last["fields"]) == (1, 0, {})
    assert (last["read"], last["unchanged"]) == (1, 1)


def test_a_look_at_a_board_stores_nothing(operator: Client, boards: Boards, database: Database) -> None:
    body = feed("a Cook", "b Baker")
    source = added(operator, boards.put("/jobs.rss", body))
    found = operator.post(f"/api/v1/sources/{source['id']}/check").json()
    assert (found["read"], found["rejected"], found["complete"], found["error"]) == (2, 0, True, None)
    assert sorted(found["titles"]) == ["a Cook", "b Baker"]
    assert found["fields"]["company"] in (0.0, 1.0)
    shown = operator.get(f"/api/v1/sources/{source['id']}").json()
    assert (shown["open"], shown["last_success_at"]) == (0, None)
    assert operator.get(f"/api/v1/sources/{source['id']}/runs").json()["items"] == []


@pytest.mark.parametrize("behaviour", ["html", "500", "reset"])
def test_what_a_board_does_wrong_is_told(operator: Client, boards: Boards, behaviour: str) -> None:
    source = added(operator, boards.put("/bad.rss", behaviour=behaviour))
    answer = operator.post(f"/api/v1/sources/{source['id']}/check")
    assert answer.status_code == 200
    found = answer.json()
    assert found["error"]
    assert not found["complete"]
    assert "Traceback" not in found["error"]


def test_a_look_ends_in_time(boards: Boards, home: Any) -> None:
    source = Source(id=1, kind="rss", board=boards.put("/slow.rss", feed("a Cook"), takes=300), created_at=None)
    found = trial.look(source, module.load().outbound, seconds=0.5)
    assert found.error
    assert "0.5 s" in found.error


def test_a_look_does_not_reach_inside(signed_in: SignedIn) -> None:
    operator = signed_in("operator")
    source = added(operator, "http://127.0.0.1:9/jobs.rss")
    found = operator.post(f"/api/v1/sources/{source['id']}/check").json()
    assert "127.0.0.1" in found["error"]
    assert found["payloads"] == 0


def test_rejections_page_by_page(operator: Client, boards: Boards, database: Database) -> None:
    body = feed("a Cook", "b Baker", "c Welder").replace(b"title>", b"label>")
    source = added(operator, boards.put("/torn.rss", body))
    with database.read() as session:
        list(poll(database, module.load(), [session.get_one(Source, source["id"])]))
    (run,) = operator.get(f"/api/v1/sources/{source['id']}/runs").json()["items"]
    assert run["rejected"] == 3
    address = f"/api/v1/sources/{source['id']}/runs/{run['id']}/rejections"
    seen, cursor = [], None
    while True:
        page = operator.get(address, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["reason"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 3
    other = added(operator, boards.put("/other.rss", feed("d Turner")))
    assert operator.get(f"/api/v1/sources/{other['id']}/runs/{run['id']}/rejections").status_code == 404


def test_lists_go_on_where_they_ended(operator: Client, boards: Boards) -> None:
    made = [added(operator, boards.put(f"/{number}.rss", feed("a Cook")))["id"] for number in range(5)]
    first = operator.get("/api/v1/sources?limit=2").json()
    second = operator.get("/api/v1/sources", params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + second["items"]] == made
    answer = operator.get("/api/v1/tasks", params={"cursor": first["next"]})
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"url": "ftp://example.com/jobs"}, 400),
        ({"url": "acme", "kind": "no-such-kind"}, 400),
        ({"url": "../../etc", "kind": "lever"}, 400),
        ({"url": "https://example.com/jobs.rss", "stolen": 1}, 422),
        ({"company": "Acme"}, 422),
        ({"url": "x" * 3000}, 422),
    ],
)
def test_what_is_no_board_is_refused(operator: Client, body: dict[str, Any], status: int) -> None:
    answer = operator.post("/api/v1/sources", json=body)
    assert answer.status_code in (status, 400)
    assert answer.headers["content-type"] == "application/problem+json"


def test_twice_is_a_conflict(operator: Client, boards: Boards) -> None:
    source = added(operator, boards.put("/jobs.rss", feed("a Cook")))
    again = operator.post("/api/v1/sources", json={"url": source["url"]})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_bounds(operator: Client, boards: Boards) -> None:
    source = added(operator, boards.put("/jobs.rss", feed("a Cook")))
    address = f"/api/v1/sources/{source['id']}"
    for wrong in ({"poll_every": 1}, {"poll_every": 10**9}, {"poll_every": -1}, {}, {"state": "gone"}, {"id": 7}):
        assert operator.patch(address, json=wrong).status_code in (400, 422), wrong
    for number in (0, 2**53, 10**30, "x"):
        assert operator.get(f"/api/v1/sources/{number}").status_code in (400, 404, 422), number
    assert operator.get("/api/v1/sources?limit=101").status_code in (400, 422)


def test_kinds_have_terms(operator: Client) -> None:
    kinds = {one["kind"]: one for one in operator.get("/api/v1/sources/kinds").json()["items"]}
    assert kinds["lever"]["poll_floor"] >= 60
    assert {"ashby", "rss"} <= set(kinds)


def test_sources_are_the_operators(signed_in: SignedIn) -> None:
    for role in ("user", "analyst"):
        client = signed_in(role)
        assert client.get("/api/v1/sources").status_code == 403
        assert client.post("/api/v1/sources", json={"url": "https://jobs.lever.co/acme"}).status_code == 403
    reading = signed_in("operator", ["sources:read"])
    assert reading.get("/api/v1/sources").status_code == 200
    assert reading.post("/api/v1/sources", json={"url": "https://jobs.lever.co/acme"}).status_code == 403


def test_what_is_refused_leaves_no_trace_in_the_audit_log(operator: Client, database: Database) -> None:
    assert operator.patch("/api/v1/sources/999", json={"state": "paused"}).status_code == 404
    with database.read() as session:
        assert _events(session) == 0


def _events(session: Session) -> int:
    return len(list(session.exec(select(AuditEvent))))
