"""Applications over HTTP: stages, notes, contacts, reminders, drafts, the funnel, and nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from api_store import REFUSED, code, fill, give_resume
from sqlmodel import func, select

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.drafts import service as drafts
from jobswipe.models import Application, ApplicationContact, ApplicationEvent, TaskRun
from jobswipe.settings import Settings

if TYPE_CHECKING:
    from .conftest import Client, SignedIn

APPLICATIONS = "/api/v1/applications"


def _add(client: Client, **values: Any) -> dict[str, Any]:
    answer = client.post(APPLICATIONS, json=values or {"title": "Data Engineer", "company": "O'Brien & Söhne 🙂"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_application_goes_from_stage_to_stage(signed_in: SignedIn) -> None:
    client = signed_in()
    made = _add(client)
    assert (made["stage"], made["company"], made["new"]) == ("saved", "O'Brien & Söhne 🙂", True)
    here = f"{APPLICATIONS}/{made['id']}"
    moved = client.post(f"{here}/move", json={"stage": "applied", "expected_stage": "saved"})
    assert moved.status_code == 200
    assert [(one["kind"], one["to_stage"]) for one in moved.json()["events"]] == [
        ("opened", "saved"),
        ("moved", "applied"),
    ]
    again = client.post(f"{here}/move", json={"stage": "screen", "expected_stage": "saved"})
    assert (again.status_code, code(again)) == (409, "conflict")
    assert client.post(f"{here}/move", json={"stage": "applied"}).status_code == 409
    noted = client.post(f"{here}/notes", json={"text": "שיחה <b>Tuesday</b>\nO'Neil 🙂"})
    assert noted.status_code == 201
    assert noted.json()["events"][-1]["text"] == "שיחה <b>Tuesday</b>\nO'Neil 🙂"
    assert client.get(here).json() == noted.json()


def test_one_of_a_posting_is_opened_once(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client = signed_in()
    first, again = _add(client, posting_id=ids[0]), _add(client, posting_id=ids[0])
    assert first["new"]
    assert not again["new"]
    assert again["id"] == first["id"]
    assert first["url"].startswith("https://jobs.example/")
    liked = client.post("/api/v1/swipes", json={"posting_id": ids[0], "verdict": "like"}).json()
    assert liked["application_id"] is None
    assert client.post(APPLICATIONS, json={"posting_id": 10**8}).status_code == 404


def test_verdicts_and_openings_at_once_make_one_application(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)[:5]
    client = signed_in()
    client.get("/api/v1/deck")

    def work(number: int) -> None:
        for id_ in ids:
            if number % 2:
                answer = client.post(APPLICATIONS, json={"posting_id": id_})
            else:
                answer = client.post("/api/v1/swipes", json={"posting_id": id_, "verdict": "like"})
            assert answer.is_success, answer.text

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with database.read() as session:
        assert session.exec(select(func.count()).select_from(Application)).one() == len(ids)
        assert session.exec(select(func.count()).select_from(ApplicationEvent)).one() == len(ids)


def test_moves_at_once_follow_one_another(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    here = f"{APPLICATIONS}/{_add(client)['id']}"

    def move(_: int) -> int:
        return client.post(f"{here}/move", json={"stage": "applied", "expected_stage": "saved"}).status_code

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(move, range(6))) == [200, 409, 409, 409, 409, 409]
    assert len(client.get(here).json()["events"]) == 2


def test_the_list_has_pages_and_stages(signed_in: SignedIn) -> None:
    client = signed_in()
    ids = [_add(client, title=f"Role {number}")["id"] for number in range(5)]
    client.post(f"{APPLICATIONS}/{ids[0]}/move", json={"stage": "offer"})
    client.post(f"{APPLICATIONS}/{ids[1]}/move", json={"stage": "rejected"})
    first = client.get(APPLICATIONS, params={"limit": 3}).json()
    second = client.get(APPLICATIONS, params={"limit": 3, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + second["items"]] == ids[::-1]
    assert second["next"] is None
    some = client.get(APPLICATIONS, params={"stage": ["offer", "rejected"]}).json()["items"]
    assert [one["id"] for one in some] == [ids[1], ids[0]]
    assert client.get(APPLICATIONS, params={"stage": "won"}).status_code in REFUSED


def test_a_deleted_one_is_gone_with_all_of_it(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    here = f"{APPLICATIONS}/{_add(client)['id']}"
    client.post(f"{here}/contacts", json={"name": "Sample Recruiter"})
    client.post(f"{here}/reminders", json={"due": "2w"})
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == 404
    assert client.get("/api/v1/reminders").json()["items"] == []
    with database.read() as session:
        for model in (Application, ApplicationEvent, ApplicationContact):
            assert session.exec(select(func.count()).select_from(model)).one() == 0


def test_contacts_are_encrypted_and_shown_as_given(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    here = f"{APPLICATIONS}/{_add(client)['id']}/contacts"
    whom = {
        "name": "Máire O'Brien-Sample 🙂", "role": "Recruiter", "email": "recruiter@example.com",
        "phone": "+49 30 0000000", "note": "Prefers <mail>",
    }  # fmt: skip
    made = client.post(here, json=whom)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in whom} == whom
    assert client.get(here).json()["items"] == [made.json()]
    with database.read() as session:
        (row,) = session.exec(select(ApplicationContact)).all()
        for text in ("O'Brien", "recruiter@example.com", "0000000"):
            assert text.encode() not in row.sealed
    one = f"{here}/{made.json()['id']}"
    changed = client.put(one, json={"name": "Another Sample"}).json()
    assert (changed["name"], changed["email"]) == ("Another Sample", None)
    assert client.delete(one).status_code == 204
    assert client.delete(one).status_code == 404
    for wrong in (
        {}, {"name": ""}, {"name": "  "}, {"name": "x" * 201}, {"name": "a\0b"}, {"name": "x", "email": "none"},
        {"name": "x", "note": "y" * 2001}, {"name": "x", "person_id": 1}, {"name": 1},
    ):  # fmt: skip
        assert client.post(here, json=wrong).status_code in REFUSED, wrong
    for _ in range(50):
        assert client.post(here, json={"name": "x"}).status_code == 201
    assert client.post(here, json={"name": "x"}).status_code == 400


def test_reminders_come_and_are_taken_back(signed_in: SignedIn) -> None:
    client = signed_in()
    here = f"{APPLICATIONS}/{_add(client)['id']}"
    made = client.post(f"{here}/reminders", json={"due": "2w", "text": "Ask O'Brien"})
    assert made.status_code == 201
    assert client.get(here).json()["reminders"] == [made.json()]
    assert client.get("/api/v1/reminders").json()["items"] == [made.json()]
    other = f"{APPLICATIONS}/{_add(client)['id']}/reminders/{made.json()['id']}"
    assert client.delete(other).status_code == 404
    assert client.delete(f"{here}/reminders/{made.json()['id']}").status_code == 204
    assert client.delete(f"{here}/reminders/{made.json()['id']}").status_code == 409
    for due in ("", "yesterday", "2001-01-01", "9999w", "x\0", "2999-01-01T00:00:00Z"):
        assert client.post(f"{here}/reminders", json={"due": due}).status_code in REFUSED, due


def test_a_draft_is_asked_for_and_shown_with_its_flags(
    database: Database, signed_in: SignedIn, settings: Settings
) -> None:
    fill(database)
    client = signed_in()
    person_id: int = client.person_id
    number = _add(client)["id"]
    here = f"{APPLICATIONS}/{number}/documents"
    assert client.post(here, json={}).status_code == 404  # no resume yet
    give_resume(database, person_id)
    asked = client.post(here, json={"kind": "answer", "question": "Why you?"})
    assert asked.status_code == 202
    with database.read() as session:
        task = session.get_one(TaskRun, asked.json()["task_id"])
        assert task.kind == "draft.write"
        assert task.payload["person_id"] == person_id
    # As the worker does it.
    drafts.write(database, settings, person_id, number, clock.now(), kind="answer", question="Why you?")
    (row,) = client.get(here).json()["items"]
    assert (row["kind"], row["question"], row["version"]) == ("answer", "Why you?", 1)
    shown = client.get(f"{here}/{row['id']}").json()
    assert shown["text"]
    assert shown["facts"]
    assert client.get(f"{here}/999999").status_code == 404
    for wrong in (
        {"kind": "poem"}, {"kind": "answer"}, {"question": "Why?"}, {"language": "xx"}, {"language": "EN"},
        {"kind": "answer", "question": "x" * 2001}, {"kind": "answer", "question": "a\0"},
    ):  # fmt: skip
        answer = client.post(here, json=wrong)
        assert answer.status_code in REFUSED, wrong
        assert "--" not in answer.json()["detail"]


def test_the_funnel_counts_from_openings_to_offers(database: Database, signed_in: SignedIn) -> None:
    ids = fill(database)
    client, other = signed_in(), signed_in()
    for at, verdict in enumerate(("like", "save", "dislike", "skip")):
        client.post("/api/v1/swipes", json={"posting_id": ids[at], "verdict": verdict})
    first = client.get(APPLICATIONS).json()["items"][-1]["id"]
    client.post(f"{APPLICATIONS}/{first}/move", json={"stage": "applied"})
    client.post(f"{APPLICATIONS}/{first}/move", json={"stage": "interview"})
    found = client.get(f"{APPLICATIONS}/funnel").json()
    assert {one["step"]: one["count"] for one in found["steps"]} == {
        "open positions": 60, "judged": 3, "liked or saved": 2, "applications": 2, "applied": 1, "screened": 1,
        "interviewed": 1, "offers": 0,
    }  # fmt: skip
    assert found["now"] == [{"stage": "saved", "applications": 1}, {"stage": "interview", "applications": 1}]
    assert found["days"][0]["moves"] == 1
    assert {one["count"] for one in other.get(f"{APPLICATIONS}/funnel").json()["steps"]} == {60, 0}


def test_another_persons_application_is_not_there(database: Database, signed_in: SignedIn) -> None:
    owner, other = signed_in(), signed_in()
    number = _add(owner)["id"]
    theirs = f"{APPLICATIONS}/{number}"
    contact = owner.post(f"{theirs}/contacts", json={"name": "Sample"}).json()["id"]
    reminder = owner.post(f"{theirs}/reminders", json={"due": "3d"}).json()["id"]
    own = f"{APPLICATIONS}/{_add(other)['id']}"
    for method, path, body in (
        ("GET", theirs, None), ("DELETE", theirs, None), ("POST", f"{theirs}/move", {"stage": "applied"}),
        ("POST", f"{theirs}/notes", {"text": "x"}), ("GET", f"{theirs}/contacts", None),
        ("POST", f"{theirs}/contacts", {"name": "x"}), ("PUT", f"{theirs}/contacts/{contact}", {"name": "x"}),
        ("PUT", f"{own}/contacts/{contact}", {"name": "x"}), ("DELETE", f"{theirs}/contacts/{contact}", None),
        ("DELETE", f"{own}/contacts/{contact}", None), ("POST", f"{theirs}/reminders", {"due": "3d"}),
        ("DELETE", f"{theirs}/reminders/{reminder}", None), ("DELETE", f"{own}/reminders/{reminder}", None),
        ("GET", f"{theirs}/documents", None), ("POST", f"{theirs}/documents", {}),
        ("GET", f"{theirs}/documents/1", None),
    ):  # fmt: skip
        answer = other.request(method, path, json=body) if body is not None else other.request(method, path)
        assert answer.status_code == 404, (method, path)
        assert "jobswipe " not in answer.json()["detail"]
    assert other.get("/api/v1/reminders").json()["items"] == []
    seen = owner.get(theirs).json()
    assert (seen["stage"], len(seen["contacts"]), len(seen["reminders"])) == ("saved", 1, 1)


def test_wrong_applications_are_refused(signed_in: SignedIn) -> None:
    client = signed_in()
    for wrong in (
        {}, {"title": ""}, {"title": "x" * 501}, {"title": "a\0b"}, {"title": "x", "posting_id": 1}, {"posting_id": 0},
        {"posting_id": 1, "company": "x"}, {"title": "x", "url": "javascript:alert(1)"},
        {"title": "x", "stage": "offer"},
        {"title": "x", "url": "https://a b"}, {"title": "x", "url": "https://a\x85"},
        {"title": "x", "url": "https://a.example/\n"}, {"title": "x", "url": "https://\ufeffa.example"},
        {"title": "x", "id": 1}, {"title": "x", "person_id": 1}, {"title": "   "},
    ):  # fmt: skip
        answer = client.post(APPLICATIONS, json=wrong)
        assert answer.status_code in REFUSED, wrong
        assert code(answer)
    here = f"{APPLICATIONS}/{_add(client)['id']}"
    for path, body in (
        ("move", {"stage": "won"}), ("move", {}), ("move", {"stage": "applied", "at": "now"}), ("notes", {"text": ""}),
        ("notes", {"text": "   "}), ("notes", {"text": "x" * 10_001}), ("notes", {"text": "a\0b"}),
    ):  # fmt: skip
        assert client.post(f"{here}/{path}", json=body).status_code in REFUSED, body
    assert client.get(APPLICATIONS).json()["items"][0]["stage"] == "saved"


def test_the_same_key_opens_one_application(signed_in: SignedIn) -> None:
    client = signed_in()
    key = {"idempotency-key": "open-it-once"}
    first = client.post(APPLICATIONS, json={"title": "Chef"}, headers=key)
    again = client.post(APPLICATIONS, json={"title": "Chef"}, headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(client.get(APPLICATIONS).json()["items"]) == 1


@pytest.fixture
def settings() -> Settings:
    from jobswipe import settings as module

    return module.load()


def test_the_list_says_what_lies_beside_each(database: Database, signed_in: SignedIn) -> None:
    client = signed_in()
    bare, busy = _add(client), _add(client)
    here = f"{APPLICATIONS}/{busy['id']}"
    for text in ("One.", "Two."):
        client.post(f"{here}/notes", json={"text": text})
    due = [client.post(f"{here}/reminders", json={"due": due}).json()["due_at"] for due in ("3w", "2w")]
    found = {one["id"]: one for one in client.get(APPLICATIONS).json()["items"]}
    assert (found[busy["id"]]["notes"], found[busy["id"]]["documents"]) == (2, 0)
    assert found[busy["id"]]["reminder_at"] == due[1]
    assert (found[bare["id"]]["notes"], found[bare["id"]]["reminder_at"]) == (0, None)
