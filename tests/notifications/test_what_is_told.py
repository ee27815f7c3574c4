"""What happens while a board is read is in the outbox when it is stored: changed, closed, reopened, broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from notify_support import NOW
from sqlmodel import select

from jobswipe.db.engine import Database
from jobswipe.errors import UpstreamError
from jobswipe.models import Application, Notification, Person, Posting, Source
from jobswipe.notifications import channels, preferences
from jobswipe.notifications.render import message
from jobswipe.postings import ingest
from jobswipe.postings.ingest import Run
from jobswipe.sources import ashby, catalog
from jobswipe.sources.base import ReadContext

AddChannel = Callable[..., None]
JOBS: list[dict[str, Any]] = [
    {
        "id": f"job-{number}",
        "title": f"Pump Engineer {number}",
        "jobUrl": f"https://jobs.ashbyhq.com/acme/job-{number}",
        "location": "Berlin, Germany",
        "descriptionHtml": "<p>Pumps.</p>",
    }
    for number in (1, 2)
]


@pytest.fixture
def source(database: Database) -> Source:
    with database.write() as session:
        return catalog.add(session, "ashby", "acme", NOW)


def poll(database: Database, source: Source, jobs: list[dict[str, Any]], minutes: int) -> None:
    now = NOW + timedelta(minutes=minutes)
    context = ReadContext(fetched_at=now, company="Acme", board="acme")
    run = Run(database, source, batch=100, fetched_at=now)
    run.feed(ashby.read(json.dumps({"jobs": jobs}).encode(), context), context)
    assert run.finish().error is None


def pursue(database: Database, stage: str = "applied") -> int:
    """An application for the board's first job; its posting's id."""
    with database.write() as session:
        posting = session.exec(select(Posting).where(Posting.external_id == "job-1")).one()
        session.add(
            Application(
                person_id=1, posting_id=posting.id, title=posting.title, stage=stage, created_at=NOW, updated_at=NOW
            )
        )
        return posting.id or 0


def told(database: Database) -> list[Notification]:
    with database.read() as session:
        return list(session.exec(select(Notification).order_by(Notification.id)))


def test_the_life_of_a_pursued_posting_is_told(database: Database, source: Source, add_channel: AddChannel) -> None:
    add_channel("json://example.com/")
    poll(database, source, JOBS, 0)
    posting_id = pursue(database)
    changed = [JOBS[0] | {"location": "Munich, Germany", "isRemote": True}, JOBS[1] | {"location": "Rome"}]
    poll(database, source, changed, 1)
    poll(database, source, changed, 2)
    poll(database, source, changed[1:], 3)
    poll(database, source, changed, 4)
    rows = told(database)
    assert [(one.kind, one.subject.partition(":")[2]) for one in rows] == [
        ("posting_changed", f"{posting_id}:1"),
        ("posting_closed", f"{posting_id}:2"),
        ("posting_changed", f"{posting_id}:3"),
    ]
    body = message(rows[0].kind, rows[0].payload).body
    assert "- Places: Berlin, Germany → Munich, Germany" in body
    assert "https://jobs.ashbyhq.com/acme/job-1" in body
    assert rows[1].gathered is False
    assert message(rows[2].kind, rows[2].payload).title == "Open again: Pump Engineer 1 at Acme"


def test_a_reworded_text_is_not_told(database: Database, source: Source, add_channel: AddChannel) -> None:
    add_channel("json://example.com/")
    poll(database, source, JOBS, 0)
    pursue(database)
    poll(database, source, [JOBS[0] | {"descriptionHtml": "<p>Pumps, pumps.</p>"}, JOBS[1]], 1)
    assert told(database) == []


@pytest.mark.parametrize("stage", ["rejected", "withdrawn"])
def test_ended_applications_are_left_in_peace(
    database: Database, source: Source, add_channel: AddChannel, stage: str
) -> None:
    add_channel("json://example.com/")
    poll(database, source, JOBS, 0)
    pursue(database, stage)
    poll(database, source, JOBS[1:], 1)
    assert told(database) == []


def test_nobody_without_a_channel_is_told(database: Database, source: Source) -> None:
    poll(database, source, JOBS, 0)
    pursue(database)
    poll(database, source, JOBS[1:], 1)
    assert told(database) == []


def test_a_broken_source_is_told_to_the_local_person_and_to_whoever_asked(database: Database, source: Source) -> None:
    with database.write() as session:
        session.add_all(Person(id=number, created_at=NOW) for number in (7, 8, 9))
        session.flush()
        for person_id in (1, 7, 8, 9):
            channels.add(session, person_id, "hook", "json://example.com/", "json", NOW)
        asked = {"kinds": {"source_broken": {"mode": "now"}}}
        preferences.put(session, 8, preferences.decode(asked), NOW)
        preferences.put(session, 9, preferences.decode({"min_score": 0.5}), NOW)
        assert preferences.get(session, 9).kind("source_broken").mode == "off"
        assert preferences.get(session, 1).kind("source_broken").mode == "now"
    for _ in range(4):
        ingest.failed(database, source, UpstreamError("It does not answer."))
    assert [(one.kind, one.person_id) for one in told(database)] == [("source_broken", 1), ("source_broken", 8)]


def test_a_source_that_keeps_failing_is_told_once(database: Database, source: Source, add_channel: AddChannel) -> None:
    add_channel("json://example.com/")
    error = UpstreamError("jobs.ashbyhq.com has no such page (status 404): check the board's name.")
    for failures in range(1, 6):
        ingest.failed(database, source, error)
        assert len(told(database)) == (failures >= 3)
    (row,) = told(database)
    shown = message(row.kind, row.payload)
    assert shown.title == "Source broken: ashby:acme"
    assert "status 404" in shown.body
    assert "jobswipe source check ashby:acme" in shown.body
    poll(database, source, JOBS, 1)
    for _ in range(3):
        ingest.failed(database, source, error)
    assert len(told(database)) == 2, "broken anew is told anew"
