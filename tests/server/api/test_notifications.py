"""Notifications, preferences and channels over HTTP: each person's own, and no secret ever shown again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from servers.webhook import Webhook

from jobswipe.db.engine import Database
from jobswipe.models import Notification

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

SECRET = "s3cret"


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, home: Any) -> Iterator[Webhook]:
    monkeypatch.setenv("JOBSWIPE_NOTIFY_ALLOW_PRIVATE", "true")
    with Webhook() as found:
        yield found


def write(database: Database, client: Client, count: int = 1, **values: Any) -> list[int]:
    """Notifications of the client's person."""
    now = datetime.now(UTC)
    made = []
    with database.write() as session:
        for number in range(count):
            payload = {"posting_id": 7, "title": "Cook", "company": "Acme", "score": 0.9, "url": "https://example.com"}
            row = Notification(
                person_id=client.person_id,
                kind="strong_match",
                subject=f"posting:{datetime.now(UTC).timestamp()}:{number}",
                payload=payload,
                created_at=now,
                next_try_at=now,
            )
            row.sqlmodel_update(values)
            session.add(row)
            session.flush()
            assert row.id is not None
            made.append(row.id)
    return made


def test_notifications_are_each_persons_own(signed_in: SignedIn, database: Database) -> None:
    first, second = signed_in(), signed_in()
    (number,) = write(database, first)
    (found,) = first.get("/api/v1/notifications").json()["items"]
    assert (found["id"], found["about"], found["posting_id"]) == (number, "Strong match: Cook at Acme", 7)
    assert second.get("/api/v1/notifications").json()["items"] == []
    address = f"/api/v1/notifications/{number}"
    assert first.get(address).json() == found
    assert second.get(address).status_code == 404
    assert second.patch(address, json={"seen": True}).status_code == 404
    assert second.post(f"{address}/retry").status_code == 404
    assert second.post("/api/v1/notifications/seen", json={"upto": number}).json() == {"count": 0}
    assert first.get(address).json()["seen_at"] is None


def test_seen(signed_in: SignedIn, database: Database) -> None:
    client = signed_in()
    numbers = write(database, client, 4)
    address = f"/api/v1/notifications/{numbers[0]}"
    seen = client.patch(address, json={"seen": True}).json()["seen_at"]
    assert client.patch(address, json={"seen": True}).json()["seen_at"] == seen
    assert client.patch(address, json={"seen": False}).json()["seen_at"] is None
    assert client.post("/api/v1/notifications/seen", json={"upto": numbers[2]}).json() == {"count": 3}
    unseen = client.get("/api/v1/notifications?seen=false").json()["items"]
    assert [one["id"] for one in unseen] == [numbers[3]]
    assert len(client.get("/api/v1/notifications?seen=true").json()["items"]) == 3


