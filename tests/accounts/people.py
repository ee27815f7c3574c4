"""A person with something of everything, given through the public services, each private text with a mark in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import small_store
from sqlmodel import Session

from jobswipe.applications import contacts
from jobswipe.applications import service as applications
from jobswipe.db.engine import Database
from jobswipe.drafts import jobs as draft_jobs
from jobswipe.drafts import service as drafts
from jobswipe.matching import profile, swipes
from jobswipe.matching.engine import Matcher
from jobswipe.matching.preferences import decode
from jobswipe.models import Account
from jobswipe.notifications import channels, outbox, preferences, reminders
from jobswipe.resumes import service as resumes
from jobswipe.resumes.parse import ParsedResume
from jobswipe.security import vault

NOW = small_store.NOW
MARK = "Qzxvwk"
"""In every private text; in no other."""
URL = f"json://{MARK.lower()}:s3cret@example.com/hook"


def document() -> dict[str, Any]:
    basics = {
        "name": f"{MARK} O'Brien",
        "email": f"{MARK}@example.org",
        "phone": f"+49 30 {MARK} 1234567",
        "summary": f"Backend work at {MARK}.",
    }
    return {**small_store.RESUME, "basics": {**small_store.RESUME.get("basics", {}), **basics}}


def resume(session: Session, person_id: int = 1, name: str = f"{MARK}.pdf", now: datetime = NOW) -> resumes.Resume:
    read = resumes.ReadResume(name, "ab" * 32, ParsedResume(document(), f"{MARK} O'Brien\nBackend Engineer"))
    return resumes.store(session, person_id, read, now)[0]


def fill(database: Database, matcher: Matcher, person_id: int = 1, *, with_account: bool = True) -> None:
    """Everything that one person can have. The store has the postings of `small_store`."""
    with database.write() as session:
        first = resume(session, person_id, f"{MARK} old.pdf", NOW - timedelta(days=1))
        kept = resume(session, person_id)
        resumes.correct(session, first, "basics.name", f"{MARK} Corrected", NOW)
        resumes.correct(session, kept, "work[0].position", f"{MARK} Lead", NOW)
        profile.put(session, person_id, decode({"countries": ["DE"], "remote": "ok"}), NOW)
        channels.add(session, person_id, "hook", URL, "JSON", NOW)
        wanted = preferences.decode({"timezone": "Europe/Berlin", "kinds": {"digest": {"channels": ["hook"]}}})
        preferences.put(session, person_id, wanted, NOW)
        if with_account:
            sealed = vault.of(session).seal(
                session, person_id, "account", {"email": f"{MARK}@example.org", "name": f"{MARK} O'Brien"}
            )
            hashed = vault.of(session).fingerprint("account.email", f"{MARK}@example.org".lower())
            session.add(Account(person_id=person_id, email_hash=hashed, sealed=sealed, created_at=NOW))
    at = NOW
    for number, (posting, verdict) in enumerate(
        [
            (1, "like"),
            (2, "dislike"),
            (3, "save"),
            (4, "skip"),
            (5, "like"),
            (None, "undo"),
            (6, "dislike"),
            (2, "like"),
        ]
    ):
        at = NOW + timedelta(minutes=number)
        with database.write() as session:
            if posting is None:
                swipes.undo(session, matcher, person_id, at)
            else:
                swipes.record(session, matcher, person_id, posting, verdict, at, deck_position=number + 1)
    with database.write() as session:
        found = {one.posting_id: one.id or 0 for one in applications.listing(session, person_id)}
        other = applications.add(session, person_id, at, "Baker", "Mill", "https://jobs.example.com/mill").id or 0
        applications.move(session, person_id, found[1], "applied", at + timedelta(minutes=1))
        applications.note(session, person_id, found[1], f"{MARK} said hello", at + timedelta(minutes=2))
        applications.note(session, person_id, other, f"{MARK} too", at + timedelta(minutes=2))
        reminders.add(session, person_id, found[1], at + timedelta(days=3), f"Call {MARK}", at)
        done = reminders.add(session, person_id, other, at + timedelta(days=3), None, at)
        reminders.cancel(session, person_id, done.id, at)
        whom = contacts.Person(
            name=f"{MARK} Recruiter", role="recruiter", email=f"{MARK}@example.com", phone="+49 30 5829417",
            note=f"Knows {MARK}",
        )  # fmt: skip
        contacts.add(session, person_id, found[1], whom, at)
        contacts.add(session, person_id, other, contacts.Person(name=f"{MARK} Miller"), at)
        for text in ("first", "second"):
            drafts.store(session, person_id, draft(found[1], f"{MARK} {text}", at))
        drafts.store(session, person_id, draft(found[1], f"{MARK} because", at, question=f"Why {MARK}?"))
        draft_jobs.ask(session, person_id, found[1], kind="answer", question=f"Who is {MARK}?")
        told = preferences.get(session, person_id)
        payload = {"application_id": found[1], "title": "Baker", "stage": "applied", "text": f"Call {MARK}"}
        outbox.put(session, person_id, told, "follow_up", "reminder:1", payload, at)
        payload = {"posting_id": 7, "title": "Baker", "score": 0.9, "reasons": [f"{MARK} fits"]}
        outbox.put(session, person_id, told, "strong_match", "posting:7", payload, at)


def draft(application_id: int, text: str, at: datetime, question: str = "") -> drafts.Document:
    return drafts.Document(
        id=0, application_id=application_id, kind="answer" if question else "cover-letter", question=question,
        version=0, language="en", model=None, flags=[{"kind": "number", "quote": MARK, "reason": "r"}],
        facts=[f"Name: {MARK}"], created_at=at.astimezone(UTC), text=text,
    )  # fmt: skip
