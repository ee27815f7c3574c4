"""Schema step 0008 on both engines: what was plain is encrypted, nothing of it is left, and back again."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError

from jobswipe.applications import service as applications
from jobswipe.db import migrate
from jobswipe.db.engine import Database
from jobswipe.drafts import jobs as draft_jobs
from jobswipe.drafts import service as drafts
from jobswipe.errors import StorageError
from jobswipe.models import TaskRun
from jobswipe.notifications import channels, outbox, reminders
from jobswipe.resumes import service as resumes
from jobswipe.security import vault
from jobswipe.settings import DatabaseSettings

MARK = "Zyxwv"
AT = "2026-03-02 12:00:00+00:00"
MANY = 450
"""Notes: more than the step takes at a time."""
DOCUMENT = {"basics": {"name": f"{MARK} Candidate", "email": f"{MARK}@example.com"}, "work": [{"name": "Old Mill"}]}
TABLES = (
    "person", "resume", "resume_correction", "notification_channel", "notification_profile", "application",
    "application_event", "application_reminder", "application_document", "notification", "task_run",
)  # fmt: skip


def insert(database: Database, table: str, **values: Any) -> None:
    bound = {name: json.dumps(one) if isinstance(one, dict | list) else one for name, one in values.items()}
    names = ", ".join(bound)
    with database.write() as session:
        session.execute(
            text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in bound)})"),
            bound,
        )


def fill(database: Database) -> None:
    """Rows as schema version 0007 has them, of two persons."""
    insert(database, "person", id=2, created_at=AT)
    for person in (1, 2):
        insert(
            database, "resume", id=person, person_id=person, name=f"{MARK}.pdf", sha256="0", active=True,
            imported_at=AT, document=DOCUMENT, text=f"{MARK} text",
        )  # fmt: skip
        correction = {"resume_id": person, "path": "work[0].position", "at": AT}
        anchor, value = {"name": f"{MARK} Mill"}, f"{MARK} Miller"
        insert(database, "resume_correction", id=person, anchor=anchor, value=json.dumps(value), **correction)
        insert(
            database, "notification_channel", id=person, person_id=person, name="hook", service="JSON",
            url=f"json://{MARK}@example.com", created_at=AT,
        )  # fmt: skip
        insert(
            database, "application", id=person, person_id=person, title="Miller", stage="saved", created_at=AT,
            updated_at=AT,
        )  # fmt: skip
        event = {"application_id": person, "at": AT}
        insert(database, "application_event", id=person, kind="opened", to_stage="saved", **event)
        for kind, question, version in (
            ("cover-letter", "", 1), ("cover-letter", "", 2), ("answer", f"Why {MARK}?", 1), ("answer", "How?", 1)
        ):  # fmt: skip
            insert(
                database, "application_document", application_id=person, kind=kind, question=question,
                version=version, language="en", flags=[{"kind": "number", "quote": MARK, "reason": "r"}],
                facts=[f"Name: {MARK}"], created_at=AT, text=f"I am {MARK} {version}",
            )  # fmt: skip
        insert(
            database, "application_reminder", id=person, application_id=person, due_at=AT, text=f"Call {MARK}",
            created_at=AT,
        )  # fmt: skip
    insert(database, "application_reminder", id=3, application_id=1, due_at=AT, created_at=AT)
    for number in range(3, 3 + MANY):
        insert(database, "application_event", id=number, application_id=1, kind="note", text=f"{MARK} {number}", at=AT)
    for number, (kind, payload) in enumerate(
        [
            ("follow_up", {"title": "Miller", "application_id": 1, "text": f"Call {MARK}"}),
            ("strong_match", {"title": "Miller", "posting_id": 7, "reasons": [f"{MARK} fits"], "matched_skills": []}),
            ("digest", {"day": "2026-03-02", "count": 1}),
        ],
        1,
    ):
        insert(
            database, "notification", id=number, person_id=1, kind=kind, subject=str(number), state="waiting",
            gathered=False, payload=payload, outcomes={}, created_at=AT, next_try_at=AT, attempts=0,
        )  # fmt: skip
    asked = {"person_id": 1, "application_id": 1, "kind": "answer", "question": f"Why {MARK}?", "language": None}
    insert(
        database, "task_run", id=1, kind="draft.write", state="pending", rank=0, run_at=AT, payload=asked, version=1,
        attempts=0, token=0, created_at=AT, changed_at=AT,
    )  # fmt: skip


def rows(database: Database) -> dict[str, list[dict[str, Any]]]:
    with database.read() as session:
        return {
            table: [
                {name: _read(one) for name, one in row.items()}
                for row in session.execute(text(f"SELECT * FROM {table} ORDER BY 1")).mappings()
            ]
            for table in TABLES
        }


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith(("[", "{")) else value


def check_opened(database: Database) -> None:
    with database.read() as session:
        for person in (1, 2):
            (found,) = resumes.listing(session, person)
            assert (found.name, found.text, found.document) == (f"{MARK}.pdf", f"{MARK} text", DOCUMENT)
            ((made, _),) = resumes.corrections(session, found)
            assert (made.value, made.anchor) == (f"{MARK} Miller", {"name": f"{MARK} Mill"})
            assert channels.get(session, person, "hook").url == f"json://{MARK}@example.com"
            kept = {(one.kind, one.question, one.version): one for one in drafts.listing(session, person, person)}
            assert sorted(kept) == [
                ("answer", "How?", 1), ("answer", f"Why {MARK}?", 1), ("cover-letter", "", 1), ("cover-letter", "", 2)
            ]  # fmt: skip
            assert kept["cover-letter", "", 2].text == f"I am {MARK} 2"
            assert kept["cover-letter", "", 2].facts == [f"Name: {MARK}"]
            assert kept["cover-letter", "", 2].flags[0]["quote"] == MARK
        texts = [one.text for one in applications.events(session, 1)]
        assert texts == [None, *(f"{MARK} {number}" for number in range(3, 3 + MANY))]
        assert [one.text for one, _ in reminders.listing(session, 1)] == [f"Call {MARK}", None]
        told = {one.kind: one.payload for one in outbox.listing(session, 1)}
        assert told["follow_up"]["text"] == f"Call {MARK}"
        assert told["strong_match"]["reasons"] == [f"{MARK} fits"]
        task = session.get_one(TaskRun, 1)
        assert task.version == 2
        question = base64.b64decode(task.payload["question"])
        assert vault.of(session).open(session, 1, draft_jobs.PLACE, question) == f"Why {MARK}?"


def test_up_down_up_keeps_every_value(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate.upgrade(database, "0007")
    fill(database)
    before = rows(database)
    migrate.upgrade(database, "0008")
    assert MARK not in repr(rows(database))
    migrate.upgrade(database)  # the services know the present schema only
    check_opened(database)
    migrate.downgrade(database, "0007")
    assert rows(database) == before
    with pytest.raises(IntegrityError):
        insert(database, "application_document", application_id=1, kind="letter", question="", version=9, language="en",
               flags=[], facts=[], created_at=AT, text="")  # fmt: skip
    migrate.upgrade(database)
    check_opened(database)
    with pytest.raises(IntegrityError):
        insert(database, "application_document", application_id=1, kind="letter", question_hash=b"", version=9,
               language="en", created_at=AT, sealed=b"")  # fmt: skip
    database.dispose()


def test_nothing_plain_is_left_in_the_file(empty_sqlite_database: str) -> None:
    database = Database(empty_sqlite_database)
    migrate.upgrade(database, "0007")
    fill(database)
    with database.write() as session:
        session.execute(text("DELETE FROM application_event WHERE kind = 'note'"))
    migrate.upgrade(database)
    path = Path(make_url(empty_sqlite_database).database or "")
    for file in path.parent.glob(f"{path.name}*"):
        assert MARK.encode() not in file.read_bytes(), file
    database.dispose()


def test_a_file_that_cannot_be_written_anew_is_said(empty_sqlite_database: str) -> None:
    """Somebody reads meanwhile: the step is taken, and what is left is told."""
    database, reader = Database(empty_sqlite_database), Database(empty_sqlite_database)
    migrate.upgrade(database, "0007")
    fill(database)
    with reader.read() as session:
        session.execute(text("SELECT count(*) FROM resume")).one()
        short = Database(empty_sqlite_database, DatabaseSettings(busy_timeout=1))
        with pytest.raises(StorageError, match="VACUUM"):
            migrate.upgrade(short)
        short.dispose()
    assert migrate.status(database).ready
    check_opened(database)
    for one in (database, reader):
        one.dispose()


def test_a_step_that_fails_changes_nothing(empty_database_url: str) -> None:
    """A question that is nobody's cannot be sealed: all stays as it was."""
    database = Database(empty_database_url)
    migrate.upgrade(database, "0007")
    fill(database)
    insert(
        database, "task_run", id=2, kind="draft.write", state="pending", rank=0, run_at=AT,
        payload={"question": "x"}, version=1, attempts=0, token=0, created_at=AT, changed_at=AT,
    )  # fmt: skip
    before = rows(database)
    with pytest.raises(KeyError):
        migrate.upgrade(database)
    assert migrate.status(database).current == "0007"
    assert rows(database) == before
    database.dispose()