def test_lists_and_filters(signed_in: SignedIn, database: Database) -> None:
    client = signed_in()
    numbers = write(database, client, 5)
    (dead,) = write(database, client, state="dead", settled_at=datetime.now(UTC), last_error="Refused.")
    first = client.get("/api/v1/notifications?limit=4").json()
    rest = client.get("/api/v1/notifications", params={"limit": 4, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == [dead, *numbers[::-1]]
    (found,) = client.get("/api/v1/notifications?state=dead").json()["items"]
    assert (found["error"], found["next_try_at"]) == ("Refused.", None)
    assert client.post(f"/api/v1/notifications/{numbers[0]}/retry").json()["code"] == "conflict"
    again = client.post(f"/api/v1/notifications/{dead}/retry").json()
    assert (again["state"], again["attempts"]) == ("waiting", 0)
    assert client.get("/api/v1/notifications?kind=nothing").status_code in (400, 422)


def test_preferences(signed_in: SignedIn) -> None:
    client = signed_in()
    usual = client.get("/api/v1/notifications/preferences").json()
    assert usual["kinds"]["strong_match"] == {"mode": "digest", "channels": None}
    wanted = {
        "timezone": "Europe/Berlin",
        "quiet": {"from": "22:00", "to": "07:00"},
        "kinds": {"digest": {"mode": "off"}},
    }
    chosen = client.put("/api/v1/notifications/preferences", json=wanted).json()
    assert (chosen["timezone"], chosen["quiet"], chosen["kinds"]["digest"]["mode"]) == (
        "Europe/Berlin",
        {"from": "22:00", "to": "07:00"},
        "off",
    )
    assert chosen["kinds"]["follow_up"] == usual["kinds"]["follow_up"]
    assert client.get("/api/v1/notifications/preferences").json() == chosen
    assert client.put("/api/v1/notifications/preferences", json=chosen).json() == chosen
    assert signed_in().get("/api/v1/notifications/preferences").json() == usual


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Nowhere"},
        {"quiet": {"from": "22:00", "to": "22:00"}},
        {"quiet": {"from": "25:00", "to": "07:00"}},
        {"quiet": {"from": "22:00"}},
        {"min_score": 1.5},
        {"kinds": {"digest": {"mode": "digest"}}},
        {"kinds": {"nothing": {"mode": "off"}}},
        {"kinds": {"follow_up": {"mode": "now", "channels": ["none-such"]}}},
        {"unknown": 1},
    ],
)
def test_wrong_preferences_change_nothing(signed_in: SignedIn, wrong: dict[str, Any]) -> None:
    client = signed_in()
    before = client.get("/api/v1/notifications/preferences").json()
    assert client.put("/api/v1/notifications/preferences", json=wrong).status_code in (400, 422)
    assert client.get("/api/v1/notifications/preferences").json() == before


def test_a_channels_life(hook: Webhook, signed_in: SignedIn) -> None:
    client, other = signed_in(), signed_in()
    url = hook.url
    answer = client.post("/api/v1/notifications/channels", json={"name": "hook", "url": url})
    assert answer.status_code == 201, answer.text
    channel = answer.json()
    listed = client.get("/api/v1/notifications/channels")
    assert listed.json()["items"] == [channel]
    assert SECRET not in answer.text + listed.text
    assert channel["address"] == "json://…"
    assert client.post("/api/v1/notifications/channels", json={"name": "hook", "url": url}).status_code == 409
    for name in ("two words", "line\n", "a/b", "\u3000"):
        refused = client.post("/api/v1/notifications/channels", json={"name": name, "url": url})
        assert (refused.status_code, refused.json()["code"]) == (400, "usage")
    assert client.post("/api/v1/notifications/channels", json={"name": "Büro", "url": url}).status_code == 201

    address = f"/api/v1/notifications/channels/{channel['id']}"
    assert client.post(f"{address}/test").json() == {"ok": True, "error": None}
    assert hook.received[-1]["title"] == "JobSwipe: test"
    hook.status = 500
    failed = client.post(f"{address}/test")
    assert failed.json()["ok"] is False
    assert SECRET not in failed.text

    for path, method in ((address, "DELETE"), (f"{address}/test", "POST")):
        assert other.request(method, path).status_code == 404
    assert client.delete(address).status_code == 204
    assert [one["name"] for one in client.get("/api/v1/notifications/channels").json()["items"]] == ["Büro"]


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "file:///etc/passwd", "json://example.com/?attach=/etc/passwd", "x"]
)
def test_addresses_that_are_refused(signed_in: SignedIn, url: str) -> None:
    answer = signed_in().post("/api/v1/notifications/channels", json={"name": "one", "url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "usage")


def test_a_channel_does_not_reach_inside(signed_in: SignedIn) -> None:
    client = signed_in()
    channel = client.post("/api/v1/notifications/channels", json={"name": "in", "url": "json://127.0.0.1:9/x"}).json()
    found = client.post(f"/api/v1/notifications/channels/{channel['id']}/test").json()
    assert found["ok"] is False


def test_reading_is_not_writing(signed_in: SignedIn) -> None:
    client = signed_in(scopes=["notifications:read"])
    assert client.get("/api/v1/notifications").status_code == 200
    assert client.post("/api/v1/notifications/seen", json={"upto": 1}).status_code == 403
    assert (
        client.post("/api/v1/notifications/channels", json={"name": "a", "url": "json://example.com"}).status_code
        == 403
    )
