"""The worker looks, reminds, gathers, sends, forgets and drafts, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from servers.ollama import Ollama
from servers.webhook import Webhook
from sqlalchemy import text
from sqlmodel import select
from task_support import Start, add, ended, eventually

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.drafts import jobs, service
from jobswipe.errors import NotFoundError, UsageError
from jobswipe.models import Application, Notification, TaskRun
from jobswipe.notifications import channels, outbox, preferences, reminders
from jobswipe.resumes import service as resumes
from jobswipe.resumes.parse import ParsedResume
from jobswipe.settings import Settings
from jobswipe.tasks import kinds, schedule

KINDS = ["notify.matches", "notify.reminders", "notify.digest", "notify.deliver", "notify.forget"]


def run(database: Database, start: Start, settings: Settings, *names: str) -> None:
    running = start(settings)
    for name in names:
        add(database, name)
        eventually(lambda: ended(database))
    running.stop()
    with database.read() as session:
        errors = session.execute(text("SELECT error FROM task_run WHERE state <> 'done'")).scalars().all()
    assert errors == []


def test_each_kind_is_known_and_scheduled(settings: Settings) -> None:
    kinds.load()
    assert {one.name for one in kinds.everything()} >= set(KINDS)
    assert {one.kind for one in schedule.entries(settings)} >= set(KINDS)


def test_the_worker_tells_what_is_due(database: Database, start: Start, settings: Settings) -> None:
    settings.notify.allow_private = True
    now = clock.now()
    with Webhook() as hook:
        with database.write() as session:
            channels.add(session, 1, "hook", hook.url, "JSON", now)
            made = Application(person_id=1, title="Cook", stage="applied", created_at=now, updated_at=now)
            session.add(made)
            session.flush()
            reminders.add(session, 1, made.id or 0, now - timedelta(seconds=1), "Ask", now)
            wanted = preferences.decode({"digest_at": "00:00", "kinds": {"source_broken": {"mode": "digest"}}})
            preferences.put(session, 1, wanted, now)
            broken = {"source": "lever:example", "failures": 3, "error": "It did not answer."}
            outbox.put(session, 1, wanted, "source_broken", "source:1:x", broken, now)
        run(database, start, settings, *KINDS)
        titles = sorted(one["title"] for one in hook.received)
    assert titles == ["Follow up: Cook", "JobSwipe: Source broken: lever:example"]
    with database.write() as session:
        for one in session.exec(select(Notification)):
            assert one.state == "sent"
            one.settled_at = now - timedelta(days=settings.notify.keep_days + 1)
            session.add(one)
    run(database, start, settings, "notify.forget")
    with database.read() as session:
        assert session.exec(select(Notification)).all() == []


def test_the_worker_writes_a_draft_once(database: Database, start: Start, settings: Settings) -> None:
    now = clock.now()
    with database.write() as session:
        document = {"basics": {"name": "Sample Candidate"}, "work": [{"position": "Cook", "startDate": "2020"}]}
        resumes.store(session, 1, resumes.ReadResume("resume.json", "0", ParsedResume(document, "")), now)
        made = Application(person_id=1, title="Cook", created_at=now, updated_at=now)
        session.add(made)
        session.flush()
        number = made.id or 0
    with Ollama(text="I have 30 years of experience.") as server:
        settings.ollama.url = server.url
        with database.write() as session:
            jobs.ask(session, 1, number, kind="answer", question="Why?", language="en")
        running = start(settings)
        eventually(lambda: ended(database))
        running.stop()
    with database.read() as session:
        (kept,) = service.listing(session, 1, number)
        (task,) = session.exec(select(TaskRun).where(TaskRun.kind == "draft.write")).all()
    assert "Why" not in str(task.payload)
    assert (kept.model, kept.version, kept.question) == ("llama3.2", 1, "Why?")
    assert kept.text == "I have 30 years of experience.\n"
    assert [one["kind"] for one in kept.flags] == ["experience"]
    with database.write() as session:
        with pytest.raises(NotFoundError):
            jobs.ask(session, 1, 99, kind="cover-letter")
        with pytest.raises(UsageError):
            jobs.ask(session, 1, number, kind="answer")
