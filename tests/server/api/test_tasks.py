"""Tasks, schedule and workers over HTTP, without anybody's words in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from jobswipe.db.engine import Database
from jobswipe.models import AuditEvent, TaskRun, WorkerBeat
from jobswipe.tasks import ledger, shown

if TYPE_CHECKING:
    from .conftest import Client, SignedIn


@pytest.fixture
def operator(signed_in: SignedIn) -> Client:
    return signed_in("operator")


def enqueue(database: Database, kind: str = "postings.expire", /, **payload: Any) -> int:
    with database.write() as session:
        return ledger.enqueue(session, kind, payload)


def end(database: Database, task_id: int, state: str, error: str | None = None) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        task = session.get_one(TaskRun, task_id)
        task.state, task.error, task.finished_at = state, error, now
        session.add(task)


def test_tasks_are_listed_newest_first_and_page_by_page(operator: Client, database: Database) -> None:
    made = [enqueue(database, n=number) for number in range(5)]
    end(database, made[0], "dead")
    first = operator.get("/api/v1/tasks?limit=2").json()
    rest = operator.get("/api/v1/tasks", params={"limit": 4, "cursor": first["next"]}).json()
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    dead = operator.get("/api/v1/tasks?state=dead&state=cancelled&kind=postings.expire").json()["items"]
    assert [one["id"] for one in dead] == [made[0]]
    assert operator.get("/api/v1/tasks?kind=nothing").json()["items"] == []
    assert operator.get("/api/v1/tasks?state=lost").status_code in (400, 422)


def test_cancel_and_retry(operator: Client, database: Database) -> None:
    task_id = enqueue(database)
    address = f"/api/v1/tasks/{task_id}"
    assert operator.post(f"{address}/retry").json()["code"] == "conflict"
    cancelled = operator.post(f"{address}/cancel").json()
    assert (cancelled["state"], cancelled["finished_at"] is not None) == ("cancelled", True)
    assert operator.post(f"{address}/cancel").status_code == 409
    assert operator.post(f"{address}/retry").json()["state"] == "pending"
    assert operator.get(address).json()["state"] == "pending"
    with database.read() as session:
        told = [(one.action, one.object_id) for one in session.exec(select(AuditEvent))]
    assert told == [("task.cancel", str(task_id)), ("task.retry", str(task_id))]


def test_nothing_that_a_person_wrote_is_shown(operator: Client, database: Database) -> None:
    secret = "Why do you leave? Call +49 151 23456789"
    task_id = enqueue(
        database, "draft.write", person_id=7, application_id=3, kind="cover_letter", question=secret, extra=[secret]
    )
    end(database, task_id, "dead", f"Mail to sample.candidate@example.com failed: token={'x' * 20}")
    answer = operator.get(f"/api/v1/tasks/{task_id}")
    found = answer.json()
    assert found["payload"] == {
        "person_id": 7,
        "application_id": 3,
        "kind": "cover_letter",
        "question": shown.HIDDEN,
        "extra": shown.HIDDEN,
    }
    for private in ("sample.candidate", "23456789", "leave", "xxxx"):
        assert private not in answer.text
    assert found["error"].startswith("Mail to")


def test_the_schedule_can_be_asked_out_of_turn(operator: Client, database: Database) -> None:
    entries = {one["name"]: one for one in operator.get("/api/v1/schedules").json()["items"]}
    assert entries["lake"]["kind"] == "lake.append"
    assert entries["lake"]["last_slot"] is None
    first = operator.post("/api/v1/schedules/lake/run")
    assert first.status_code == 202
    task_id = first.json()["task_id"]
    assert operator.post("/api/v1/schedules/lake/run").json()["task_id"] == task_id
    task = operator.get(f"/api/v1/tasks/{task_id}").json()
    assert (task["kind"], task["schedule"], task["state"]) == ("lake.append", "lake", "pending")
    for name in ("nothing", "x" * 90, "%00"):
        assert operator.post(f"/api/v1/schedules/{name}/run").status_code == 404


def test_workers_are_told_alive_or_not(operator: Client, database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for worker, beat in (("one", now), ("two", now.replace(year=now.year - 1))):
            session.add(WorkerBeat(worker=worker, host="h", pid=1, threads=4, started_at=beat, beat_at=beat))
    found = operator.get("/api/v1/workers").json()["items"]
    assert [(one["worker"], one["alive"]) for one in found] == [("one", True), ("two", False)]


def test_tasks_are_the_operators(signed_in: SignedIn, database: Database) -> None:
    task_id = enqueue(database)
    client = signed_in("analyst")
    for path in ("tasks", f"tasks/{task_id}", "schedules", "workers"):
        assert client.get(f"/api/v1/{path}").status_code == 403
    for path in (f"tasks/{task_id}/cancel", f"tasks/{task_id}/retry", "schedules/lake/run"):
        assert client.post(f"/api/v1/{path}").status_code == 403
    reading = signed_in("operator", ["tasks:read"])
    assert reading.post(f"/api/v1/tasks/{task_id}/cancel").status_code == 403


@pytest.mark.parametrize("number", [0, 2**53, 10**30, 999])
def test_no_such_task(operator: Client, number: int) -> None:
    assert operator.get(f"/api/v1/tasks/{number}").status_code in (400, 404, 422)
